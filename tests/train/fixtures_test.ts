import { assert, assertAlmostEquals } from "@std/assert";
import { sizeOf } from "../../lib/core/shape.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import { type LossLike, lossOf } from "../../lib/train/loss.ts";
import {
  adagrad,
  adam,
  adamW,
  clipByNorm,
  type Optimizer,
  rmsprop,
  sgd,
} from "../../lib/train/optimizer.ts";
import * as schedules from "../../lib/train/schedule.ts";
import { difference } from "../device/compare.ts";
import { compareFixture } from "../fixtures/compare.ts";
import { type Fixtures, fixtures, numbersOf } from "../fixtures/load.ts";
import { evaluate } from "../reference.ts";

Deno.test("every loss and its gradient are those of PyTorch", () => {
  let largest = 0;
  const records = fixtures("losses");
  for (const record of records) {
    const { compute } = lossOf(record.loss as LossLike);
    const name = JSON.stringify(record.loss);
    largest = Math.max(
      largest,
      compareFixture(name, record, ([predictions, targets]) => compute(predictions!, targets!)),
    );
  }
  console.log(
    `losses against PyTorch: ${records.length} records, largest error ${largest.toExponential(1)}`,
  );
});

const optimizers: Record<string, (options: Record<string, unknown>) => Optimizer> = {
  sgd,
  adam,
  adamW,
  rmsprop,
  adagrad,
};

/** The largest difference of the weights after each step of a record. */
function follow(record: Fixtures["optimizers"]): number {
  const optimizer = optimizers[record.optimizer]!(record.options);
  const { shape } = record.weight;
  const node = () => leaf(shape, "f32");
  const weight = node(), gradient = node(), rate = leaf([], "f32"), step = leaf([], "f32");
  const slots = optimizer.slots.map(node);
  const [clipped] = optimizer.clipNorm === undefined
    ? [gradient]
    : clipByNorm([gradient], optimizer.clipNorm);
  const updated = optimizer.update(weight, clipped!, slots, rate, step);
  const data = new Map<Node, ArrayLike<number>>([
    [weight, numbersOf(record.weight)],
    [rate, [optimizer.schedule.rate(0)]],
    ...slots.map((slot) => [slot, new Float64Array(sizeOf(shape))] as const),
  ]);
  let most = 0;
  record.gradients.forEach((g, i) => {
    data.set(gradient, numbersOf(g));
    data.set(step, [i + 1]);
    const [next, ...memory] = evaluate([updated.weight, ...updated.slots], data);
    data.set(weight, next!);
    slots.forEach((slot, k) => data.set(slot, memory[k]!));
    most = Math.max(most, difference(next!, numbersOf(record.after[i]!), false));
  });
  return most;
}

Deno.test("every optimizer takes PyTorch's steps", () => {
  let largest = 0;
  const records = fixtures("optimizers");
  for (const record of records) {
    const error = follow(record);
    const name = `${record.optimizer} ${JSON.stringify(record.options)}`;
    assert(error <= 1e-5, `${name}: error ${error}`);
    largest = Math.max(largest, error);
  }
  console.log(
    `optimizers against PyTorch: ${records.length} records, largest error ${
      largest.toExponential(1)
    }`,
  );
});

Deno.test("every schedule is PyTorch's", () => {
  for (const { schedule, arguments: given, rates, losses } of fixtures("schedules")) {
    const make = (schedules as unknown as Record<
      string,
      (...given: unknown[]) => schedules.Schedule
    >)[schedule]!;
    const made = make(...given);
    rates.forEach((rate, epoch) => {
      assertAlmostEquals(made.rate(epoch), rate, 1e-8, `${schedule}, epoch ${epoch}`);
      if (losses !== undefined) made.report!(losses[epoch]!);
    });
  }
});
