import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { methods } from "../../lib/graph/ops/elementwise.ts";
import { opTable } from "../../lib/graph/table.ts";
import { arange, full, tensor, zeros } from "../../lib/tensor/create.ts";
import { concatenate, stack, where } from "../../lib/tensor/combine.ts";
import { gradient } from "../../lib/tensor/gradient.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { testOnDevices } from "./devices.ts";

const i32 = (data: number | number[] | number[][]) => tensor(data, { dtype: "i32" });

/** Fails unless a tensor holds these numbers, up to what f32 loses. */
async function check(found: Tensor, expected: unknown, what = ""): Promise<void> {
  const flat = [expected].flat(Infinity) as number[];
  const shape: number[] = [];
  for (let at = expected; Array.isArray(at); at = at[0]) shape.push(at.length);
  assertEquals([...found.shape], shape, what);
  [...await found.data()].forEach((x, i) =>
    assertAlmostEquals(x, flat[i]!, 2e-5 * Math.max(1, Math.abs(flat[i]!)), `${what}[${i}]`)
  );
}

const numbers = [-2.5, -1, -0.3, 0, 0.5, 1, 1.5, 2.5];
const positive = [0.1, 0.5, 1, 2, 3.7];

/** The error function by its series. */
function erf(x: number): number {
  let term = x, sum = x;
  for (let n = 1; n < 60; n++) sum += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

const even = (x: number) => x % 1 === 0.5 || x % 1 === -0.5 ? 2 * Math.round(x / 2) : Math.round(x);

testOnDevices("functions of one number", async () => {
  const list: [string, (t: Tensor) => Tensor, (x: number) => number, number[]?][] = [
    ["neg", (t) => t.neg(), (x) => -x],
    ["abs", (t) => t.abs(), Math.abs],
    ["sign", (t) => t.sign(), Math.sign],
    ["exp", (t) => t.exp(), Math.exp],
    ["log", (t) => t.log(), Math.log, positive],
    ["sqrt", (t) => t.sqrt(), Math.sqrt, positive],
    ["rsqrt", (t) => t.rsqrt(), (x) => 1 / Math.sqrt(x), positive],
    ["square", (t) => t.square(), (x) => x * x],
    ["sin", (t) => t.sin(), Math.sin],
    ["cos", (t) => t.cos(), Math.cos],
    ["erf", (t) => t.erf(), erf],
    ["floor", (t) => t.floor(), Math.floor],
    ["ceil", (t) => t.ceil(), Math.ceil],
    ["round", (t) => t.round(), even],
    ["tanh", (t) => t.tanh(), Math.tanh],
    ["sigmoid", (t) => t.sigmoid(), (x) => 1 / (1 + Math.exp(-x))],
    ["relu", (t) => t.relu(), (x) => Math.max(0, x)],
    ["pow 2", (t) => t.pow(2), (x) => x ** 2],
    ["pow 1.7", (t) => t.pow(1.7), (x) => x ** 1.7, positive],
    ["clip", (t) => t.clip(-1, 0.7), (x) => Math.min(0.7, Math.max(-1, x))],
    ["detach", (t) => t.detach(), (x) => x],
  ];
  for (const [name, f, expected, xs = numbers] of list) {
    await check(f(tensor(xs)), xs.map(expected), name);
  }
  const odd = await tensor([NaN, Infinity, -Infinity, 1]).isFinite().data<"i32">();
  assertEquals([...odd], [0, 0, 0, 1]);
});

testOnDevices("functions of two numbers, a number on the right and broadcasting", async () => {
  const list: [
    string,
    (a: Tensor, b: Tensor | number) => Tensor,
    (a: number, b: number) => number,
  ][] = [
    ["add", (a, b) => a.add(b), (a, b) => a + b],
    ["sub", (a, b) => a.sub(b), (a, b) => a - b],
    ["mul", (a, b) => a.mul(b), (a, b) => a * b],
    ["div", (a, b) => a.div(b), (a, b) => a / b],
    ["maximum", (a, b) => a.maximum(b), Math.max],
    ["minimum", (a, b) => a.minimum(b), Math.min],
    ["equal", (a, b) => a.equal(b), (a, b) => Number(a === b)],
    ["notEqual", (a, b) => a.notEqual(b), (a, b) => Number(a !== b)],
    ["less", (a, b) => a.less(b), (a, b) => Number(a < b)],
    ["lessEqual", (a, b) => a.lessEqual(b), (a, b) => Number(a <= b)],
    ["greater", (a, b) => a.greater(b), (a, b) => Number(a > b)],
    ["greaterEqual", (a, b) => a.greaterEqual(b), (a, b) => Number(a >= b)],
  ];
  const a = [1, -2, 3], b = [3, 4, 3];
  for (const [name, f, g] of list) {
    await check(f(tensor(a), tensor(b)), a.map((x, i) => g(x, b[i]!)), name);
    await check(f(tensor(a), 3), a.map((x) => g(x, 3)), `${name} 3`);
    const table = a.map((x) => b.map((y) => g(x, y)));
    await check(f(tensor(a.map((x) => [x])), tensor(b)), table, `${name} broadcast`);
  }
});

testOnDevices("reductions over all axes, some, counted from the end, and kept", async () => {
  const t = tensor([[[1, 8], [3, 2]], [[5, 6], [7, 4]]]);
  await check(t.sum(), 36);
  await check(t.sum(0), [[6, 14], [10, 6]]);
  await check(t.sum(-1), [[9, 5], [11, 11]]);
  await check(t.sum([0, 2]), [20, 16]);
  await check(t.sum([0, -1], true), [[[20], [16]]]);
  await check(t.sum([]), [[[1, 8], [3, 2]], [[5, 6], [7, 4]]]);
  await check(t.mean(), 4.5);
  await check(t.mean([1, 2]), [3.5, 5.5]);
  await check(t.max(), 8);
  await check(t.max(1, true), [[[3, 8]], [[7, 6]]]);
  await check(t.min(2), [[1, 2], [5, 4]]);
  await check(t.product([0, 2], true), [[[240], [168]]]);
  await check(t.variance(), 5.25);
  await check(t.variance(0), [[4, 1], [4, 1]]);
  await check(t.standardDeviation([1, 2], true), [[[Math.sqrt(7.25)]], [[Math.sqrt(1.25)]]]);
  await check(t.argmax(), [[1, 0], [1, 0]]);
  await check(t.argmax(0), [[1, 0], [1, 1]]);
  await check(t.argmin(-2), [[0, 1], [0, 1]]);
  await check(tensor([2, 5, 5]).argmax(), 1);
  await check(tensor([[1, 2, 3]]).softmax(), [[0.09003057, 0.24472847, 0.66524096]]);
  await check(tensor([1, 2, 3]).logSoftmax(0), [-2.407606, -1.407606, -0.407606]);
  await check(tensor([1000, 1000]).softmax(), [0.5, 0.5]);
  await check(zeros([0, 2]).sum(0), [0, 0]);
  assertEquals(await zeros([0, 2]).softmax(0).array(), []);
  assertEquals(await zeros([2, 0]).logSoftmax().array(), [[], []]);
  const lowest = -(2 ** 31);
  await check(i32([5, lowest, 2 ** 31 - 1]).min(), lowest);
  await check(i32([5, lowest, 2 ** 31 - 1]).argmin(), 1);
  await check(i32([5, 2 ** 31 - 1]).min(), 5);
  assertThrows(() => tensor(3).max(0), RangeError, "axis 0 was asked for, but a scalar has none");
  assertThrows(() => t.sum(3), RangeError, "axis 3 is outside a tensor of rank 3");
  assertThrows(() => zeros([0, 2]).max(0), RangeError, "nothing to reduce");
});

testOnDevices("NaN and the infinities", async () => {
  const numbers = async (t: Tensor) => [...await t.data()];
  for (const t of [tensor([1, NaN, 3, NaN]), tensor([NaN, 1, 3])]) {
    const first = (await numbers(t)).findIndex(Number.isNaN);
    assertEquals(await numbers(stack([t.max(), t.min(), t.sum()])), [NaN, NaN, NaN]);
    assertEquals(await numbers(stack([t.argmax(), t.argmin()])), [first, first]);
  }
  const odd = tensor([NaN, Infinity, -Infinity, -0]);
  assertEquals((await numbers(odd.sign())).map((x) => x + 0), [NaN, 1, -1, 0]);
  assertEquals(await numbers(odd.sin().abs()), [NaN, NaN, NaN, 0]);
  const ends = tensor([NaN, 2.9, -2.9, 3e9, -3e9, Infinity, -Infinity]).cast("i32");
  const [low, high] = [-(2 ** 31), 2 ** 31 - 1];
  assertEquals(await numbers(ends), [0, 2, -2, high, low, high, low]);
  const powers = [NaN, Infinity, -Infinity, 0, -0, 1, -1, -2, 2].flatMap((a) =>
    [NaN, 0, 1, -1, 0.5, -2, 3].map((b) => [a, b] as const)
  );
  const [bases, exponents] = [powers.map(([a]) => a), powers.map(([, b]) => b)];
  const digits = (list: number[]) => list.map((x) => x.toPrecision(5));
  assertEquals(
    digits(await numbers(tensor(bases).pow(tensor(exponents)))),
    digits(powers.map(([a, b]) => a ** b)),
  );
});

testOnDevices("sine and cosine of large angles", async () => {
  const angles = Float32Array.from({ length: 400 }, (_, i) => 1.07 ** i * (i % 2 ? 1 : -1))
    .filter((x) => Math.abs(x) < 2 ** 30);
  const [sines, cosines] = [await tensor(angles).sin().data(), await tensor(angles).cos().data()];
  angles.forEach((x, i) => {
    assertAlmostEquals(sines[i]!, Math.sin(x), 3e-7, `sin ${x}`);
    assertAlmostEquals(cosines[i]!, Math.cos(x), 3e-7, `cos ${x}`);
  });
});

testOnDevices("matmul as NumPy's", async () => {
  const a = tensor([[1, 2], [3, 4]]), v = tensor([5, 6]);
  await check(a.matmul(a), [[7, 10], [15, 22]]);
  await check(a.matmul(v), [17, 39]);
  await check(v.matmul(a), [23, 34]);
  await check(v.matmul(v), 61);
  const batch = stack([a, a.mul(2)]);
  await check(batch.matmul(a), [[[7, 10], [15, 22]], [[14, 20], [30, 44]]]);
  await check(a.matmul(batch), [[[7, 10], [15, 22]], [[14, 20], [30, 44]]]);
  await check(batch.matmul(v), [[17, 39], [34, 78]]);
  await check(zeros([2, 0]).matmul(zeros([0, 3])), [[0, 0, 0], [0, 0, 0]]);
  assertThrows(() => a.matmul(tensor([1, 2, 3])), TypeError, "matmul: [2, 2] by [3");
  assertThrows(() => a.matmul(tensor(1)), TypeError, "found a scalar; use mul()");
  assertThrows(() => a.matmul(i32([[1], [2]])), TypeError, "expected f32");
});

testOnDevices("layout", async () => {
  const t = tensor([[1, 2, 3], [4, 5, 6]]);
  await check(t.reshape([3, -1]), [[1, 2], [3, 4], [5, 6]]);
  await check(t.flatten(), [1, 2, 3, 4, 5, 6]);
  await check(t.transpose(), [[1, 4], [2, 5], [3, 6]]);
  await check(arange(6).reshape([1, 2, 3]).transpose([-1, 0, 1]), [[[0, 3]], [[1, 4]], [[2, 5]]]);
  await check(tensor([1, 2]).expandDims(0), [[1, 2]]);
  await check(tensor([1, 2]).expandDims(-1), [[1], [2]]);
  await check(tensor([[[1], [2]]]).squeeze(), [1, 2]);
  await check(tensor([[[1], [2]]]).squeeze(-1), [[1, 2]]);
  await check(tensor([[1], [2]]).broadcastTo([2, 3]), [[1, 1, 1], [2, 2, 2]]);
  await check(t.flip(), [[6, 5, 4], [3, 2, 1]]);
  await check(t.flip(-1), [[3, 2, 1], [6, 5, 4]]);
  await check(t.pad([[1, 0], [0, 2]], 9), [[9, 9, 9, 9, 9], [1, 2, 3, 9, 9], [4, 5, 6, 9, 9]]);
  await check(concatenate([t, t.add(6)]), [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12]]);
  await check(concatenate([t, tensor([[0], [0]])], -1), [[1, 2, 3, 0], [4, 5, 6, 0]]);
  await check(stack([tensor(1), tensor(2)]), [1, 2]);
  await check(stack([tensor([1, 2]), tensor([3, 4])], -1), [[1, 3], [2, 4]]);
  assertThrows(() => t.reshape([4]), TypeError, "6 elements");
  assertThrows(() => t.reshape([4, -1]), TypeError);
  assertThrows(() => t.reshape([-2, -3]), RangeError, "reshape: expected sizes that are integers");
  assertThrows(() => t.reshape([1.5, 4]), RangeError, "found [1.5,4]");
  assertThrows(() => t.reshape(6 as never), TypeError, "reshape: expected a shape");
  assertThrows(() => tensor([1]).broadcastTo([-3]), RangeError, "broadcastTo: expected sizes");
  assertThrows(() => t.transpose([0, 0]), RangeError, "each axis");
  assertThrows(() => t.squeeze(0), RangeError, "axis 0 of [2, 3] does not have size 1");
  assertThrows(() => t.broadcastTo([3, 3]), TypeError, "does not stretch");
  assertThrows(() => t.pad([[1, 1]]), TypeError);
  assertThrows(() => concatenate([t, tensor([[1, 2]])]), TypeError, "differ outside axis 0");
  assertThrows(() => concatenate([]), TypeError, "at least one");
});

