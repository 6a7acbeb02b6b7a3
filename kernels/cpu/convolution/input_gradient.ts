import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { productStages } from "../product/mod.ts";
import type { Product } from "../product/product.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { addStages, type Stages } from "../stages/parts.ts";
import { Scratch } from "../stages/scratch.ts";
import { i32 } from "../wasm/instructions.ts";
import { emitWinograd } from "../winograd/mod.ts";
import { depthwisePart, isDepthwise } from "./depthwise.ts";
import { type Four, type Framed, framed } from "./frame.ts";
import { extentOf, type Phase, phasesOf } from "./phases.ts";

/**
 * The gradient for the image: each stride by stride phase of its pixels is a convolution, of stride
 * 1, of the output gradient with the taps of the kernel that reach them, last tap first.
 */
export function emitConv2dInputGradient(builder: KernelBuilder, kernel: ConvolutionKernel): void {
  if (emitWinograd(builder, kernel)) return;
  const [n, height, width] = kernel.image as Four;
  const [kernelHeight, kernelWidth, , filters] = kernel.kernel as Four;
  const [, outputHeight, outputWidth] = kernel.output as Four;
  const { stride, padding: [top, , left], dilation } = kernel.geometry;
  const vertical = phasesOf(height, kernelHeight, stride[0], top, dilation[0]);
  const horizontal = phasesOf(width, kernelWidth, stride[1], left, dilation[1]);
  const rows = extentOf(vertical, outputHeight), columns = extentOf(horizontal, outputWidth);
  const scratch = new Scratch();
  const gradient = framed(scratch, {
    image: [n, outputHeight, outputWidth, filters],
    top: rows.before,
    left: columns.before,
    height: rows.length,
    width: columns.length,
  });
  // The phases are independent: their stages run side by side.
  const stages: Stages = [[...gradient.parts]];
  for (const y of vertical) {
    for (const x of horizontal) {
      const corner = [
        rows.before + y.start - (y.taps - 1) * y.step,
        columns.before + x.start - (x.taps - 1) * x.step,
      ] as const;
      const product = productOf(kernel, gradient, y, x, corner, rows.before);
      const own = isDepthwise(kernel)
        ? [[], [depthwisePart(product)]]
        : productStages(builder, scratch, product);
      own.forEach((parts, index) => (stages[index] ??= []).push(...parts));
    }
  }
  addStages(builder, stages, scratch);
}

/**
 * The product of one phase. `corner` is the row and column of the framed gradient that the last taps
 * read for the phase's first pixel; the gradient's own rows begin at `top`.
 */
function productOf(
  kernel: ConvolutionKernel,
  gradient: Framed,
  y: Phase,
  x: Phase,
  corner: readonly [number, number],
  top: number,
): Product {
  const [n, height, width, channels] = kernel.image as Four;
  const [, kernelWidth, groupChannels, filters] = kernel.kernel as Four;
  const { stride, groups } = kernel.geometry;
  const [gradientBytes, gradientRow, gradientPixel] = gradient.strides;
  const filterBytes = filters * 4, tapBytes = groupChannels * filterBytes;
  const groupFilters = filters / groups;
  const pixel = channels * 4, row = width * pixel;
  // Taps are walked from the last to the first, so that the gradient is walked forwards.
  const lastTap = ((y.tap + (y.taps - 1) * y.tapStep) * kernelWidth +
    x.tap + (x.taps - 1) * x.tapStep) * tapBytes;
  const start = corner[0] * gradientRow + corner[1] * gradientPixel;
  const reached = y.taps * x.taps > 0;
  return {
    groups: {
      count: groups,
      a: groupFilters * 4,
      b: groupFilters * 4,
      result: groupChannels * 4,
      column: groupChannels * 4,
    },
    rows: [
      { count: n, a: gradientBytes, result: height * row },
      { count: y.count, a: gradientRow, result: stride[0] * row },
      { count: x.count, a: gradientPixel, result: stride[1] * pixel },
    ],
    reduction: [
      { count: y.taps, a: y.step * gradientRow, b: -y.tapStep * kernelWidth * tapBytes },
      { count: x.taps, a: x.step * gradientPixel, b: -x.tapStep * tapBytes },
      { count: groupFilters, a: 4, b: 4 },
    ],
    columns: { count: groupChannels, b: filterBytes },
    a: (args) => reached ? i32.add(gradient.address(args), start) : gradient.address(args),
    b: (args) => reached ? i32.add(args.input(1), lastTap) : args.input(1),
    window: {
      offset: corner[0],
      stride: 1,
      dilation: Math.max(1, y.step),
      top,
      height: kernel.output[1]!,
    },
    resultOffset: y.first * row + x.first * pixel,
    shape: kernel.image,
    tail: kernel.tail,
  };
}
