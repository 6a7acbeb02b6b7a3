import { assertEquals } from "@std/assert";
import type { ConvolutionKernel } from "../../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../../lib/core/shape.ts";
import type { ConvolutionGeometry } from "../../../../lib/graph/kernel.ts";
import { convolutionShape } from "../../../../lib/graph/ops/conv2d.ts";
import { runKernel } from "../run_kernel.ts";
import { expectedOf, type Four, resultShape } from "./expected.ts";
import { Random } from "../../../../lib/core/random.ts";
import { integers } from "../reference.ts";
import { expectedOutputs, outputsOf, tailInputs, tailOf } from "../product/tail.ts";

/** A convolution's image and kernel, and how its geometry differs from the plainest one. */
interface Case {
  readonly image: Four;
  readonly kernel: Four;
  readonly geometry?: Partial<ConvolutionGeometry>;
}

/** Checks the convolution and both of its gradients, with and without a tail. */
function check({ image, kernel, geometry: changes = {} }: Case): void {
  const geometry: ConvolutionGeometry = {
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
    groups: 1,
    ...changes,
  };
  const output = convolutionShape(image, kernel, geometry);
  for (const kind of ["conv2d", "conv2dInputGradient", "conv2dKernelGradient"] as const) {
    for (const withTail of kind === "conv2dKernelGradient" ? [false] : [false, true]) {
      const plain: ConvolutionKernel = { kind, image, kernel, output, geometry };
      const shape = resultShape(plain);
      const [a, b] = [
        integers(1, sizeOf(kind === "conv2dInputGradient" ? output : image)),
        integers(2, sizeOf(kind === "conv2dKernelGradient" ? output : kernel)),
      ];
      const loads = withTail ? tailInputs(shape) : undefined;
      const expected = expectedOutputs(expectedOf(plain, a, b), shape.at(-1)!, loads);
      const found = runKernel(
        withTail ? { ...plain, tail: tailOf(shape) } : plain,
        [a, b, ...loads ?? []],
        outputsOf(shape, withTail),
      );
      const name = `${kind} [${image}] * [${kernel}] ${JSON.stringify(geometry)}${
        withTail ? " with a tail" : ""
      }`;
      found.forEach((result, index) => assertEquals(result, expected[index], name));
    }
  }
}

Deno.test("cpu conv2d: plain", () => {
  check({ image: [2, 6, 7, 3], kernel: [3, 3, 3, 5] });
  check({ image: [1, 9, 5, 4], kernel: [2, 4, 4, 8] });
  check({ image: [3, 14, 14, 6], kernel: [5, 5, 6, 16] });
  check({ image: [2, 12, 13, 9], kernel: [1, 1, 9, 17] });
});

Deno.test("cpu conv2d: images of one pixel, kernels as large as the image", () => {
  check({ image: [5, 1, 1, 7], kernel: [1, 1, 7, 3] });
  check({ image: [1, 1, 1, 1], kernel: [1, 1, 1, 1] });
  check({ image: [4, 5, 6, 3], kernel: [5, 6, 3, 10] });
  check({
    image: [2, 1, 1, 4],
    kernel: [3, 3, 4, 5],
    geometry: { padding: [1, 1, 1, 1] },
  });
  // Few pixels and many filters: the product that reads its kernel in place still waits for the frame.
  check({
    image: [1, 1, 1, 16],
    kernel: [3, 3, 16, 72],
    geometry: { padding: [1, 1, 1, 1] },
  });
  check({
    image: [1, 2, 2, 70],
    kernel: [3, 3, 70, 1],
    geometry: { padding: [1, 1, 1, 1] },
  });
});

Deno.test("cpu conv2d: no images, no pixels, no channels, no filters", () => {
  for (const stride of [[1, 1], [2, 2]] as const) {
    const geometry = { stride };
    check({ image: [0, 9, 9, 3], kernel: [3, 3, 3, 4], geometry });
    // Many pixels and many weights are cut into tasks.
    check({ image: [0, 300, 300, 3], kernel: [3, 3, 3, 4], geometry });
    check({ image: [0, 40, 40, 64], kernel: [3, 3, 64, 64], geometry });
    check({ image: [0, 40, 40, 8], kernel: [3, 3, 1, 8], geometry: { stride, groups: 8 } });
  }
  check({ image: [2, 0, 5, 3], kernel: [2, 3, 3, 4], geometry: { padding: [1, 2, 0, 0] } });
  check({ image: [2, 40, 0, 3], kernel: [3, 3, 3, 4], geometry: { padding: [1, 1, 2, 2] } });
  check({ image: [2, 40, 40, 0], kernel: [3, 3, 0, 4] });
  check({ image: [2, 40, 40, 3], kernel: [3, 3, 3, 0] });
});

Deno.test("cpu conv2d: padding on each side", () => {
  check({ image: [2, 8, 8, 1], kernel: [5, 5, 1, 6], geometry: { padding: [2, 2, 2, 2] } });
  check({ image: [1, 5, 6, 2], kernel: [3, 2, 2, 3], geometry: { padding: [2, 0, 1, 0] } });
  check({ image: [1, 5, 6, 2], kernel: [3, 3, 2, 3], geometry: { padding: [0, 3, 0, 4] } });
  // More padding than the kernel reaches: the gradient's frame is a crop.
  check({ image: [2, 4, 4, 3], kernel: [2, 2, 3, 4], geometry: { padding: [3, 3, 3, 3] } });
  check({ image: [2, 4, 5, 3], kernel: [1, 1, 3, 4], geometry: { padding: [1, 0, 0, 2] } });
});