testOnDevices("slices and rows", async () => {
  const t = arange(12).reshape([3, 4]);
  await check(t.slice([1]), [[4, 5, 6, 7], [8, 9, 10, 11]]);
  await check(t.slice([0, 1], [2, 2]), [[1, 2], [5, 6]]);
  await check(t.slice([-1, -2]), [[10, 11]]);
  await check(t.slice([0, 1], undefined, [2, 2]), [[1, 3], [9, 11]]);
  assertEquals(await t.slice([0], [0]).array(), []);
  assertEquals([...t.slice([0], [0]).shape], [0, 4]);
  await check(t.take(i32([2, 0])), [[8, 9, 10, 11], [0, 1, 2, 3]]);
  await check(t.take(i32([[1]])), [[[4, 5, 6, 7]]]);
  assertThrows(() => t.slice([0, 0, 0]), RangeError, "at most 2 integers for [3, 4]");
  assertThrows(() => t.slice([0.5]), RangeError, "found [0.5]");
  assertThrows(() => t.slice([2], [2]), RangeError, "leave axis 0");
  assertThrows(() => t.slice([0], [1], [0]), RangeError);
  assertThrows(() => t.take(tensor([0])), TypeError, "i32 indices");
});

testOnDevices("integers keep their type, wrap round, and do not mix with f32", async () => {
  const t = i32([[7, -7], [3, 2]]);
  assertEquals((await t.add(1).data<"i32">()) instanceof Int32Array, true);
  await check(t.mul(t).sub(1), [[48, 48], [8, 3]]);
  await check(t.sum(0), [10, -5]);
  await check(t.max(), 7);
  await check(t.mean(), 1.25);
  await check(t.variance(1), [49, 0.25]);
  await check(i32([2 ** 31 - 1]).add(1), [-(2 ** 31)]);
  await check(full([3], 16777217, "i32").sum(), 50331651);
  await check(tensor([2.9, -2.9]).cast("i32"), [2, -2]);
  await check(t.cast("f32").div(2), [[3.5, -3.5], [1.5, 1]]);
  await check(where(t.greater(0), 1, t), [[1, -7], [1, 1]]);
  assertThrows(() => t.add(0.5), TypeError, "found i32 and f32");
  assertThrows(() => t.add(2 ** 31), TypeError, "found i32 and f32");
  assertThrows(() => t.div(2), TypeError, "divide: expected f32, found i32");
  assertThrows(() => t.add(tensor(1)), TypeError, "found i32 and f32");
  assertThrows(() => t.tanh(), TypeError, "tanh: expected f32, found i32");
  assertThrows(() => where(tensor([1]), 1, 2), TypeError, "condition of type i32");
});

