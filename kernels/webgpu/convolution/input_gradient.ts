import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { emitProduct } from "../product/product.ts";
import type { Tiling } from "../product/tile.ts";
import type { Operands } from "../shader/bindings.ts";
import { constants, type Emitted } from "../shader/source.ts";
import inputGradient from "./input_gradient.wgsl" with { type: "text" };
import { sizesOf } from "./sizes.ts";

/**
 * The gradient of a convolution for its images, as matrix products: one for each phase of the
 * stride, whose pixels meet the same positions of the kernel.
 */
export function emitConv2dInputGradient(
  kernel: ConvolutionKernel,
  operands: Operands,
  tiling: Tiling,
): Emitted {
  const s = sizesOf(kernel);
  const [strideY, strideX] = s.stride, [top, , left] = s.padding;
  const y = matching(s.kernelHeight, strideY, s.dilation[0]);
  const x = matching(s.kernelWidth, strideX, s.dilation[1]);
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
    table("first_y", y.first),
    table("taps_y", y.taps),
    table("first_x", x.first),
    table("taps_x", x.taps),
  ].join("\n");
  return emitProduct(
    {
      batch: s.groups * strideY * strideX,
      rows: s.count * height * width,
      columns: s.groupChannels,
      segments: Math.max(...y.taps) * Math.max(...x.taps),
      length: s.groupFilters,
      uniform: uniform ? s.count : 0,
      source: `${declarations}${functions}\n${inputGradient}`,
      alignedA: s.groupFilters % 4 === 0,
      alignedB: false,
      alongRows: false,
      alongDepth: true,
      sparse: strideY > 1 || strideX > 1,
      output: kernel.image,
      tail: kernel.tail,
    },
    operands,
    tiling,
  );
}

/**
 * Which positions k of a window meet a pixel of each phase, those with k * dilation = phase modulo
 * the stride: the first, and how many there are, `step` apart.
 */
function matching(size: number, stride: number, dilation: number) {
  const step = stride / greatestCommonDivisor(stride, dilation);
  const phases = Array.from({ length: stride }, (_, phase) => phase);
  const found = phases.map((phase) => {
    for (let k = 0; k < Math.min(size, step); k++) {
      if ((k * dilation) % stride === phase) return k;
    }
    return undefined;
  });
  return {
    step,
    first: found.map((k) => k ?? 0),
    taps: found.map((k) => k === undefined ? 0 : Math.floor((size - 1 - k) / step) + 1),
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** WGSL of a function that looks a number up by its position in a list. */
function table(name: string, values: readonly number[]): string {
  const cases = values.slice(1).map((value, i) => `case ${i + 1}u: { return ${value}u; }`);
  const body = cases.length === 0
    ? `return ${values[0]}u;`
    : `switch i { ${cases.join(" ")} default: { return ${values[0]}u; } }`;
  return `fn ${name}(i: u32) -> u32 { ${body} }`;
}
