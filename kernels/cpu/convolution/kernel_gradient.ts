import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { productStages } from "../product/mod.ts";
import type { RowAxis } from "../product/axes.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { addStages } from "../stages/parts.ts";
import { Scratch } from "../stages/scratch.ts";
import { emitWinogradKernelGradient } from "../winograd/kernel_gradient.ts";
import { convolutionProduct } from "./conv2d.ts";
import { isDepthwise } from "./depthwise.ts";
import { emitDepthwiseKernelGradient } from "./depthwise_kernel_gradient.ts";
import { padded } from "./frame.ts";

/**
 * The gradient for the kernel: each output pixel adds its window times its gradient. What the
 * convolution has as rows is summed over, and what it sums over are the rows.
 */
export function emitConv2dKernelGradient(builder: KernelBuilder, kernel: ConvolutionKernel): void {
  if (isDepthwise(kernel)) return emitDepthwiseKernelGradient(builder, kernel);
  if (emitWinogradKernelGradient(builder, kernel)) return;
  const scratch = new Scratch(), image = padded(scratch, kernel);
  const { window: _, ...forward } = convolutionProduct(kernel, image);
  const [down, across, channels] = forward.reduction.map(({ count, a, b }) => (
    { count, a, result: b }
  )) as [RowAxis, RowAxis, RowAxis];
  // Where windows are dense, a row of the window is one run of the image's memory.
  const dense = kernel.geometry.dilation[1] === 1 && kernel.geometry.groups === 1;
  const stages = productStages(builder, scratch, {
    ...forward,
    rows: dense
      ? [down, { ...across, count: 1 }, { ...channels, count: across.count * channels.count }]
      : [down, across, channels],
    reduction: forward.rows.map(({ count, a, result }) => ({ count, a, b: result })),
    transposedA: true,
    shape: kernel.kernel,
    tail: undefined,
  });
  addStages(builder, [[...image.parts], ...stages], scratch);
}