testOnDevices(
  "bytes are stored, moved under another shape and converted, nothing else",
  async () => {
    const t = tensor(Uint8Array.of(0, 128, 255, 7));
    assertEquals([...await t.data<"u8">()], [0, 128, 255, 7]);
    await check(t.cast("f32").div(255), [0, 128 / 255, 1, 7 / 255]);
    await check(t.cast("i32").sum(), 390);
    await check(t.reshape([2, 2]), [[0, 128], [255, 7]]);
    await check(t.reshape([2, 2]).transpose().cast("f32"), [[0, 255], [128, 7]]);
    assertThrows(() => t.add(t), TypeError, "u8 is for storage only");
    assertThrows(() => t.sum(), TypeError, "u8 is for storage only");
    assertThrows(() => t.neg(), TypeError, "found u8");
    assertThrows(() => t.pad([[1, 1]]), TypeError, "u8");
    assertThrows(() => tensor([1]).cast("u8"), TypeError, "u8 is for storage only");
  },
);

testOnDevices("choice by a condition", async () => {
  const t = tensor([1, -2, 3]);
  await check(where(t.greater(0), t, 0), [1, 0, 3]);
  await check(where(t.greater(0), tensor([[10], [20]]), t), [[10, -2, 10], [20, -2, 20]]);
});