Deno.test("cpu conv2d: strides, also longer than the kernel", () => {
  check({ image: [2, 9, 9, 3], kernel: [3, 3, 3, 4], geometry: { stride: [2, 2] } });
  check({
    image: [2, 15, 14, 3],
    kernel: [7, 7, 3, 8],
    geometry: { stride: [2, 2], padding: [3, 3, 3, 3] },
  });
  check({ image: [1, 10, 11, 2], kernel: [2, 2, 2, 5], geometry: { stride: [3, 4] } });
  check({ image: [2, 8, 8, 12], kernel: [1, 1, 12, 6], geometry: { stride: [2, 2] } });
  check({
    image: [1, 7, 12, 2],
    kernel: [3, 3, 2, 3],
    geometry: { stride: [1, 3], padding: [1, 0, 2, 1] },
  });
  check({ image: [1, 2, 2, 3], kernel: [2, 2, 3, 3], geometry: { stride: [5, 5] } });
});

Deno.test("cpu conv2d: dilation, with strides that share a factor with it or not", () => {
  check({ image: [2, 9, 9, 3], kernel: [3, 3, 3, 4], geometry: { dilation: [2, 2] } });
  check({
    image: [1, 11, 12, 2],
    kernel: [3, 2, 2, 5],
    geometry: { dilation: [2, 3], padding: [2, 1, 3, 0], stride: [2, 2] },
  });
  check({
    image: [1, 13, 16, 2],
    kernel: [3, 3, 2, 3],
    geometry: { dilation: [2, 6], stride: [4, 4] },
  });
  check({ image: [1, 9, 9, 1], kernel: [3, 3, 1, 1], geometry: { dilation: [1, 3] } });
});

Deno.test("cpu conv2d: groups", () => {
  check({ image: [2, 6, 6, 8], kernel: [3, 3, 4, 6], geometry: { groups: 2 } });
  check({
    image: [1, 7, 7, 12],
    kernel: [3, 3, 4, 12],
    geometry: { groups: 3, padding: [1, 1, 1, 1], stride: [2, 2] },
  });
  // Depthwise, and more than one filter a channel.
  check({ image: [2, 5, 5, 6], kernel: [3, 3, 1, 6], geometry: { groups: 6 } });
  check({
    image: [1, 5, 6, 5],
    kernel: [3, 3, 1, 10],
    geometry: { groups: 5, dilation: [2, 2], padding: [2, 2, 2, 2] },
  });
});

Deno.test("cpu conv2d: depthwise", () => {
  const random = new Random(9), from1 = (most: number) => 1 + random.integer(most);
  const depthwise = (image: Four, taps: readonly [number, number], geometry = {}) => {
    const groups = image[3];
    check({ image, kernel: [...taps, 1, groups], geometry: { groups, ...geometry } });
  };
  depthwise([1, 1, 1, 4], [1, 1]);
  depthwise([2, 7, 6, 37], [3, 3], { padding: [1, 1, 1, 1] });
  depthwise([2, 9, 9, 8], [7, 5], { padding: [3, 3, 2, 2] });
  depthwise([1, 2, 20, 5], [1, 14]);
  depthwise([2, 3, 3, 6], [1, 1], { padding: [2, 1, 0, 3] });
  // Sums that are cut into parts, and more windows than parts are made for one by one.
  depthwise([3, 40, 33, 20], [3, 3], { padding: [1, 1, 1, 1] });
  depthwise([300, 3, 2, 4], [2, 2]);
  for (let i = 0; i < 20; i++) {
    const taps = [from1(4), from1(4)] as const, dilation = [from1(2), from1(2)] as const;
    depthwise([from1(3), 8 + from1(6), 8 + from1(6), 3 + from1(20)], taps, {
      dilation,
      stride: [from1(2), from1(2)],
      padding: [0, 0, 0, 0].map(() => random.integer(4)),
    });
  }
});

Deno.test("cpu conv2d: sizes that are split into blocks and chunks", () => {
  check({ image: [3, 30, 31, 5], kernel: [3, 3, 5, 20], geometry: { padding: [1, 1, 1, 1] } });
  check({ image: [2, 4, 300, 3], kernel: [1, 5, 3, 6] });
  check({ image: [40, 10, 9, 4], kernel: [3, 3, 4, 7] });
  check({ image: [2, 6, 6, 40], kernel: [3, 3, 40, 70], geometry: { padding: [1, 1, 1, 1] } });
});

Deno.test("cpu conv2d: large kernels, which are packed block by block", () => {
  check({ image: [1, 5, 5, 260], kernel: [3, 3, 260, 203], geometry: { padding: [1, 1, 1, 1] } });
  check({
    image: [1, 4, 4, 512],
    kernel: [3, 3, 256, 400],
    geometry: { groups: 2, stride: [2, 2] },
  });
  check({ image: [3, 2, 2, 601], kernel: [1, 1, 601, 702] });
});

Deno.test("cpu conv2d: random geometries", () => {
  const random = new Random(7);
  const from1 = (most: number) => 1 + random.integer(most);
  for (let checked = 0; checked < 60;) {
    const groups = random.integer(3) === 0 ? from1(3) : 1;
    const [channels, filters] = [groups * from1(6), groups * from1(11)];
    const dilation = [from1(3), from1(3)] as const;
    const padding = [0, 0, 0, 0].map(() => random.integer(4));
    const image = [from1(3), from1(16), from1(16), channels] as const;
    const kernel = [from1(5), from1(5), channels / groups, filters] as const;
    const fits = [0, 1].every((axis) =>
      (kernel[axis]! - 1) * dilation[axis]! + 1 <=
        image[axis + 1]! + padding[2 * axis]! + padding[2 * axis + 1]!
    );
    if (!fits) continue;
    const stride = [from1(4), from1(4)] as const;
    check({
      image,
      kernel,
      geometry: { stride, dilation, groups, padding: padding as unknown as Four },
    });
    checked++;
  }
});
