import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import * as init from "../../lib/nn/initializer.ts";
import { randomNormal } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";

const shape = [3, 3, 20, 30], fanIn = 180, fanOut = 270, count = 5400;
const draw = (initializer: init.Initializer) => init.initialize(initializer, shape, new Random(1));

/** The mean, the variance and the largest magnitude. */
function statistics(data: Float32Array) {
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length;
  return { mean, variance, largest: data.reduce((most, x) => Math.max(most, Math.abs(x)), 0) };
}

Deno.test("fans count the receptive field", () => {
  assertEquals(init.fansOf(shape), { fanIn, fanOut });
  assertEquals(init.fansOf([400, 120]), { fanIn: 400, fanOut: 120 });
  assertEquals(init.fansOf([7]), { fanIn: 7, fanOut: 7 });
  assertEquals(init.fansOf([]), { fanIn: 1, fanOut: 1 });
});

const spreads: Readonly<Record<string, (fanIn: number, fanOut: number) => number>> = {
  glorotUniform: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  glorotNormal: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  heUniform: (fanIn) => 2 / fanIn,
  heNormal: (fanIn) => 2 / fanIn,
  lecunUniform: (fanIn) => 1 / fanIn,
  lecunNormal: (fanIn) => 1 / fanIn,
};

/** Layers on 24 channels, the groups of their kernel, and what an output reads and what reads an input. */
const kernels: readonly (readonly [string, (given: object) => Model, number, number])[] = [
  ["conv2d", (o) => images().conv2d(36, [3, 5], o), 24 * 15, 36 * 15],
  ["conv2d, strided", (o) => images().conv2d(36, 3, { ...o, stride: 2 }), 24 * 9, 36 * 9],
  ["conv2d, dilated", (o) => images().conv2d(36, 3, { ...o, dilation: 2 }), 24 * 9, 36 * 9],
  ["conv2d, 4 groups", (o) => images().conv2d(36, 3, { ...o, groups: 4 }), 6 * 9, 9 * 9],
  ["conv2d, depthwise", (o) => images().conv2d(24, 7, { ...o, groups: 24 }), 49, 49],
  ["conv2d, 3 a channel", (o) => images().conv2d(72, 5, { ...o, groups: 24 }), 25, 75],
  [
    "convTranspose2d",
    (o) => images().convTranspose2d(60, 4, { ...o, stride: 2 }),
    24 * 16,
    60 * 16,
  ],
  [
    "convTranspose2d, 2 groups",
    (o) => images().convTranspose2d(8, 5, { ...o, groups: 2 }),
    300,
    100,
  ],
  ["dense after a flatten", (o) => images().flatten().dense(5, o), 12 * 12 * 24, 5],
  ["dense along an axis", (o) => images().dense(50, o), 24, 50],
];
const images = () => sequential([12, 12, 24]);

for (const [name, build, fanIn, fanOut] of kernels) {
  Deno.test(`${name}: each rule spreads by what an output reads and what reads an input`, async () => {
    for (const [kernelInitializer, spread] of Object.entries(spreads)) {
      const data = await build({ kernelInitializer }).weights[0]!.read() as Float32Array;
      const expected = spread(fanIn, fanOut);
      const { variance, largest } = statistics(data);
      const tolerance = 5 * expected * Math.sqrt(2 / data.length);
      assertAlmostEquals(variance, expected, tolerance, kernelInitializer);
      if (kernelInitializer.endsWith("Uniform")) {
        assertAlmostEquals(largest, Math.sqrt(3 * expected), 0.02 * largest, kernelInitializer);
      }
    }
  });
}

Deno.test("numbers of variance 1 keep it through layers of any groups, and of either direction", async () => {
  await setDevice("cpu", { threads: 2 });
  const x = randomNormal([4, 20, 20, 64], { seed: 1 });
  for (const groups of [1, 4, 64]) {
    for (const layer of ["conv2d", "convTranspose2d"] as const) {
      // Away from the edge, where there is nothing to read on one side.
      for (
        const [kernelInitializer, filters] of [["glorotNormal", 64], ["lecunUniform", 128]] as const
      ) {
        const net = sequential([20, 20, 64])[layer](filters, 3, { groups, kernelInitializer });
        const y = (await net.predict(x)).slice([0, 4, 4, 0], [4, 10, 10, filters]);
        const variance = await y.square().mean().item();
        assert(variance > 0.7 && variance < 1.4, `${layer}, ${groups} groups: ${variance}`);
      }
    }
  }
});

Deno.test("initializers have their variances, means and bounds", () => {
  const list: [init.Initializer, number, boolean][] = [
    [init.glorotUniform(), 2 / (fanIn + fanOut), true],
    [init.glorotNormal(), 2 / (fanIn + fanOut), false],
    [init.heUniform(), 2 / fanIn, true],
    [init.heNormal(), 2 / fanIn, false],
    [init.lecunUniform(), 1 / fanIn, true],
    [init.lecunNormal(), 1 / fanIn, false],
    [init.normal(0.2), 0.04, false],
  ];
  for (const [initializer, expected, uniform] of list) {
    const { mean, variance, largest } = statistics(draw(initializer));
    const { name } = initializer, limit = Math.sqrt(3 * expected);
    assertAlmostEquals(mean, 0, 4 * Math.sqrt(expected / count), name);
    assertAlmostEquals(variance, expected, 4 * expected * Math.sqrt(2 / count), name);
    assert(uniform ? largest <= limit && largest > 0.99 * limit : largest > limit, name);
  }
});

