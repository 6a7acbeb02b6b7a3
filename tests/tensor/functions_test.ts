import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { typedArray } from "../../lib/core/dtype.ts";
import { ones, randomNormal, setSeed, tensor } from "../../lib/tensor/create.ts";
import * as functions from "../../lib/tensor/functions.ts";
import { valueAndGradient } from "../../lib/tensor/gradient.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { difference } from "../device/compare.ts";
import { nameOf } from "../fixtures/layers.ts";
import { type FixtureArray, fixtures, numbersOf } from "../fixtures/load.ts";
import { testEachOnDevices, testOnDevices } from "./devices.ts";

const given = (array: FixtureArray) =>
  tensor(typedArray(array.dtype, numbersOf(array)), { shape: array.shape });

type Options = Record<string, number | boolean>;
type Weights = Record<string, Tensor>;
// deno-lint-ignore no-explicit-any
type Arguments = readonly any[];

/** Layers as functions of tensors: their call for the weights and the arguments of the layer. */
const calls: Record<string, (x: Tensor, weights: Weights, given: Arguments) => Tensor> = {
  dense: (x, { kernel, bias }) => functions.dense(x, kernel!, bias),
  conv2d: (x, { kernel, bias }, [, , options]) =>
    functions.conv2d(x, kernel!, { ...options, bias }),
  convTranspose2d: (x, { kernel, bias }, [, , options]) =>
    functions.convTranspose2d(x, kernel!, { ...options, bias }),
  maxPool2d: (x, _, [window, options]) => functions.maxPool2d(x, window, options),
  averagePool2d: (x, _, [window, options]) => functions.averagePool2d(x, window, options),
  globalAveragePool2d: functions.globalAveragePool2d,
  globalMaxPool2d: functions.globalMaxPool2d,
  flatten: (x) => x.reshape([x.shape[0]!, -1]),
  reshape: (x, _, [shape]) => x.reshape([x.shape[0]!, ...shape]),
  zeroPadding2d: (x, _, [padding]) => functions.zeroPadding2d(x, padding),
  groupNorm: (x, affine, [groups, { epsilon = 1e-5 }]) =>
    functions.groupNorm(x, groups, { ...affine, epsilon }),
  instanceNorm: (x, affine, [{ epsilon = 1e-5 }]) =>
    functions.instanceNorm(x, { ...affine, epsilon }),
  layerNorm: (x, affine, [{ epsilon = 1e-5 }]) => functions.layerNorm(x, { ...affine, epsilon }),
  localResponseNorm: (x, _, [options]) => functions.localResponseNorm(x, options),
  leakyRelu: (x, _, [options]) => functions.leakyRelu(x, options?.negativeSlope),
  elu: (x, _, [options]) => functions.elu(x, options?.alpha),
  gelu: (x, _, [options]) => functions.gelu(x, options?.approximate),
};

testEachOnDevices(
  fixtures("layers").filter(({ layer }) => layer in calls || layer in functions),
  (record) => `${nameOf(record)} as a function`,
  async ({ layer, arguments: list, inputs, weights, training, output }) => {
    const byName = Object.fromEntries(
      Object.entries(weights).map(([key, array]) => [key, given(array)]),
    );
    const x = given(inputs[0]!), options = (list.at(-1) ?? {}) as Options;
    const call = calls[layer];
    const plain = (functions as unknown as Record<string, (x: Tensor) => Tensor>)[layer];
    const { gamma, beta, runningMean, runningVariance } = byName;
    const result = layer === "batchNorm"
      ? functions.batchNorm(x, {
        gamma: gamma!,
        beta: beta!,
        epsilon: options.epsilon as number ?? 1e-5,
        ...training ? {} : { mean: runningMean!, variance: runningVariance! },
      })
      : call?.(x, byName, list) ?? plain!(x);
    assertEquals([...result.shape], [...output.shape]);
    const error = difference(await result.data(), numbersOf(output), false);
    assert(error <= 5e-5, `error ${error}`);
  },
);

