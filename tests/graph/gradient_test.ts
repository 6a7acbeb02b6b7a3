import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Random } from "../../lib/core/random.ts";
import { gradients } from "../../lib/graph/gradient.ts";
import { leaf, type Node } from "../../lib/graph/node.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { literal } from "../../lib/graph/ops/generate.ts";
import { reduceMax, reduceMin, reduceProduct, reduceSum } from "../../lib/graph/ops/reduce.ts";
import { windowMax } from "../../lib/graph/ops/window.ts";
import { opTable } from "../../lib/graph/table.ts";
import { build, type Built, cases, gradientsOf } from "../cases.ts";
import { Largest } from "../largest.ts";
import { evaluate } from "../reference.ts";

/** Elements of an input that are changed one by one; of larger inputs, a random choice. */
const probes = { first: 16, second: 4 };
/** Ops that pass no gradient on: their rows say so with undefined. */
const flat = new Set(["argmax", "compare", "convert", "detach", "isFinite", "randomUniform"]);

const errors = {
  first: new Largest("gradients against finite differences", 1e-5),
  second: new Largest("second derivatives against finite differences", 1e-5),
};

const largest = (numbers: Float64Array): number =>
  numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** Compares the gradients of a scalar `loss` with central differences of it. */
function check(
  name: string,
  loss: Node,
  { variables, data }: Built,
  order: "first" | "second",
): void {
  const found = evaluate(gradients(loss, variables), data);
  // Relative to the largest gradient, or 1 at least.
  const compare = (where: string, found: number, expected: number, magnitude: number) =>
    errors[order].check(
      Math.abs(found - expected) / Math.max(1, magnitude),
      `${name}, ${where}`,
      () => `: gradient ${found}, finite difference ${expected}`,
    );
  const random = new Random(5);
  variables.forEach((variable, v) => {
    const values = data.get(variable)!;
    const at = (moved: Float64Array) =>
      evaluate([loss], new Map([...data, [variable, moved]]))[0]![0]!;
    const magnitude = largest(found[v]!);
    const count = Math.min(probes[order], values.length);
    const chosen = random.permutation(values.length);
    for (let k = 0; k < count; k++) {
      const i = chosen[k]!;
      const step = 1e-5 * Math.max(1, Math.abs(values[i]!));
      const difference = at(values.with(i, values[i]! + step)) -
        at(values.with(i, values[i]! - step));
      compare(`input ${v}[${i}]`, found[v]![i]!, difference / (2 * step), magnitude);
    }
    // All elements at once, in a random direction.
    const direction = values.map(() => random.uniform(-1, 1)), step = 1e-5;
    const difference = at(values.map((x, i) => x + step * direction[i]!)) -
      at(values.map((x, i) => x - step * direction[i]!));
    const slope = direction.reduce((sum, d, i) => sum + d * found[v]![i]!, 0);
    const length = Math.sqrt(values.length) * magnitude;
    compare(`input ${v}, a direction`, slope, difference / (2 * step), length);
  });
}

const differentiable = cases.filter((item) => build(item).loss !== undefined);

for (const item of differentiable) {
  Deno.test(`${item.name}: gradient`, () => {
    const built = build(item);
    check(item.name, built.loss!, built, "first");
  });
}

for (const op of opTable.values()) {
  if (op.gradient === undefined || flat.has(op.name)) continue;
  Deno.test(`${op.name}: a case checks its gradient`, () => {
    assert(differentiable.some((item) => item.op === op.name), "add a case to tests/cases/");
  });
}

for (const item of differentiable) {
  Deno.test(`${item.name}: second derivatives`, () => {
    const built = build(item);
    const random = new Random(6);
    // The first gradients, weighted, as a new loss.
    const data = new Map(built.data);
    const terms = gradientsOf(built).map((g, i) => {
      const weights = leaf(g.shape, "f32");
      const size = built.data.get(built.variables[i]!)!.length;
      data.set(weights, Float64Array.from({ length: size }, () => random.uniform(-1, 1)));
      return reduceSum(e.multiply(g, weights));
    });
    check(item.name, terms.reduce(e.add), { ...built, data }, "second");
  });
}

/** The gradient of the sum of f(x) at some numbers. */
function slopes(f: (x: Node) => Node, numbers: number[]): number[] {
  const x = leaf([numbers.length], "f32");
  const [g] = gradients(reduceSum(f(x)), [x]);
  return [...evaluate([g!], new Map([[x, numbers]]))[0]!].map((slope) => slope + 0); // no -0
}

