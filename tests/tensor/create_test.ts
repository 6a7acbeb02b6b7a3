import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as create from "../../lib/tensor/create.ts";
import type { NumberArray } from "../../lib/core/dtype.ts";
import type { NestedNumbers } from "../../lib/tensor/print.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";

const { tensor, zeros, ones, full, arange, linspace, iota, eye, oneHot } = create;
await setDevice("cpu", { threads: 1 });

const kind = (t: Tensor) => [t.dtype, [...t.shape]];

Deno.test("tensors are made of numbers, nested arrays and typed arrays", async () => {
  const list: [number | NestedNumbers | NumberArray, unknown][] = [
    [5, ["f32", []]],
    [[1, 2], ["f32", [2]]],
    [[[1, 2], [3, 4], [5, 6]], ["f32", [3, 2]]],
    [[], ["f32", [0]]],
    [[[], []], ["f32", [2, 0]]],
    [Float32Array.of(1, 2), ["f32", [2]]],
    [Int32Array.of(-1), ["i32", [1]]],
    [[[1, 2], [3, 4]] as const, ["f32", [2, 2]]],
    [new Float32Array(new SharedArrayBuffer(8)), ["f32", [2]]],
  ];
  for (const [data, expected] of list) {
    const t = tensor(data);
    assertEquals(kind(t), expected);
    assertEquals(await t.array() as unknown, ArrayBuffer.isView(data) ? [...data] : data);
  }
  assertEquals(kind(tensor(new Uint8Array(6), { shape: [2, 3] })), ["u8", [2, 3]]);
  assertEquals(await tensor([1, 2, 3, 4], { shape: [2, 2], dtype: "i32" }).array(), [[1, 2], [
    3,
    4,
  ]]);
});

Deno.test("a tensor keeps a copy of its data", async () => {
  const data = Float32Array.of(1, 2), t = tensor(data);
  data[0] = 9;
  const read = await t.data();
  read[1] = 9;
  assertEquals([...await t.data()], [1, 2]);
});

Deno.test("data of no shape, or of another, is an error that says where", () => {
  assertThrows(() => tensor([[1, 2], [3]]), TypeError, "found 1 elements at [1]");
  assertThrows(() => tensor([1, [2]]), TypeError, "found 1 elements at [1]");
  assertThrows(() => tensor([[1], 2]), TypeError, "found a number at [1]");
  assertThrows(() => tensor(["x"] as never), TypeError, `found "x" at [0]`);
  assertThrows(() => tensor([true] as never), TypeError, "expected numbers, found true");
  assertThrows(() => tensor("x" as never), TypeError, 'expected numbers, found "x"');
  assertThrows(() => tensor(new Float64Array(2) as never), TypeError, "found Float64Array");
  assertThrows(
    () => tensor([1, 2, 3], { shape: [2, 2] }),
    TypeError,
    "3 numbers do not fill the shape [2, 2]",
  );
  assertThrows(() => tensor([1], { shape: [-1] }), RangeError, "tensor: expected sizes");
});

Deno.test("integer types take integers of their range and nothing else", async () => {
  assertEquals(await tensor([0, 255], { dtype: "u8" }).array(), [0, 255]);
  for (
    const [x, dtype] of [[256, "u8"], [-1, "u8"], [0.5, "i32"], [2 ** 31, "i32"], [NaN, "i32"]]
  ) {
    assertThrows(
      () => tensor([x as number], { dtype: dtype as "u8" | "i32" }),
      RangeError,
      `for ${dtype}, found ${x}`,
    );
  }
  assertThrows(() => full([2], 1.5, "i32"), RangeError, "full: expected integers");
});