Deno.test("what a tensor is can be asked without computing it", () => {
  const t = tensor([[1, 2, 3]]).mul(2);
  assertEquals([[...t.shape], t.dtype, t.rank, t.size], [[1, 3], "f32", 2, 3]);
  assertEquals(
    String(t),
    "tensor(f32 [1, 3], not read yet: await its data(), array() or print())",
  );
  assertEquals(Deno.inspect(tensor([1, 2])), "tensor([1, 2], f32 [2])");
});

Deno.test("reading", async () => {
  const t = tensor([[1, 2], [3, 4]]).add(0.5);
  assertEquals([...await t.data()], [1.5, 2.5, 3.5, 4.5]);
  assertEquals(await t.array(), [[1.5, 2.5], [3.5, 4.5]]);
  assertEquals(await t.sum().item(), 12);
  assertEquals(await tensor([[7]]).item(), 7);
  assertEquals(
    await t.text(),
    "tensor([[1.5000, 2.5000],\n        [3.5000, 4.5000]], f32 [2, 2])",
  );
  assertEquals(String(t), await t.text());
  const error = await assertRejects(
    () => t.item(),
    TypeError,
    "found [2, 2]; use data() or array()",
  );
  assert((error as Error).message.startsWith("item: expected a tensor of one element"));
});