Deno.test("at kinks and ties the gradients are those of PyTorch", () => {
  assertEquals(slopes(e.relu, [-1, 0, 1]), [0, 0, 1]);
  assertEquals(slopes(e.abs, [-1, 0, 1]), [-1, 0, 1]);
  assertEquals(slopes((x) => e.maximum(x, literal(2)), [1, 2, 3]), [0, 0.5, 1]);
  assertEquals(slopes((x) => e.minimum(x, literal(2)), [1, 2, 3]), [1, 0.5, 0]);
  assertEquals(slopes(reduceMax, [1, 3, 3, 2, 3]), [0, 1 / 3, 1 / 3, 0, 1 / 3]);
  assertEquals(slopes(reduceMin, [2, 1, 3, 1]), [0, 0.5, 0, 0.5]);
  assertEquals(slopes(reduceProduct, [2, 0, 3]), [0, 6, 0]);
  assertEquals(slopes(reduceProduct, [2, 0, 0]), [0, 0, 0]);
  assertEquals(slopes((x) => e.power(x, literal(2)), [0, -3]), [0, -6]);
  assertEquals(slopes((x) => e.power(x, literal(0)), [0, 2]), [0, 0]);
  assertEquals(slopes((x) => e.power(literal(0), x), [2, 3]), [0, 0]);
  assertEquals(slopes((x) => e.multiply(e.detach(x), x), [2, 3]), [2, 3]);
});

Deno.test("the first maximum of a window takes the gradient", () => {
  const x = leaf([1, 2, 2, 1], "f32");
  const y = windowMax(x, { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0] });
  const [g] = gradients(reduceSum(y), [x]);
  assertEquals([...evaluate([g!], new Map([[x, [1, 4, 4, 4]]]))[0]!], [0, 1, 0, 0]);
});

Deno.test("what the output does not depend on has the gradient 0", () => {
  const x = leaf([2], "f32"), y = leaf([3], "f32");
  const [gx, gy] = gradients(reduceSum(e.exp(x)), [x, y]);
  assertEquals(gy!.shape, [3]);
  const values = evaluate([gx!, gy!], new Map([[x, [0, 0]], [y, [1, 2, 3]]]));
  assertEquals(values.map((v) => [...v]), [[1, 1], [0, 0, 0]]);
});

Deno.test("a value inside the graph can be a variable", () => {
  const x = leaf([], "f32"), y = e.exp(x), z = e.multiply(y, y);
  const [gy, gz, gx] = gradients(z, [y, z, x]);
  const data = new Map([[x, [0]]]);
  assertEquals(evaluate([gy!, gz!, gx!], data).map((v) => v[0]), [2, 1, 2]);
});

Deno.test("only a scalar f32 can be differentiated", () => {
  const x = leaf([2, 3], "f32");
  assertThrows(() => gradients(x, [x]), TypeError, "expected a scalar f32");
  assertThrows(() => gradients(x, [x]), TypeError, "f32 [2, 3]");
  const i = reduceSum(leaf([4], "i32"));
  assertThrows(() => gradients(i, [x]), TypeError, "found i32 []");
});

Deno.test("integers carry no gradient", () => {
  const x = leaf([3], "f32");
  const rounded = e.convert(e.convert(x, "i32"), "f32");
  const [g] = gradients(reduceSum(e.multiply(rounded, x)), [x]);
  assertEquals([...evaluate([g!], new Map([[x, [1.5, 2.5, -3.5]]]))[0]!], [1, 2, -3]);
});

Deno.test("max pooling is differentiated as often as what it pools", () => {
  const x = leaf([1, 2, 2, 1], "f32");
  const y = windowMax(e.exp(x), { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0] });
  let slope = reduceSum(y);
  for (let order = 1; order <= 3; order++) {
    const [g] = gradients(slope, [x]);
    // Of two equal ones the first counts.
    const numbers = evaluate([g!], new Map([[x, [0, 2, 2, 1]]]))[0]!;
    assertEquals([...numbers], [0, Math.exp(2), 0, 0]);
    slope = reduceSum(g!);
  }
});

Deno.test("the gradient of a chain of 10,000 ops", () => {
  const x = leaf([], "f32");
  let y = x;
  for (let i = 0; i < 10_000; i++) y = e.negate(y);
  const [g] = gradients(y, [x]);
  assertStrictEquals(evaluate([g!], new Map([[x, [1]]]))[0]![0], 1);
});
