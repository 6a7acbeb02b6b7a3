import { assertThrows } from "@std/assert";
import { compile } from "../../lib/compile/compile.ts";
import { leaf } from "../../lib/graph/node.ts";
import { exp } from "../../lib/graph/ops/elementwise.ts";
import { cases } from "../cases.ts";
import { compareCases, compareRandomGraphs, fusions } from "../device/compare.ts";
import { ReferenceDevice } from "../device/reference_device.ts";
import { compareUpdates } from "../device/updates.ts";

// Plans are run in f64 by the reference device, so that only constants and reading round to f32.
const tolerance = 1e-6;

Deno.test("every case and its gradients, compiled with each fusion rule on and off", async () => {
  const largest = await compareCases(new ReferenceDevice(), cases, fusions, tolerance);
  console.log(`compiler against reference: ${largest}`);
});

Deno.test("random graphs, compiled with each fusion rule on and off", async () => {
  const largest = await compareRandomGraphs(new ReferenceDevice(), 60, fusions, tolerance);
  console.log(`compiler against reference, random graphs: ${largest}`);
});

Deno.test("leaves are updated in place, whatever is made of them", async () => {
  const largest = await compareUpdates(new ReferenceDevice(), fusions, tolerance);
  console.log(`compiler against reference, updates: ${largest}`);
});

Deno.test("bytes are no result", () => {
  const x = leaf([3], "u8");
  assertThrows(() => compile([x], [x]), TypeError, "leaf u8 [3]: u8 is for storage only");
});

Deno.test("a leaf that is read must be given", () => {
  const x = leaf([3], "f32");
  assertThrows(() => compile([exp(x)], []), Error, "a leaf that is not given: leaf f32 [3]");
});
