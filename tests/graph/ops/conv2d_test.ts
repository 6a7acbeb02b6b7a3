import { assertEquals, assertThrows } from "@std/assert";
import type { ConvolutionGeometry } from "../../../lib/graph/kernel.ts";
import { leaf, type Node } from "../../../lib/graph/node.ts";
import {
  conv2d,
  conv2dInputGradient,
  conv2dKernelGradient,
  windowCount,
} from "../../../lib/graph/ops/conv2d.ts";

const f32 = (...shape: number[]): Node => leaf(shape, "f32");
const plain: ConvolutionGeometry = {
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
};

Deno.test("how many windows fit", () => {
  assertEquals(windowCount(7, 3, 2, 0), 3);
  assertEquals(windowCount(7, 3, 2, 2), 4);
  assertEquals(windowCount(7, 3, 1, 0, 3), 1);
  assertEquals(windowCount(2, 3, 1, 0), 0);
});

Deno.test("the result's size follows stride, padding and dilation", () => {
  const x = f32(2, 9, 8, 4), kernel = f32(3, 2, 4, 6);
  assertEquals(conv2d(x, kernel, plain).shape, [2, 7, 7, 6]);
  const g = { ...plain, stride: [2, 3], padding: [1, 0, 2, 2], dilation: [2, 1] } as const;
  assertEquals(conv2d(x, kernel, g).shape, [2, 3, 4, 6]);
  assertEquals(conv2d(x, f32(1, 1, 2, 6), { ...plain, groups: 2 }).shape, [2, 9, 8, 6]);
});

Deno.test("multiply-adds: one for each kernel element of each output", () => {
  const x = f32(2, 9, 8, 4), kernel = f32(3, 2, 4, 6);
  const y = conv2d(x, kernel, plain), count = 2 * 7 * 7 * 6 * 3 * 2 * 4;
  assertEquals(y.multiplyAdds, count);
  const gx = conv2dInputGradient(y, kernel, x.shape, plain);
  assertEquals(gx.multiplyAdds, count);
  const gk = conv2dKernelGradient(x, y, kernel.shape, plain);
  assertEquals(gk.multiplyAdds, count);
  assertEquals([gx.shape, gk.shape], [x.shape, kernel.shape]);
});

Deno.test("channels, filters and groups that do not fit are named", () => {
  assertThrows(
    () => conv2d(f32(1, 5, 5, 3), f32(3, 3, 4, 8), plain),
    TypeError,
    "conv2d: 3 channels, 8 filters and 1 groups do not fit a kernel [3, 3, 4, 8]; expected 3 channels in the kernel",
  );
  assertThrows(
    () => conv2d(f32(1, 5, 5, 4), f32(3, 3, 2, 3), { ...plain, groups: 2 }),
    TypeError,
    "filters that groups divide",
  );
});

Deno.test("a kernel larger than its input says so", () => {
  assertThrows(
    () => conv2d(f32(1, 5, 5, 3), f32(7, 7, 3, 8), plain),
    RangeError,
    'conv2d: kernel 7x7 with padding [0, 0, 0, 0] and dilation [1, 1] does not fit the 5x5 input; use padding: "same" or a smaller kernel',
  );
});

Deno.test("images and kernels have four axes and are f32", () => {
  assertThrows(
    () => conv2d(f32(5, 5, 3), f32(3, 3, 3, 8), plain),
    TypeError,
    "expected images [n, height, width, channels] and a kernel [height, width, channels, filters], found [5, 5, 3] and [3, 3, 3, 8]",
  );
  assertThrows(
    () => conv2d(leaf([1, 5, 5, 3], "u8"), f32(3, 3, 3, 8), plain),
    TypeError,
    "conv2d: expected f32, found u8",
  );
});

Deno.test("the gradients check what they are given", () => {
  assertThrows(
    () => conv2dInputGradient(f32(1, 4, 4, 8), f32(3, 3, 3, 8), [1, 5, 5, 3], plain),
    TypeError,
    "conv2dInputGradient: images [1, 5, 5, 3] give [1, 3, 3, 8], not [1, 4, 4, 8]",
  );
  assertThrows(
    () => conv2dKernelGradient(f32(1, 5, 5, 3), f32(1, 4, 4, 8), [3, 3, 3, 8], plain),
    TypeError,
    "conv2dKernelGradient: kernel [3, 3, 3, 8] gives [1, 3, 3, 8], not [1, 4, 4, 8]",
  );
});
