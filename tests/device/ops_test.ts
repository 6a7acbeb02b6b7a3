import { cases } from "../cases.ts";
import { largeCases } from "../cases/large.ts";
import { compareCase, compareRandomGraphs, fusions } from "./compare.ts";
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
