import { assertEquals } from "@std/assert";
import { formatTensor, nest, unnest } from "../../lib/tensor/print.ts";

const f32 = (shape: number[], ...numbers: number[]) =>
  formatTensor(Float32Array.from(numbers), shape, "f32");

Deno.test("numbers stand in columns", () => {
  assertEquals(f32([], 2.5), "tensor(2.5000, f32 [])");
  assertEquals(f32([3], 1, -2, 30), "tensor([ 1, -2, 30], f32 [3])");
  assertEquals(
    f32([2, 2], 1, 2.5, -3, 0.001),
    "tensor([[ 1.0000,  2.5000],\n" +
      "        [-3.0000,  0.0010]], f32 [2, 2])",
  );
  assertEquals(
    formatTensor(Int32Array.of(1, -20), [2, 1], "i32"),
    "tensor([[  1],\n" +
      "        [-20]], i32 [2, 1])",
  );
  assertEquals(formatTensor(Uint8Array.of(0, 255), [2], "u8"), "tensor([  0, 255], u8 [2])");
});

Deno.test("further axes are set apart by empty lines", () => {
  assertEquals(
    f32([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8),
    "tensor([[[1, 2],\n" +
      "         [3, 4]],\n\n" +
      "        [[5, 6],\n" +
      "         [7, 8]]], f32 [2, 2, 2])",
  );
});

Deno.test("numbers far apart are shown with exponents, and what is not finite by name", () => {
  assertEquals(f32([3], 1e-8, 1, 1.5e9), "tensor([1.000e-8, 1.000e+0, 1.500e+9], f32 [3])");
  assertEquals(
    f32([4], NaN, 0.5, Infinity, -Infinity),
    "tensor([      NaN,    0.5000,  Infinity, -Infinity], f32 [4])",
  );
  assertEquals(f32([2], 0, -0), "tensor([0, 0], f32 [2])");
});

Deno.test("nothing is shown as nothing", () => {
  assertEquals(f32([0]), "tensor([], f32 [0])");
  assertEquals(f32([0, 3]), "tensor([], f32 [0, 3])");
  assertEquals(f32([2, 0]), "tensor([[],\n        []], f32 [2, 0])");
});

Deno.test("rows that are too long for a line continue on the next", () => {
  const numbers = Array.from({ length: 30 }, (_, i) => i * 10);
  assertEquals(
    f32([30], ...numbers),
    "tensor([  0,  10,  20,  30,  40,  50,  60,  70,  80,  90, 100, 110, 120, 130,\n" +
      "        140, 150, 160, 170, 180, 190, 200, 210, 220, 230, 240, 250, 260, 270,\n" +
      "        280, 290], f32 [30])",
  );
});

Deno.test("of a large tensor only the ends of its axes are shown", () => {
  const numbers = Array.from({ length: 1200 }, (_, i) => i);
  assertEquals(
    f32([1200], ...numbers),
    "tensor([   0,    1,    2, ..., 1197, 1198, 1199], f32 [1200])",
  );
  assertEquals(
    f32([100, 12], ...numbers),
    "tensor([[   0,    1,    2, ...,    9,   10,   11],\n" +
      "        [  12,   13,   14, ...,   21,   22,   23],\n" +
      "        [  24,   25,   26, ...,   33,   34,   35],\n" +
      "        ...,\n" +
      "        [1164, 1165, 1166, ..., 1173, 1174, 1175],\n" +
      "        [1176, 1177, 1178, ..., 1185, 1186, 1187],\n" +
      "        [1188, 1189, 1190, ..., 1197, 1198, 1199]], f32 [100, 12])",
  );
});

Deno.test("nested arrays and back", () => {
  assertEquals(nest(Float32Array.of(1), []), 1);
  assertEquals(nest(Float32Array.of(1, 2, 3, 4), [2, 2]), [[1, 2], [3, 4]]);
  assertEquals(unnest([[[1], [2]]]), { shape: [1, 2, 1], elements: [1, 2] });
  assertEquals(unnest(3), { shape: [], elements: [3] });
});
