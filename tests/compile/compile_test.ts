import { assertThrows } from "@std/assert";
import { compile } from "../../lib/compile/compile.ts";
import { leaf } from "../../lib/graph/node.ts";
import { exp } from "../../lib/graph/ops/elementwise.ts";
import { cases } from "../cases.ts";
import { compareCase, compareRandomGraphs, fusions } from "../device/compare.ts";
import { ReferenceDevice } from "../device/reference_device.ts";
import { compareStep, steps } from "../device/updates.ts";
import { Largest } from "../largest.ts";

// Plans are run in f64 by the reference device, so that only constants and reading round to f32.
// Each is compiled with every fusion rule on and off.
const errors = new Largest("compiler against the reference", 1e-6);

for (const item of cases) {
  Deno.test(`${item.name}: compiled`, async () => {
    await compareCase(new ReferenceDevice(), item, fusions, errors);
  });
}

for (let seed = 1; seed <= 60; seed++) {
  Deno.test(`random graphs ${seed}: compiled`, async () => {
    await compareRandomGraphs(new ReferenceDevice(), seed, fusions, errors);
  });
}

for (const step of steps()) {
  Deno.test(`an update: ${step.name}: compiled`, async () => {
    await compareStep(new ReferenceDevice(), step, fusions, errors);
  });
}

Deno.test("bytes are no result", () => {
  const x = leaf([3], "u8");
  assertThrows(() => compile([x], [x]), TypeError, "leaf u8 [3]: u8 is for storage only");
});

Deno.test("a leaf that is read must be given", () => {
  const x = leaf([3], "f32");
  assertThrows(() => compile([exp(x)], []), Error, "a leaf that is not given: leaf f32 [3]");
});
