import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import type { Product } from "../product/description.ts";
import type { Tiling } from "../product/tile.ts";
import { constants } from "../shader/source.ts";
import forward from "./conv2d.wgsl" with { type: "text" };
import { sizesOf } from "./sizes.ts";

/** A convolution as a matrix product without a matrix of windows in memory. */
export function conv2dProduct(kernel: ConvolutionKernel, tiling: Tiling): Product {
  const s = sizesOf(kernel);
  // Few channels make short segments; then a window's row is one, if its pixels lie side by side.
  const wholeRows = s.groupChannels % 4 !== 0 && s.groups === 1 && s.dilation[1] === 1;
  const length = s.groupChannels * (wholeRows ? s.kernelWidth : 1);
  const uniform = tiling === "register" && s.padding.some((p) => p !== 0) && s.count % 16 === 0;
  return {
    batch: s.groups,
    rows: s.count * s.outputHeight * s.outputWidth,
    columns: s.groupFilters,
    segments: s.kernelHeight * (wholeRows ? 1 : s.kernelWidth),
    length,
    uniform: uniform ? s.count : 0,
    source: s.declarations + constants({ WHOLE_ROWS: wholeRows, UNIFORM: uniform }) + forward,
    alignedA: s.channels % 4 === 0 && s.groupChannels % 4 === 0,
    alignedB: s.groupFilters % 4 === 0,
    stepB: s.filters,
    evenB: true,
    output: kernel.output,
    tail: kernel.tail,
  };
}