Deno.test("mistakes that a notebook, which checks no types, lets through are errors", () => {
  const t = tensor([[1, 2], [3, 4]]), wrong = <T>(x: unknown) => x as T;
  const list: [() => unknown, string][] = [
    [() => t.matmul(wrong([[1], [2]])), "matmul: expected a tensor, found [[1],[2]]"],
    [() => t.take(wrong([0])), "take: expected a tensor"],
    [() => where(wrong(true), t, t), "where: condition: expected a tensor, found true"],
    [() => concatenate(wrong(t)), "concatenate: expected a list of tensors"],
    [() => stack(wrong([t, 1])), "stack: expected a tensor, found 1"],
    [() => t.sum(0, wrong(1)), "true or false for keepDimensions, found [0,1]"],
    [() => t.max(wrong("x")), 'axes: expected axes such as 0 or [0, -1], found "x"'],
    [() => t.transpose(wrong(1)), "transpose: expected each axis of [2, 2] once"],
    [() => t.pad(wrong(1)), "pad: expected [before, after] for each axis, found 1"],
    [() => t.slice(wrong(undefined)), "slice: start: expected at most 2 integers"],
    [() => t.cast(wrong("float32")), 'cast: expected "f32", "i32" or "u8", found "float32"'],
    [() => tensor([1], { dtype: wrong("int32") }), 'did you mean "i32"?'],
    [() => zeros([1], wrong("bool")), 'zeros: expected "f32", "i32" or "u8"'],
    [() => tensor([1, 2], wrong([2, 1])), "tensor: expected options in braces, found [2,1]"],
    [() => tensor([1], wrong({ dtpye: "i32" })), 'did you mean "dtype"?'],
  ];
  for (const [mistake, message] of list) assertThrows(mistake, Error, message);
});

