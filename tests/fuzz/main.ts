/**
 * Fuzzes what reads files, by hand and for long:
 *
 *     deno run -A tests/fuzz/main.ts                              all targets, 20,000 inputs each
 *     deno run -A tests/fuzz/main.ts pth h5 --seed 7 --count 1000
 *     deno run -A tests/fuzz/main.ts images --keep                keeps what breaks, for the tests
 *
 * A line for each target: inputs, those that were accepted, the slowest, the memory, what was found.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { keep } from "./corpus.ts";
import { fuzz } from "./fuzz.ts";
import { targets } from "./targets.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "20000" },
    keep: { type: "boolean", default: false },
  },
});

await setDevice("cpu", { threads: 1 });
let isClean = true;
for (const name of positionals.length > 0 ? positionals : Object.keys(targets)) {
  const make = targets[name];
  if (make === undefined) {
    console.error(`there is no target ${name}; known: ${Object.keys(targets).join(", ")}`);
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
