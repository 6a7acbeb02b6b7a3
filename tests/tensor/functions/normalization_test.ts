import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Random } from "../../../lib/core/random.ts";
import { leaf } from "../../../lib/graph/node.ts";
import { tensor, zeros } from "../../../lib/tensor/create.ts";
import {
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  localResponseNorm,
} from "../../../lib/tensor/functions/normalization.ts";
import { gradient } from "../../../lib/tensor/gradient.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";
import { onNodes } from "../../nodes.ts";
import { evaluate } from "../../reference.ts";

/** What a function makes of numbers. */
function resultOf(
  fn: (x: Tensor) => Tensor,
  shape: number[],
  numbers: ArrayLike<number>,
): number[] {
  const x = leaf(shape, "f32");
  return [...evaluate([onNodes(fn)(x)], new Map([[x, numbers]]))[0]!];
}

const average = (numbers: readonly number[]) =>
  numbers.reduce((sum, a) => sum + a, 0) / numbers.length;

Deno.test("batchNorm gives each channel mean 0 and variance 1", () => {
  const random = new Random(1);
  const numbers = Float64Array.from({ length: 100 }, (_, i) => random.normal(i % 2, 3));
  const y = resultOf((x) => batchNorm(x, { epsilon: 1e-12 }), [50, 2], numbers);
  for (const channel of [0, 1]) {
    const column = y.filter((_, i) => i % 2 === channel);
    assertAlmostEquals(average(column), 0, 1e-9);
    assertAlmostEquals(average(column.map((a) => a * a)), 1, 1e-9);
  }
});

/** Normalisation by ordinary operations, which are differentiated one by one. */
function plainly(x: Tensor, axes: number[]): Tensor {
  const centred = x.sub(x.mean(axes, true));
  return centred.mul(centred.square().mean(axes, true).add(1e-2).rsqrt());
}

for (
  const [name, own, plain] of [
    ["batchNorm", (x: Tensor) => batchNorm(x, { epsilon: 1e-2 }), (x: Tensor) => plainly(x, [0])],
    ["layerNorm", (x: Tensor) => layerNorm(x, { epsilon: 1e-2 }), (x: Tensor) => plainly(x, [1])],
  ] as const
) {
  Deno.test(`${name}: its gradient, and the gradient of that, are those of its operations`, () => {
    const random = new Random(4), x = Float64Array.from({ length: 24 }, () => random.normal());
    const slope = (f: (x: Tensor) => Tensor) => gradient((x: Tensor) => f(x).tanh().square().sum());
    const curvature = (f: (x: Tensor) => Tensor) =>
      gradient((x: Tensor) => slope(f)(x).mul(x).exp().sum());
    for (const  of of[slope, curvature]) {
      const expected = resultOf(of(plain), [6, 4], x);
      resultOf(of(own), [6, 4], x).forEach((y, i) => assertAlmostEquals(y, expected[i]!, 1e-9));
    }
  });
}

Deno.test("groupNorm gives each group of each example mean 0 and variance 1", () => {
  const random = new Random(1);
  const numbers = Float64Array.from({ length: 2 * 5 * 6 }, (_, i) => random.normal(i % 7, 3));
  const y = resultOf((x) => groupNorm(x, 2, { epsilon: 1e-12 }), [2, 5, 6], numbers);
  for (const example of [0, 1]) {
    for (const group of [0, 1]) {
      const part = y.filter((_, i) =>
        Math.floor(i / 30) === example && Math.floor(i % 6 / 3) === group
      );
      assertAlmostEquals(average(part), 0, 1e-9);
      assertAlmostEquals(average(part.map((a) => a * a)), 1, 1e-9);
    }
  }
  for (const groups of [0, 4, 1.5]) {
    assertThrows(() => groupNorm(zeros([2, 6]), groups), RangeError, `[2, 6], found ${groups}`);
  }
  assertThrows(() => groupNorm(zeros([6]), 2), RangeError, "groupNorm: groups");
});

Deno.test("instanceNorm needs more than one number a channel, layerNorm does not", async () => {
  const pixel = tensor([[[[1, 3]]]]);
  assertThrows(() => instanceNorm(pixel), RangeError, "expected more than one number a channel");
  assertThrows(() => instanceNorm(tensor([[1, 3]])), TypeError, "an axis between examples");
  assertEquals(await layerNorm(pixel).round().flatten().array(), [-1, 1]);
});

Deno.test("local response normalisation needs a whole number of channels", () => {
  const x = zeros([1, 2, 2, 4]);
  assertThrows(() => localResponseNorm(x, { size: 0 }), RangeError, "localResponseNorm: size");
  assertThrows(() => localResponseNorm(x, { size: 2.5 }), RangeError, "found 2.5");
});

Deno.test("local response normalisation divides by sums over neighbouring channels", () => {
  const numbers = [1, 2, 3, 4, 5];
  const sums = (size: number) =>
    resultOf((x) => localResponseNorm(x, { size, alpha: size, beta: 1, k: 0 }), [1, 5], numbers)
      .map((y, i) => numbers[i]! / y);
  const close = (found: number[], expected: number[]) =>
    found.forEach((sum, i) => assertAlmostEquals(sum, expected[i]!, 1e-9));
  close(sums(3), [5, 14, 29, 50, 41]);
  close(sums(2), [1, 5, 13, 25, 41]);
  close(sums(1), [1, 4, 9, 16, 25]);
});