Deno.test("zeros, ones and any one number", async () => {
  assertEquals(await zeros([2, 2]).array(), [[0, 0], [0, 0]]);
  assertEquals(await ones([3], "i32").array(), [1, 1, 1]);
  assertEquals(await full([2], -2.5).array(), [-2.5, -2.5]);
  assertEquals(await full([], Infinity).item(), Infinity);
  assertEquals(await full([2], 7, "i32").array(), [7, 7]);
  for (const value of [0, 1, 200]) {
    const t = full([3], value, "u8");
    assertEquals([kind(t), await t.array()], [["u8", [3]], [value, value, value]]);
  }
  assertEquals(await zeros([0, 2]).array(), []);
  assertThrows(() => zeros([1.5]), RangeError);
  assertThrows(() => zeros([2 ** 20, 2 ** 20]), RangeError, "at most 2147483647");
});

Deno.test("ranges", async () => {
  assertEquals(await arange(4).array(), [0, 1, 2, 3]);
  assertEquals(await arange(1, 2, 0.25).array(), [1, 1.25, 1.5, 1.75]);
  assertEquals(await arange(3, 0, -1, "i32").array(), [3, 2, 1]);
  assertEquals(await arange(3, 0).array(), []);
  assertThrows(() => arange(0, 1, 0), RangeError, "a step other than 0");
  assertThrows(() => arange(Infinity), RangeError);
  assertThrows(() => arange(0, 1, 0.5, "i32"), RangeError);
  assertEquals(await linspace(0, 1, 5).array(), [0, 0.25, 0.5, 0.75, 1]);
  assertEquals(await linspace(2, 9, 1).array(), [2]);
  assertEquals(linspace(0, 1).size, 50);
  assertEquals((await linspace(0.1, 0.7, 49).data()).at(-1), Math.fround(0.7));
  assertThrows(() => linspace(0, 1, -1), RangeError);
});

Deno.test("identity matrices and one-hot codes", async () => {
  assertEquals(await iota([2, 3], 0).array(), [[0, 0, 0], [1, 1, 1]]);
  assertEquals(await iota([2, 3], -1, "f32").array(), [[0, 1, 2], [0, 1, 2]]);
  assertEquals(iota([2], 0).dtype, "i32");
  assertThrows(() => iota([2, 3], 2), RangeError, "iota");
  assertEquals(await eye(2).array(), [[1, 0], [0, 1]]);
  assertEquals(await eye(2, 3).array(), [[1, 0, 0], [0, 1, 0]]);
  assertEquals(await oneHot([2, 0], 3).array(), [[0, 0, 1], [1, 0, 0]]);
  const indices = tensor([[1], [5]], { dtype: "i32" });
  assertEquals(await oneHot(indices, 2).array(), [[[0, 1]], [[0, 0]]]);
  assertThrows(() => oneHot(tensor([1]), 3), TypeError, "expected indices of type i32, found f32");
  assertThrows(() => oneHot([0.5], 3), RangeError);
});

Deno.test("random tensors have their moments and bounds", async () => {
  const normal = await create.randomNormal([10_000], { mean: 2, standardDeviation: 3, seed: 1 })
    .data();
  const mean = normal.reduce((a, b) => a + b) / normal.length;
  const variance = normal.reduce((a, b) => a + (b - mean) ** 2, 0) / normal.length;
  assertAlmostEquals(mean, 2, 0.12);
  assertAlmostEquals(variance, 9, 0.5);
  const uniform = await create.randomUniform([10_000], { low: -1, high: 2, seed: 1 }).data();
  assert(uniform.every((x) => x >= -1 && x < 2));
  assertAlmostEquals(uniform.reduce((a, b) => a + b) / 10_000, 0.5, 0.04);
});

Deno.test("a seed decides random tensors, and setSeed those without one", async () => {
  const draw = async (seed?: number) =>
    await create.randomNormal([4], seed === undefined ? {} : { seed }).array();
  assertEquals(await draw(1), await draw(1));
  create.setSeed(5);
  const first = [await draw(), await draw()];
  assert(String(first[0]) !== String(first[1]));
  create.setSeed(5);
  assertEquals([await draw(), await draw()], first);
  create.setSeed(6);
  assert(String(await draw()) !== String(first[0]));
  assertThrows(() => create.setSeed(0.5), RangeError, "seed: expected an integer");
  create.setSeed(0);
});
