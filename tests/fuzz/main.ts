/**
 * `deno task fuzz`: reads damaged files of every kind, by hand and for long.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { keep } from "./corpus.ts";
import { fuzz, limits } from "./fuzz.ts";
import { targets } from "./targets.ts";
import { wrap } from "../setup/wrap.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "20000" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(
    `Reads files that are damaged at random, and says what went wrong: an error that is not the
library's own, or one in the engine's words; more than ${limits.milliseconds} ms; more than ${
      limits.bytes / 1e6
    } MB.

  deno task fuzz [TARGET...] [options]

  --count N   inputs of each target (20000)
  --seed N    the same seed makes the same inputs (1)
  --keep      keeps what breaks something in tests/fuzz/corpus, where the tests read it again

Targets
  ${wrap(Object.keys(targets).join(", ").split(" "), 2)}`,
  );
  Deno.exit(0);
}

await setDevice("cpu", { threads: 1 });
let isClean = true;
for (const name of positionals.length > 0 ? positionals : Object.keys(targets)) {
  const make = targets[name];
  if (make === undefined) {
    console.error(
      `there is no target ${name}; known: ${wrap(Object.keys(targets).join(", ").split(" "), 2)}`,
    );
    Deno.exit(2);
  }
  const report = await fuzz(await make(), Number(values.seed), Number(values.count));
  const { inputs, accepted, slowest, peak, findings } = report;
  console.log(
    `${name}: ${inputs} inputs, ${accepted} accepted, the slowest ${Math.round(slowest)} ms, ` +
      `${Math.round(peak / 1e6)} MB more at most, ${findings.length} findings`,
  );
  for (const { what, input } of findings.slice(0, 20)) {
    isClean = false;
    console.log(
      `  ${what.replaceAll(/\s+/g, " ")}${values.keep ? ` (${await keep(name, input)})` : ""}`,
    );
  }
}
Deno.exit(isClean ? 0 : 1);
