import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { type PhaseTaps, tapsByPhase } from "../../phases.ts";
import type { Product } from "../product/description.ts";
import type { Tiling } from "../product/tile.ts";
import { constants } from "../shader/source.ts";
import inputGradient from "./input_gradient.wgsl" with { type: "text" };
import { sizesOf } from "./sizes.ts";

/**
 * The gradient of a convolution for its images, as matrix products: one for each phase of the
 * stride, whose pixels meet the same positions of the kernel.
 */
export function conv2dInputGradientProduct(kernel: ConvolutionKernel, tiling: Tiling): Product {
  const s = sizesOf(kernel);
  const [strideY, strideX] = s.stride, [top, , left] = s.padding;
  const y = tapsByPhase(s.kernelHeight, strideY, s.dilation[0]);
  const x = tapsByPhase(s.kernelWidth, strideX, s.dilation[1]);
  const uniform = tiling === "register" && s.count % 16 === 0;
  const height = Math.ceil(s.height / strideY), width = Math.ceil(s.width / strideX);
  const declarations = s.declarations + constants({
    UNIFORM: uniform,
    PHASE_HEIGHT: height,
    PHASE_WIDTH: width,
    ALIGN_Y: (strideY - top % strideY) % strideY,
    ALIGN_X: (strideX - left % strideX) % strideX,
    STEP_Y: y.step,
    STEP_X: x.step,
  });
  const functions = [
    table("first_y", y.phases.map(({ first }) => first)),
    table("taps_y", y.phases.map(({ count }) => count)),
    table("first_x", x.phases.map(({ first }) => first)),
    table("taps_x", x.phases.map(({ count }) => count)),
  ].join("\n");
  const mostTaps = (phases: readonly PhaseTaps[]) => Math.max(...phases.map(({ count }) => count));
  return {
    batch: s.groups * strideY * strideX,
    rows: s.count * height * width,
    columns: s.groupChannels,
    segments: mostTaps(y.phases) * mostTaps(x.phases),
    length: s.groupFilters,
    uniform: uniform ? s.count : 0,
    source: `${declarations}${functions}\n${inputGradient}`,
    alongDepth: true,
    alignedA: s.groupFilters % 4 === 0,
    alignedB: s.groupFilters % 4 === 0,
    stepB: 1,
    columnB: s.filters,
    sparse: strideY > 1 || strideX > 1,
    output: kernel.image,
    tail: kernel.tail,
  };
}

/** WGSL of a function that looks a number up by its position in a list. */
function table(name: string, values: readonly number[]): string {
  const cases = values.slice(1).map((value, i) => `case ${i + 1}u: { return ${value}u; }`);
  const body = cases.length === 0
    ? `return ${values[0]}u;`
    : `switch i { ${cases.join(" ")} default: { return ${values[0]}u; } }`;
  return `fn ${name}(i: u32) -> u32 { ${body} }`;
}
