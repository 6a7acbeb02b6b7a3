import { assertEquals } from "@std/assert";
import type { WindowKernel } from "../../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../../lib/core/shape.ts";
import { windowCount } from "../../../../lib/graph/ops/conv2d.ts";
import { runKernel } from "../run_kernel.ts";
import { integers } from "../reference.ts";

type Case = readonly [
  image: readonly [number, number, number, number],
  window: readonly [number, number],
  stride: readonly [number, number],
  padding: readonly [number, number, number, number],
];

const cases: readonly Case[] = [
  [[2, 4, 4, 6], [2, 2], [2, 2], [0, 0, 0, 0]],
  [[3, 5, 7, 1], [2, 2], [2, 2], [0, 0, 0, 0]],
  [[1, 9, 8, 3], [3, 3], [2, 2], [1, 1, 1, 1]],
  [[2, 6, 11, 2], [3, 3], [1, 1], [1, 1, 1, 1]],
  [[1, 5, 5, 35], [3, 2], [2, 1], [0, 1, 1, 0]],
  [[1, 12, 12, 40], [5, 5], [3, 3], [2, 2, 2, 2]],
  [[1, 30, 30, 50], [3, 3], [2, 2], [0, 0, 0, 0]],
  [[2, 7, 7, 16], [7, 7], [7, 7], [0, 0, 0, 0]],
  [[2, 7, 6, 5], [2, 2], [3, 3], [0, 0, 0, 0]],
  [[21, 33, 1, 1], [5, 1], [1, 1], [2, 2, 0, 0]],
  [[5, 3, 1, 1], [5, 1], [1, 1], [2, 2, 0, 0]],
  [[2, 4, 4, 3], [2, 2], [2, 2], [0, 0, 0, 0]],
];

function kernelOf(kind: WindowKernel["kind"], [image, window, stride, padding]: Case) {
  const rows = windowCount(image[1], window[0], stride[0], padding[0] + padding[1]);
  const columns = windowCount(image[2], window[1], stride[1], padding[2] + padding[3]);
  const output = [image[0], rows, columns, image[3]];
  const geometry = { window, stride, padding };
  return { kind, image, output, geometry } satisfies WindowKernel;
}

/** Calls `visit` with the positions of each window's elements in the image, in the order of rows. */
function forEachWindow(
  { image, output, geometry: { window, stride, padding } }: WindowKernel,
  visit: (elements: number[], result: number) => void,
): void {
  const [n, height, width, channels] = image as [number, number, number, number];
  let result = 0;
  for (let i = 0; i < n; i++) {
    for (let row = 0; row < output[1]!; row++) {
      for (let column = 0; column < output[2]!; column++) {
        for (let c = 0; c < channels; c++) {
          const elements: number[] = [];
          for (let ky = 0; ky < window[0]; ky++) {
            for (let kx = 0; kx < window[1]; kx++) {
              const y = row * stride[0] - padding[0] + ky, x = column * stride[1] - padding[2] + kx;
              if (y >= 0 && y < height && x >= 0 && x < width) {
                elements.push(((i * height + y) * width + x) * channels + c);
              }
            }
          }
          visit(elements, result++);
        }
      }
    }
  }
}

for (const kind of ["windowMax", "windowSum"] as const) {
  Deno.test(`cpu ${kind}`, () => {
    for (const parameters of cases) {
      const kernel = kernelOf(kind, parameters), size = sizeOf(kernel.output);
      const image = integers(1, sizeOf(kernel.image)), expected = new Float32Array(size);
      forEachWindow(kernel, (elements, result) => {
        const values = elements.map((element) => image[element]!);
        expected[result] = kind === "windowMax"
          ? Math.max(...values)
          : values.reduce((sum, value) => sum + value, 0);
      });
      const [found] = runKernel(kernel, [image], [{ dtype: "f32", size }]);
      assertEquals(found, expected, JSON.stringify(parameters));
    }
  });
}

Deno.test("cpu windowSumGradient", () => {
  for (const parameters of cases) {
    const kernel = kernelOf("windowSumGradient", parameters), size = sizeOf(kernel.image);
    const gradient = integers(2, sizeOf(kernel.output)), expected = new Float32Array(size);
    forEachWindow(kernel, (elements, result) => {
      for (const element of elements) expected[element]! += gradient[result]!;
    });
    const [found] = runKernel(kernel, [gradient], [{ dtype: "f32", size }]);
    assertEquals(found, expected, JSON.stringify(parameters));
  }
});

Deno.test("cpu windowMaxGradient: the first of several maxima gets it", () => {
  for (const parameters of cases) {
    const kernel = kernelOf("windowMaxGradient", parameters), size = sizeOf(kernel.image);
    const image = integers(1, size), gradient = integers(2, sizeOf(kernel.output));
    const maxima = new Float32Array(gradient.length), expected = new Float32Array(size);
    forEachWindow(kernel, (elements, result) => {
      maxima[result] = Math.max(...elements.map((element) => image[element]!));
      const winner = elements.find((element) => image[element] === maxima[result])!;
      expected[winner]! += gradient[result]!;
    });
    const [found] = runKernel(kernel, [image, maxima, gradient], [{ dtype: "f32", size }]);
    assertEquals(found, expected.map((value) => value + 0), JSON.stringify(parameters));
  }
});
