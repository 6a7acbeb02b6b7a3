import { cases } from "../cases.ts";
import { largeCases } from "../cases/large.ts";
import { compareCase, compareEdgeGraph, compareRandomGraphs, fusions } from "./compare.ts";
import { errorsOnDevices, testOnDevices } from "./devices.ts";
import { compareStep, steps } from "./updates.ts";

const errors = errorsOnDevices("devices against the reference", 3e-5);
const on = fusions.slice(0, 1), onAndOff = fusions.slice(0, 2);

for (const item of cases) {
  testOnDevices(
    item.name,
    (device) => compareCase(device, item, onAndOff, errors(device)),
  );
}

for (const item of largeCases) {
  testOnDevices(item.name, (device) => compareCase(device, item, on, errors(device)));
}

for (const step of steps()) {
  testOnDevices(
    `an update: ${step.name}`,
    (device) => compareStep(device, step, onAndOff, errors(device)),
  );
}

// More of both, and on either tiling: `deno task graphs --help`.
for (let first = 1; first <= 400; first += 50) {
  testOnDevices(`ops at the edge of their sizes, ${first} to ${first + 49}`, async (device) => {
    for (let seed = first; seed < first + 50; seed++) {
      await compareEdgeGraph(device, seed, device.kind === "cpu" ? onAndOff : on, errors(device));
    }
  }, first === 1 ? ["cpu", "webgpu"] : ["cpu"]);
}

for (let seed = 1; seed <= 60; seed++) {
  testOnDevices(
    `random graphs ${seed}`,
    (device) =>
      compareRandomGraphs(
        device,
        seed,
        device.kind === "cpu" ? fusions : on,
        errors(device),
      ),
    seed <= 20 ? ["cpu", "webgpu"] : ["cpu"],
  );
}
