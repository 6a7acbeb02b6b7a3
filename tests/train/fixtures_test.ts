import { assertAlmostEquals } from "@std/assert";
import { type Shape, sizeOf } from "../../lib/core/shape.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import { type LossLike, lossOf } from "../../lib/train/loss.ts";
import {
  adadelta,
  adagrad,
  adam,
  adamW,
  lamb,
  lion,
  rmsprop,
  sgd,
} from "../../lib/train/optimizers.ts";
import type { Optimizer } from "../../lib/train/optimizer.ts";
import { Tensor } from "../../lib/tensor/tensor.ts";
import { record as recording } from "../../lib/tensor/tracing.ts";
import * as schedules from "../../lib/train/learning_rate.ts";
import { difference } from "../device/compare.ts";
import { compareFixture } from "../fixtures/compare.ts";
import { type Fixtures, fixtures, numbersOf } from "../fixtures/load.ts";
import { Largest } from "../largest.ts";
import { onNodes } from "../nodes.ts";
import { evaluate } from "../reference.ts";

const lossErrors = new Largest("losses against PyTorch", 1e-5);

for (const [i, record] of fixtures("losses").entries()) {
  const name = `${record.loss.name}: PyTorch's (record ${i})`;
  Deno.test(name, () => {
    const { compute } = lossOf(record.loss as LossLike), { weighted = [] } = record;
    const isBinary = !["crossEntropy", "focalCrossEntropy"].includes(record.loss.name);
    const loss = onNodes((x, y, ...others) => {
      const weights = Object.fromEntries(weighted.map((name, k) => [name, others[k]!]));
      return compute(x!, y!, { ...weights, isBinary });
    });
    compareFixture(name, record, lossErrors, (nodes) => loss(...nodes));
  });
}

const optimizers: Record<string, (options: Record<string, unknown>) => Optimizer> = {
  sgd,
  adam,
  adamW,
  rmsprop,
  adagrad,
  adadelta,
  lion,
  lamb,
};

/** The largest difference of the weights after each step of a record. */
function follow(record: Fixtures["optimizers"]): number {
  const optimizer = optimizers[record.optimizer]!(record.options);
  const { shape } = record.weight;
  const placeholder = (shape: Shape) => new Tensor(leaf(shape, "f32"));
  const weight = placeholder(shape), gradient = placeholder(shape);
  const rate = placeholder([]), step = placeholder([]);
  const slots = optimizer.slots.map(() => placeholder(shape));
  const updated = recording(() =>
    optimizer.step(weight, gradient, {
      step,
      slots: Object.fromEntries(optimizer.slots.map((slot, k) => [slot, slots[k]!])),
    }, rate)
  );
  const results = [updated.weights, ...Object.values(updated.state.slots)].map(({ node }) => node);
  const data = new Map<Node, ArrayLike<number>>([
    [weight.node, numbersOf(record.weight)],
    [rate.node, [optimizer.schedule.rate(0)]],
    ...slots.map((slot) => [slot.node, new Float64Array(sizeOf(shape))] as const),
  ]);
  let most = 0;
  record.gradients.forEach((g, i) => {
    data.set(gradient.node, numbersOf(g));
    data.set(step.node, [i]);
    if (record.rates !== undefined) data.set(rate.node, [record.rates[i]!]);
    const [next, ...memory] = evaluate(results, data);
    data.set(weight.node, next!);
    slots.forEach((slot, k) => data.set(slot.node, memory[k]!));
    most = Math.max(most, difference(next!, numbersOf(record.after[i]!), false));
  });
  return most;
}

const optimizerErrors = new Largest("optimizers against PyTorch", 1e-5);

for (const [i, record] of fixtures("optimizers").entries()) {
  const name = `${record.optimizer}: PyTorch's steps (record ${i})`;
  Deno.test(name, () => optimizerErrors.check(follow(record), name));
}

for (const [i, record] of fixtures("schedules").entries()) {
  const { schedule, arguments: given, rates, losses } = record;
  Deno.test(`${schedule}: PyTorch's rates (record ${i})`, () => {
    const make = (schedules as unknown as Record<
      string,
      (...given: unknown[]) => schedules.Schedule
    >)[schedule]!;
    const made = make(...given);
    rates.forEach((rate, epoch) => {
      assertAlmostEquals(made.rate(epoch), rate, 1e-8, `epoch ${epoch}`);
      if (losses !== undefined) made.report!(losses[epoch]!);
    });
  });
}
