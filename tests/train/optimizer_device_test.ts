/** Optimizers in f32, by steps of a loop of one's own. */
import { assert } from "@std/assert";
import { tensor } from "../../lib/tensor/create.ts";
import { jit } from "../../lib/tensor/jit.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { adadelta, adam, adamW, lamb, lion } from "../../lib/train/optimizers.ts";
import type { Optimizer, OptimizerState } from "../../lib/train/optimizer.ts";
import { type FixtureArray, fixtures, numbersOf } from "../fixtures/load.ts";
import { testEachOnDevices } from "../tensor/devices.ts";

const rules: Readonly<Record<string, (options: Record<string, unknown>) => Optimizer>> = {
  adam,
  adamW,
  adadelta,
  lion,
  lamb,
};
const records = fixtures("optimizers").flatMap((record) => {
  const rule = rules[record.optimizer];
  return rule === undefined ? [] : [{ ...record, rule }];
});

const tensorOf = (array: FixtureArray) =>
  tensor(Float32Array.from(numbersOf(array)), { shape: array.shape });

// The first steps divide by how much of the means is there: 1e-6 of it, where beta2 is 0.999999.
testEachOnDevices(
  records,
  ({ optimizer, options }) => `${optimizer} with ${JSON.stringify(options)} keeps its digits`,
  async ({ rule, options, weight, gradients, after }) => {
    const optimizer = rule(options);
    const step = jit((w: Tensor, g: Tensor, state: OptimizerState<Tensor>) =>
      optimizer.step(w, g, state)
    );
    let weights = tensorOf(weight), state = optimizer.init(weights);
    for (const [i, gradient] of gradients.entries()) {
      ({ weights, state } = step(weights, tensorOf(gradient), state));
      const found = await weights.data(), expected = numbersOf(after[i]!);
      const error = Math.max(...expected.map((e, k) => Math.abs(found[k]! - e)));
      assert(error < 1e-6, `step ${i + 1}: off by ${error}`);
    }
  },
);
