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
