import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { number, oneOf, positiveInteger, text } from "../../lib/core/option_kinds.ts";
import {
  command,
  formatOptions,
  option,
  parseOptions,
  toggle,
  UsageError,
} from "../../lib/cli/command.ts";

const options = {
  model: option("the network", oneOf(["mlp", "lenet5"])),
  epochs: option("times", positiveInteger(3)),
  "learning-rate": option("size", number({ least: 0 })),
  out: option("folder", text(), "DIR"),
  json: toggle("for programs"),
};
const parse = (...args: string[]) => parseOptions(args, options);

Deno.test("options are read with a space or an equals sign, the last one counts", () => {
  assertEquals(parse("--model", "mlp", "--epochs=3", "--json", "--learning-rate", "1e-3"), {
    values: { model: "mlp", epochs: 3, json: true, "learning-rate": 0.001 },
    rest: [],
    isHelpWanted: false,
  });
  assertEquals(parse("--epochs", "1", "more", "--epochs", "2"), {
    values: { epochs: 2 },
    rest: ["more"],
    isHelpWanted: false,
  });
  assertEquals(parse("--out", "").values, { out: "" });
});

Deno.test("-h is --help, which shows the help and does nothing else", async () => {
  assertEquals(parse("-h"), { values: {}, rest: [], isHelpWanted: true });
  const told: unknown[] = [], run = (given: object) => Promise.resolve(told.push(given));
  assertEquals(await command(options, "what it is for", run)(["--help", "--epochs", "2"]), 0);
  assertEquals(told, []);
  assertEquals(await command(options, "what it is for", run)(["--epochs", "2"]), 1);
  assertEquals(told, [{ epochs: 2 }]);
});

Deno.test("what is given besides options is for commands that take it", async () => {
  const alone = command(options, "", (_) => Promise.resolve(0));
  await assertRejects(() => alone(["more"]), UsageError, 'unexpected "more"; see --help');
  const ofData = command({ data: option("", text(), "DIR") }, "", (_) => Promise.resolve(0));
  await assertRejects(
    () => ofData(["photos"]),
    UsageError,
    'unexpected "photos"; did you mean --data photos?',
  );
  const withRest = command(options, "", (_, rest) => Promise.resolve(rest.length));
  assertEquals(await withRest(["more", "and more"]), 2);
});

const mistakes: [string[], string][] = [
  [["--epoch", "3"], 'unknown option "--epoch"; did you mean "--epochs"?'],
  [["-x"], 'unknown option "-x"'],
  [
    ["--model", "lenet"],
    '--model: expected "mlp" or "lenet5", found "lenet"; did you mean "lenet5"?',
  ],
  [["--epochs", "0"], "--epochs: expected an integer of at least 1, found 0"],
  [["--epochs", "1.5"], "found 1.5"],
  [["--epochs="], 'found ""'],
  [["--learning-rate", "fast"], '--learning-rate: expected a number of at least 0, found "fast"'],
  [["--learning-rate=-1"], "found -1"],
  [["--learning-rate", "Infinity"], "found Infinity"],
  [["--epochs"], "--epochs: expected a value (N)"],
  [["--epochs", "--json"], "--epochs: expected"],
  [["--json=yes"], '--json takes no value, found "yes"'],
];

for (const [args, message] of mistakes) {
  Deno.test(`${args.join(" ")} is refused`, () => {
    assertThrows(() => parse(...args), UsageError, message);
  });
}

Deno.test("the help lists every option", () => {
  const help = formatOptions(options);
  assertStringIncludes(help, "--model mlp|lenet5");
  assertStringIncludes(help, "--epochs N");
  assertEquals(help.split("\n").every((line) => line.startsWith("  ")), true);
});
