import { assert, assertEquals } from "@std/assert";
import {
  elementwiseNames,
  emitLiteral,
} from "../../../../kernels/webgpu/elementwise/elementwise.ts";
import { philox } from "../../../../lib/core/random.ts";
import { leaf, type Node } from "../../../../lib/graph/node.ts";
import * as e from "../../../../lib/graph/ops/elementwise.ts";
import { literal, randomUniform } from "../../../../lib/graph/ops/generate.ts";
import { opTable } from "../../../../lib/graph/table.ts";
import { runOn } from "../../../device/compare.ts";
import { testOnWebgpu, type WebgpuDevice } from "../run_kernel.ts";

Deno.test("every element-wise op of the op table has WGSL", () => {
  const names = [...opTable.values()]
    .filter(({ kind, step }) => kind === "elementwise" && step === undefined);
  assertEquals(
    names.map(({ name }) => name).filter((name) => !elementwiseNames.includes(name)),
    [],
  );
});

Deno.test("emitLiteral writes numbers exactly, and those WGSL does not admit by their bits", () => {
  assertEquals(emitLiteral(0.1, "f32"), `f32(${Math.fround(0.1)})`);
  assertEquals(emitLiteral(-0, "f32"), "f32(-0.0)");
  assertEquals(emitLiteral(Infinity, "f32"), "from_bits(2139095040u)");
  assertEquals(emitLiteral(1e-40, "f32"), "from_bits(71362u)");
  assertEquals(emitLiteral(-2147483648, "i32"), "i32(-2147483648)");
});

/** The values of an op at some numbers. */
async function values(
  device: WebgpuDevice,
  op: (...nodes: Node[]) => Node,
  ...numbers: number[][]
): Promise<number[]> {
  const leaves = numbers.map((list) => leaf([list.length], "f32"));
  const data = new Map(leaves.map((node, i) => [node, numbers[i]!]));
  const [result] = await runOn(device, { roots: [op(...leaves)], leaves, data });
  return Array.from(result!);
}

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

testOnWebgpu("not-a-number and infinities", async (device) => {
  const special = [nan, infinity, -infinity, 3e38, 0];
  assertEquals(await values(device, e.isFiniteNode, special), [0, 0, 0, 1, 1]);
  const [a, b] = [[nan, 1, nan, 2, -infinity], [1, nan, nan, 1, 3]];
  assertEquals(await values(device, e.maximum, a, b), [nan, nan, nan, 2, 3]);
  assertEquals(await values(device, e.minimum, a, b), [nan, nan, nan, 1, -infinity]);
  assertEquals(await values(device, e.relu, [nan, -1, 2]), [nan, 0, 2]);
  const compare = (direction: e.Direction) =>
    values(device, (x, y) => e.compare(direction, x, y), a, b);
  assertEquals(await compare("equal"), [0, 0, 0, 0, 0]);
  assertEquals(await compare("notEqual"), [1, 1, 1, 1, 1]);
  assertEquals(await compare("less"), [0, 0, 0, 0, 1]);
  assertEquals(await compare("greaterOrEqual"), [0, 0, 0, 1, 0]);
  const filled = await values(device, (x) => e.add(x, literal(-infinity, [2])), [1, 2]);
  assertEquals(filled, [-infinity, -infinity]);
});

testOnWebgpu("saturating functions at large numbers", async (device) => {
  const large = [-1e30, -100, 100, 1e30, infinity];
  assertEquals(await values(device, e.tanh, large), [-1, -1, 1, 1, 1]);
  assertEquals(await values(device, e.erf, large), [-1, -1, 1, 1, 1]);
  const logistic = await values(device, e.logistic, large);
  assertEquals(logistic.map(Math.fround).slice(2), [1, 1, 1]);
  assert(logistic[0]! === 0 && logistic[1]! < 1e-37);
});

testOnWebgpu("round to even; powers of negative numbers", async (device) => {
  const halves = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4];
  assertEquals((await values(device, e.round, halves)).map((x) => x + 0), [
    -2,
    -2,
    0,
    0,
    2,
    2,
    2,
  ]);
  const powers = await values(device, e.power, [-2, -2, -2, 0, 0, 5], [3, 2, 0.5, 0, 2, 0]);
  const expected = [-8, 4, nan, 1, 0, 1];
  powers.forEach((x, i) =>
    assert(Object.is(x, expected[i]) || Math.abs(x - expected[i]!) < 1e-5, `${powers}`)
  );
});

testOnWebgpu("transcendental functions to a few units in the last place", async (device) => {
  const xs = Array.from({ length: 4001 }, (_, i) => Math.fround((i - 2000) / 250));
  const check = async (op: (x: Node) => Node, f: (x: number) => number, limit: number) => {
    const found = await values(device, op, xs);
    const error = Math.max(
      ...found.map((y, i) => Math.abs(y - f(xs[i]!)) / Math.max(1, Math.abs(f(xs[i]!)))),
    );
    assert(error < limit, `${f}: ${error}`);
  };
  await check(e.tanh, Math.tanh, 2.5e-7);
  await check(e.sin, Math.sin, 3e-7);
  await check(e.cos, Math.cos, 3e-7);
  await check(e.logistic, (x) => 1 / (1 + Math.exp(-x)), 3e-7);
  await check(e.exp, Math.exp, 2e-6);
});

testOnWebgpu("random numbers have the bits of Philox", async (device) => {
  const words = [123, -7, 41], state = leaf([3], "i32");
  const [found] = await runOn(device, {
    roots: [randomUniform(state, [7, 11], 5)],
    leaves: [state],
    data: new Map([[state, words]]),
  });
  const expected = Array.from(
    { length: 77 },
    (_, i) => (philox(123, -7 >>> 0, i, 0, 41, 5)[0]! >>> 8) * 2 ** -24,
  );
  assertEquals(Array.from(found!), expected);
});