Deno.test("constants, and normal numbers cut off at two standard deviations", () => {
  assertEquals([...new Set(draw(init.zeros()))], [0]);
  assertEquals([...new Set(draw(init.constant(-0.5)))], [-0.5]);
  const { mean, variance, largest } = statistics(
    draw(init.truncatedNormal(0.5, 0)),
  );
  assertAlmostEquals(mean, 0, 0.03);
  // The variance of a standard normal distribution cut off at 2.
  assertAlmostEquals(variance / 0.25, 0.774, 0.04);
  assert(largest <= 1 && largest > 0.98);
  const moved = statistics(draw(init.normal(0.1, 3)));
  assertAlmostEquals(moved.mean, 3, 0.01);
});

Deno.test("the same random numbers give the same weights", () => {
  assertEquals(draw(init.heNormal()), draw(init.heNormal()));
});

Deno.test("a layer takes an initializer or its name", async () => {
  const net = sequential([50]).dense(40, {
    kernelInitializer: "heUniform",
    biasInitializer: init.constant(0.25),
  });
  const { largest } = statistics(await net.weight("dense1.kernel").read() as Float32Array);
  assert(largest <= Math.sqrt(6 / 50) && largest > 0.9 * Math.sqrt(6 / 50));
  assertEquals([...new Set(await net.weight("dense1.bias").read())], [0.25]);
  assertEquals(init.initializerOf("normal"), init.normal());
  assertEquals(init.initializerOf("truncatedNormal"), init.truncatedNormal());
  assertEquals(init.initializerOf({ name: "normal", mean: 1 }), init.normal(0.01, 1));
});

Deno.test("initializers that make no sense are errors", () => {
  const of = init.initializerOf;
  assertThrows(() => of("heNorml"), RangeError, 'did you mean "heNormal"? Known: zeros, constant');
  assertThrows(() => of("toString"), RangeError, 'unknown initializer "toString"');
  assertThrows(() => of({} as never), RangeError, "unknown initializer");
  assertThrows(
    () => of("constant"),
    TypeError,
    "expected a value, as in initializers.constant(0.5)",
  );
  assertThrows(() => of(init.constant(NaN)), TypeError, "value: expected a number, found NaN");
  assertThrows(() => of(init.normal(-1)), RangeError, "expected at least 0, found -1");
  assertThrows(
    () => sequential([2]).dense(2, { kernelInitializer: "glorot" }),
    RangeError,
    'unknown initializer "glorot"',
  );
});

/** The matrix of a kernel [..., outputs] times its transpose: of what outputs read, or of the rows. */
function products(data: Float32Array, columns: number, ofColumns: boolean): number[][] {
  const rows = data.length / columns, at = (i: number, j: number) => data[i * columns + j]!;
  const [count, length] = ofColumns ? [columns, rows] : [rows, columns];
  const entry = (v: number, i: number) => ofColumns ? at(i, v) : at(v, i);
  const each = Array.from({ length: count }, (_, v) => v);
  return each.map((a) =>
    each.map((b) =>
      Array.from({ length }, (_, i) => entry(a, i) * entry(b, i)).reduce((sum, x) => sum + x)
    )
  );
}

Deno.test("orthogonal: Q^T Q is gain^2 I for tall matrices, Q Q^T for wide ones", () => {
  for (
    const [shape, isTall] of [[[3, 3, 4, 8], true], [[5, 12], false], [[7, 7], true]] as const
  ) {
    const data = init.initialize(init.orthogonal(1.5), shape, new Random(2));
    const columns = shape.at(-1)!;
    products(data, columns, isTall).forEach((row, i) =>
      row.forEach((x, j) => assertAlmostEquals(x, i === j ? 2.25 : 0, 1e-5))
    );
  }
});

Deno.test("orthogonal: turned by chance alone, either way round as often", () => {
  let positive = 0;
  for (let seed = 0; seed < 200; seed++) {
    const [a, b, c, d] = init.initialize(init.orthogonal(), [2, 2], new Random(seed));
    if (a! * d! - b! * c! > 0) positive++;
  }
  assert(positive > 70 && positive < 130, `${positive}`);
});

Deno.test("orthogonal: by name, of depthwise kernels, saved; not for a bias", async () => {
  const net = sequential([6, 6, 4], { seed: 1 })
    .depthwiseConv2d(3, { kernelInitializer: "orthogonal" });
  const data = await net.weight("depthwiseConv2d1.kernel").read() as Float32Array;
  products(data, 4, true).forEach((row, i) =>
    row.forEach((x, j) => assertAlmostEquals(x, i === j ? 1 : 0, 1e-5))
  );
  assertThrows(
    () => sequential([3]).dense(2, { biasInitializer: "orthogonal" }).namedWeights,
    RangeError,
    "initializer orthogonal: expected a weight of at least two axes, found dense1.bias of the shape [2]",
  );
});
