/** What runs on graphics cards, on whatever adapter there is: the other tests use what suits that. */
import { cases } from "../../cases.ts";
import { largeCases } from "../../cases/large.ts";
import { compareCase, compareRandomGraphs } from "../../device/compare.ts";
import { compareStep, steps } from "../../device/updates.ts";
import { Largest } from "../../largest.ts";
import { testOnWebgpu } from "./run_kernel.ts";

const errors = new Largest("kernels for cards against the reference", 3e-5);

for (const item of [...cases, ...largeCases]) {
  testOnWebgpu(
    `${item.name}, for cards`,
    (device) => compareCase(device, item, [{}], errors),
    "workgroup",
  );
}

for (const step of steps()) {
  testOnWebgpu(
    `an update, for cards: ${step.name}`,
    (device) => compareStep(device, step, [{}], errors),
    "workgroup",
  );
}

for (let seed = 1; seed <= 6; seed++) {
  testOnWebgpu(
    `random graphs ${seed}, for cards`,
    (device) => compareRandomGraphs(device, seed, [{}], errors),
    "workgroup",
  );
}
