import { assert, assertEquals } from "@std/assert";
import type { MapKernel } from "../../../../lib/graph/kernel.ts";
import { stridesOf } from "../../../../lib/core/shape.ts";
import { runKernel, testOnWebgpu } from "../run_kernel.ts";

testOnWebgpu("a map over strided, reversed and broadcast views", async (device) => {
  const shape = [3, 5, 7];
  const kernel: MapKernel = {
    kind: "map",
    shape,
    expression: {
      steps: [
        { kind: "load", input: 0, view: { offset: 104, strides: [-35, -7, -1] }, dtype: "f32" },
        { kind: "load", input: 1, view: { offset: 0, strides: [0, 1, 0] }, dtype: "f32" },
        { kind: "iota", axis: 2, dtype: "f32" },
        { kind: "apply", op: "multiply", operands: [0, 1], attributes: {}, dtype: "f32" },
        { kind: "apply", op: "add", operands: [3, 2], attributes: {}, dtype: "f32" },
      ],
      stores: [{ step: 4, dtype: "f32" }, { step: 3, dtype: "f32" }],
    },
  };
  const a = Float32Array.from({ length: 105 }, (_, i) => i), b = Float32Array.of(1, 2, 3, 4, 5);
  const [sum, product] = await runKernel(device, kernel, [a, b], [
    { dtype: "f32", size: 105 },
    { dtype: "f32", size: 105 },
  ]);
  const expected = a.map((_, i) => (104 - i) * b[Math.floor(i / 7) % 5]!);
  assertEquals(product, expected);
  assertEquals(sum, expected.map((x, i) => x + i % 7));
});

testOnWebgpu("an update in place, also to another type", async (device) => {
  const shape = [33], view = { offset: 0, strides: [1] };
  const kernel: MapKernel = {
    kind: "map",
    shape,
    expression: {
      steps: [
        { kind: "load", input: 0, view, dtype: "i32" },
        { kind: "apply", op: "convert", operands: [0], attributes: { dtype: "f32" }, dtype: "f32" },
        { kind: "literal", value: 0.5, dtype: "f32" },
        { kind: "apply", op: "multiply", operands: [1, 2], attributes: {}, dtype: "f32" },
      ],
      stores: [{ step: 3, dtype: "f32" }],
    },
  };
  const data = Int32Array.from({ length: 33 }, (_, i) => i - 16);
  const [result] = await runKernel(device, kernel, [data], [{ dtype: "f32", size: 33, over: 0 }]);
  assertEquals(Array.from(result!), Array.from(data, (x) => x / 2));
});

testOnWebgpu("u8 is unpacked", async (device) => {
  const shape = [5, 3];
  const kernel: MapKernel = {
    kind: "map",
    shape,
    expression: {
      steps: [{ kind: "load", input: 0, view: { offset: 0, strides: [1, 5] }, dtype: "u8" }],
      stores: [{ step: 0, dtype: "i32" }],
    },
  };
  const data = Uint8Array.from({ length: 15 }, (_, i) => 255 - 16 * i);
  const [integers] = await runKernel(device, kernel, [data], [{ dtype: "i32", size: 15 }]);
  const expected = Array.from(data, (_, i) => data[(i % 3) * 5 + Math.floor(i / 3)]!);
  assertEquals(Array.from(integers!), expected);
});

testOnWebgpu("more workgroups than one dimension holds", async (device) => {
  const size = 64 * 4 * 65535 + 1000;
  const kernel: MapKernel = {
    kind: "map",
    shape: [size],
    expression: {
      steps: [{ kind: "iota", axis: 0, dtype: "i32" }],
      stores: [{ step: 0, dtype: "i32" }],
    },
  };
  const [result] = await runKernel(device, kernel, [], [{ dtype: "i32", size }]);
  assert(result!.every((x, i) => x === i));
  const rows = 64 * 65535 + 77, indices = Int32Array.from({ length: rows }, (_, i) => i % 3 - 1);
  const gather = { kind: "gather", rows: 2, width: 1, count: rows, dtype: "f32" } as const;
  const inputs = [Float32Array.of(10, 20), indices];
  const [gathered] = await runKernel(device, gather, inputs, [{ dtype: "f32", size: rows }]);
  assert(gathered!.every((x, i) => x === (i % 3 === 1 ? 10 : 20)));
});

testOnWebgpu("axes of size 1 and nothing at all", async (device) => {
  const shape = [1, 4, 1];
  const kernel: MapKernel = {
    kind: "map",
    shape,
    expression: {
      steps: [{
        kind: "load",
        input: 0,
        view: { offset: 0, strides: stridesOf(shape) },
        dtype: "f32",
      }],
      stores: [{ step: 0, dtype: "f32" }],
    },
  };
  const [same] = await runKernel(device, kernel, [Float32Array.of(1, 2, 3, 4)], [
    { dtype: "f32", size: 4 },
  ]);
  assertEquals(Array.from(same!), [1, 2, 3, 4]);
  const nothing = { ...kernel, shape: [0, 4, 1] };
  const [none] = await runKernel(device, nothing, [new Float32Array(4)], [
    { dtype: "f32", size: 0 },
  ]);
  assertEquals(none!.length, 0);
});
