import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  batchNormTraining,
  channelWindowSum,
  localResponseNorm,
} from "../../../lib/tensor/functions/normalization.ts";
import { leaf } from "../../../lib/graph/node.ts";
import { Random } from "../../../lib/core/random.ts";
import { Tensor } from "../../../lib/tensor/tensor.ts";
import { record } from "../../../lib/tensor/tracing.ts";
import { onNodes } from "../../nodes.ts";
import { evaluate } from "../../reference.ts";

Deno.test("each channel has mean 0 and variance 1, and the batch's statistics are right", () => {
  const x = leaf([50, 2], "f32"), random = new Random(1);
  const numbers = Float64Array.from({ length: 100 }, (_, i) => random.normal(i % 2, 3));
  const { result, mean, variance } = record(() =>
    batchNormTraining(new Tensor(x), undefined, undefined, 1e-12)
  );
  const [y, m, v] = evaluate([result.node, mean.node, variance.node], new Map([[x, numbers]]));
  for (const channel of [0, 1]) {
    const column = (data: Float64Array) => data.filter((_, i) => i % 2 === channel);
    const average = (data: Float64Array) => data.reduce((sum, a) => sum + a, 0) / data.length;
    assertAlmostEquals(average(column(y!)), 0, 1e-9);
    assertAlmostEquals(average(column(y!).map((a) => a * a)), 1, 1e-9);
    const before = column(numbers), centre = average(before);
    assertAlmostEquals(m![channel]!, centre, 1e-9);
    assertAlmostEquals(v![channel]!, average(before.map((a) => (a - centre) ** 2)), 1e-9);
  }
});

Deno.test("local response normalisation needs a whole number of channels", () => {
  const x = new Tensor(leaf([1, 2, 2, 4], "f32"));
  assertThrows(() => localResponseNorm(x, { size: 0 }), RangeError, "localResponseNorm: size");
  assertThrows(() => localResponseNorm(x, { size: 2.5 }), RangeError, "found 2.5");
});

Deno.test("sums over neighbouring channels", () => {
  const x = leaf([1, 1, 1, 5], "f32"), data = new Map([[x, [1, 10, 100, 1000, 10000]]]);
  const sums = (
    size: number,
  ) => [...evaluate([onNodes((x) => channelWindowSum(x, size))(x)], data)[0]!];
  assertEquals(sums(3), [11, 111, 1110, 11100, 11000]);
  assertEquals(sums(2), [1, 11, 110, 1100, 11000]);
  assertEquals(sums(1), [1, 10, 100, 1000, 10000]);
});