Deno.test("operands that are no tensors are errors", () => {
  assertThrows(() => tensor([1]).add("1" as never), TypeError, "expected a tensor or a number");
  assertThrows(
    () => tensor([1, 2]).add(tensor([1, 2, 3])),
    TypeError,
    "add: shapes [2] and [3] do not broadcast",
  );
});

Deno.test("every function of one number is a method of tensors", () => {
  const x = tensor([1, 2]);
  const found = Object.keys(methods).map((name) => x[name as keyof typeof methods]().node.op.name);
  const rows = [...opTable.values()].filter((op) => {
    if (op.kind !== "elementwise") return false;
    try {
      return op.infer([x.node], {}).shape.length === 1;
    } catch {
      return false; // of two or more
    }
  });
  assert(rows.length > 15);
  // These two are methods with more to them.
  const missing = new Set(rows.map(({ name }) => name)).difference(new Set(found));
  assertEquals([...missing].sort(), ["convert", "detach"]);
});

testOnDevices("rows from the end, and indices that name no row", async () => {
  const rows = tensor([[1, 2], [3, 4], [5, 6]]);
  await check(rows.take(i32([-1, 0, -3])), [[5, 6], [1, 2], [1, 2]]);
  for (const outside of [3, -4]) {
    const message = `take: expected indices of 3 rows from -3 to 2, found ${outside}`;
    assertThrows(() => rows.take(i32([0, outside])), RangeError, message);
    // What a device computed is not looked at.
    const edge = outside < 0 ? [1, 2] : [5, 6];
    await check(rows.take(i32([0, outside]).add(0)), [[1, 2], edge]);
  }
  assertEquals((await zeros([0, 2]).take(i32([])).data()).length, 0);
});

testOnDevices("a deviation of 0 has the gradient 0", async () => {
  const x = tensor([[4, 4, 4], [1, 2, 3], [0, 0, 0]]);
  const slopes = gradient((x: Tensor) => x.standardDeviation(1).sum())(x);
  const slope = 1 / Math.sqrt(6);
  await check(slopes, [[0, 0, 0], [-slope, 0, slope], [0, 0, 0]]);
  await check(gradient((x: Tensor) => x.standardDeviation())(tensor([7])), [0]);
  // Inside a loss, and once more differentiated.
  const penalty = (x: Tensor) => x.standardDeviation(0).sub(1).square().sum();
  await check(gradient(penalty)(full([4, 2], 3)), [[0, 0], [0, 0], [0, 0], [0, 0]]);
  const twice = gradient((x: Tensor) => gradient(penalty)(x).sum())(full([3], 3));
  await check(twice, [0, 0, 0]);
  assertEquals([...await tensor([1, NaN]).standardDeviation(0, true).data()], [NaN]);
});