testEachOnDevices(
  // As functions, the losses of numbers take no weights of classes.
  [...fixtures("losses").entries()].filter(([, { loss, weighted }]) =>
    ["crossEntropy", "focalCrossEntropy"].includes(loss.name) || !weighted?.includes("classes")
  ),
  ([i, { loss }]) => `${loss.name} as a function (record ${i})`,
  async ([, { loss, weighted = [], inputs, output, gradients, outputGradient }]) => {
    const losses = functions as unknown as Record<
      string,
      (x: Tensor, y: Tensor, options?: unknown) => Tensor
    >;
    const [x, y, ...others] = inputs.map(given) as [Tensor, Tensor, ...Tensor[]];
    const { name, ...settings } = loss;
    const option = { classes: "classWeights", examples: "weights" };
    const weights = weighted.map((of, k) => [option[of], others[k]!] as const);
    const options = Object.keys(settings).length + weights.length === 0
      ? []
      : [{ ...settings, ...Object.fromEntries(weights) }];
    const { value, gradient } = valueAndGradient((x: Tensor) => losses[name]!(x, y, ...options))(x);
    const expected = numbersOf(output)[0]!;
    assertAlmostEquals(await value.item(), expected, 1e-5 * Math.abs(expected));
    const scaled = gradient.mul(numbersOf(outputGradient!)[0]!);
    const error = difference(await scaled.data(), numbersOf(gradients![0]!), false);
    assert(error <= 1e-5, `gradient: error ${error}`);
  },
);

testOnDevices("dropout draws by a seed or goes on in a sequence", async () => {
  const x = ones([100, 100]);
  const draw = async (
    seed?: number,
  ) => [...await functions.dropout(x, 0.25, seed === undefined ? {} : { seed }).data()];
  const first = await draw(1);
  assertEquals([...new Set(first)].sort(), [0, Math.fround(1 / 0.75)]);
  assertAlmostEquals(first.filter((y) => y === 0).length, 2500, 4 * Math.sqrt(1875));
  assertEquals(await draw(1), first);
  setSeed(3);
  const [a, b] = [await draw(), await draw()];
  assert(String(a) !== String(b));
  setSeed(3);
  assertEquals(await draw(), a);
  assertEquals([...await functions.dropout(x, 0).data()], [...await x.data()]);
  for (const rate of [1, -0.1, NaN]) {
    assertThrows(() => functions.dropout(x, rate), RangeError, `found ${rate}`);
  }
});

Deno.test("arguments that do not fit are errors", () => {
  const image = ones([1, 5, 5, 2]);
  assertThrows(
    () => functions.conv2d(ones([5, 5, 2]), ones([3, 3, 2, 1])),
    TypeError,
    "conv2d: expected images [n, height, width, channels], found [5, 5, 2]",
  );
  assertThrows(
    () => functions.conv2d(image, ones([3, 3, 2, 1]), { bias: false as never }),
    TypeError,
    "conv2d: bias: expected a tensor, found false",
  );
  assertThrows(() => functions.conv2d(5 as never, image), TypeError, "expected a tensor, found 5");
  assertThrows(
    () => functions.conv2d(image, ones([7, 7, 2, 1])),
    RangeError,
    "does not fit the 5x5",
  );
  assertThrows(() => functions.conv2d(image, ones([3, 3, 1, 1])), TypeError, "channels");
  assertThrows(() => functions.maxPool2d(image, 6), RangeError, "does not fit");
  assertThrows(() => functions.zeroPadding2d(image, -1), RangeError, "padding");
  assertThrows(
    () => functions.batchNorm(image, { mean: ones([2]) }),
    TypeError,
    "expected mean and variance together",
  );
  const logits = ones([2, 3]), labels = tensor([0, 1], { dtype: "i32" });
  assertThrows(() => functions.crossEntropy(logits, ones([2, 4])), TypeError, "crossEntropy");
  const array = [1, 2] as never;
  for (const name of ["relu", "linear", "softmax", "dropout", "batchNorm"] as const) {
    const call = functions[name] as (x: Tensor, rate: number) => Tensor;
    assertThrows(() => call(array, 0.5), TypeError, `${name}: expected a tensor, found [1,2]`);
  }
  assertThrows(() => functions.gelu(array), TypeError, "expected a tensor, found [1,2]");
  assertThrows(() => functions.hinge(logits, array), TypeError, "hinge: expected a tensor");
  assertThrows(
    () => functions.batchNorm(image, { gamma: array }),
    TypeError,
    "batchNorm: gamma: expected a tensor",
  );
  for (
    const mistake of [
      () => functions.conv2d(image, ones([3, 3, 2, 1]), { strides: 2 } as object),
      () => functions.maxPool2d(image, 2, { strides: 1 } as object),
      () => functions.dropout(logits, 0.5, { sead: 1 } as object),
      () => randomNormal([2], { stddev: 2 } as object),
    ]
  ) assertThrows(mistake, RangeError, "unknown option");
  assertThrows(
    () => functions.crossEntropy(logits, tensor([0, 1])),
    TypeError,
    "crossEntropy: expected class numbers of type i32, found f32",
  );
  assertThrows(
    () => functions.crossEntropy(logits, labels, { labelSmoothing: 2 }),
    RangeError,
    "labelSmoothing",
  );
  assertThrows(() => functions.meanSquaredError(logits, ones([3])), TypeError, "[2, 3], found [3]");
});
