import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { emitProduct } from "../product/product.ts";
import type { Tiling } from "../product/tile.ts";
import type { Operands } from "../shader/bindings.ts";
import type { Emitted } from "../shader/source.ts";
import kernelGradient from "./kernel_gradient.wgsl" with { type: "text" };
import { sizesOf } from "./sizes.ts";

/** The gradient of a convolution for its kernel, as a matrix product over all pixels. */
export function emitConv2dKernelGradient(
  kernel: ConvolutionKernel,
  operands: Operands,
  tiling: Tiling,
): Emitted {
  const s = sizesOf(kernel);
  return emitProduct(
    {
      batch: s.groups,
      rows: s.kernelHeight * s.kernelWidth * s.groupChannels,
      columns: s.groupFilters,
      segments: s.count * s.outputHeight,
      length: s.outputWidth,
      source: s.declarations + kernelGradient,
      alignedA: false,
      alignedB: s.groupFilters % 4 === 0,
      alongRows: true,
      stepB: s.filters,
      output: kernel.kernel,
    },
    operands,
    tiling,
  );
}
