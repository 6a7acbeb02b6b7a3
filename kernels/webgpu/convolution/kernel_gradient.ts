import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import type { Product } from "../product/description.ts";
import kernelGradient from "./kernel_gradient.wgsl" with { type: "text" };
import { sizesOf } from "./sizes.ts";

/** The gradient of a convolution for its kernel, as a matrix product over all pixels. */
export function conv2dKernelGradientProduct(kernel: ConvolutionKernel): Product {
  const s = sizesOf(kernel);
  return {
    batch: s.groups,
    rows: s.kernelHeight * s.kernelWidth * s.groupChannels,
    columns: s.groupFilters,
    segments: s.count * s.outputHeight,
    length: s.outputWidth,
    source: s.declarations + kernelGradient,
    alongRows: true,
    alignedA: s.groupChannels % 4 === 0,
    alignedB: s.groupFilters % 4 === 0,
    stepB: s.filters,
    evenB: true,
    output: kernel.kernel,
  };
}
