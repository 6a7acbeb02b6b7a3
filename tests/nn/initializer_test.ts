import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import * as init from "../../lib/nn/initializer.ts";
import { sequential } from "../../lib/train/model.ts";

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
