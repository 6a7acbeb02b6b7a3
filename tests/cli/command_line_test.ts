import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  choice,
  formatOptions,
  integer,
  number,
  parseOptions,
  text,
  toggle,
  UsageError,
} from "../../lib/cli/command_line.ts";

const options = {
  model: choice("the network", ["mlp", "lenet5"] as const),
  epochs: integer("times", 1),
  "learning-rate": number("size"),
  out: text("folder", "DIR"),
  json: toggle("for programs"),
};
const parse = (...args: string[]) => parseOptions(args, options);

Deno.test("options are read with a space or an equals sign, the last one counts", () => {
  assertEquals(parse("--model", "mlp", "--epochs=3", "--json", "--learning-rate", "1e-3"), {
    values: { model: "mlp", epochs: 3, json: true, "learning-rate": 0.001 },
    rest: [],
  });
  assertEquals(parse("--epochs", "1", "more", "--epochs", "2"), {
    values: { epochs: 2 },
    rest: ["more"],
  });
  assertEquals(parse("--out", ""), { values: { out: "" }, rest: [] });
});

Deno.test("-h is --help, where there is one", () => {
  const { values } = parseOptions(["-h"], { help: toggle("shows this") });
  assertEquals(values, { help: true });
});

const mistakes: [string[], string][] = [
  [["--epoch", "3"], 'unknown option "--epoch"; did you mean "--epochs"?'],
  [["-h"], 'unknown option "-h"'],
  [["--model", "lenet"], '--model: unknown value "lenet"; did you mean "lenet5"?'],
  [["--epochs", "0"], '--epochs: expected an integer of at least 1, found "0"'],
  [["--epochs", "1.5"], 'found "1.5"'],
  [["--epochs="], 'found ""'],
  [["--learning-rate", "fast"], '--learning-rate: expected a number of at least 0, found "fast"'],
  [["--learning-rate=-1"], 'found "-1"'],
  [["--learning-rate", "Infinity"], 'found "Infinity"'],
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
