import type { ConvolutionKernel, MatmulKernel } from "../../lib/graph/kernel.ts";
import type { Operands } from "./bindings.ts";
import forward from "./conv2d.wgsl" with { type: "text" };
import inputGradient from "./conv2d_input_gradient.wgsl" with { type: "text" };
import kernelGradient from "./conv2d_kernel_gradient.wgsl" with { type: "text" };
import { emitMatmul } from "./matmul.ts";
import { emitProduct } from "./product.ts";
import { constants, type Emitted } from "./source.ts";
import type { Tiling } from "./tile.ts";

type Four = readonly [number, number, number, number];

/** conv2d and its gradients, as matrix products without a matrix of windows in memory. */
export function emitConvolution(
  kernel: ConvolutionKernel,
  operands: Operands,
  tiling: Tiling,
): Emitted {
  if (isMatmul(kernel)) {
    const output = kernel.kind === "conv2d"
      ? kernel.output
      : kernel.kind === "conv2dInputGradient"
      ? kernel.image
      : kernel.kernel;
    return emitMatmul(asMatmul(kernel), operands, tiling, output);
  }
  switch (kernel.kind) {
    case "conv2d":
      return emitForward(kernel, operands, tiling);
    case "conv2dInputGradient":
      return emitInputGradient(kernel, operands, tiling);
    case "conv2dKernelGradient":
      return emitKernelGradient(kernel, operands, tiling);
  }
}

/** Whether each pixel meets one kernel position only: NHWC is then a matrix. */
function isMatmul({ kernel, geometry }: ConvolutionKernel): boolean {
  return kernel[0] === 1 && kernel[1] === 1 && geometry.groups === 1 &&
    geometry.stride.every((s) => s === 1) && geometry.padding.every((p) => p === 0);
}

function asMatmul(kernel: ConvolutionKernel): MatmulKernel {
  const [count, height, width, channels] = kernel.image as Four;
  const pixels = count * height * width, filters = kernel.kernel[3]!;
  const sizes = {
    conv2d: { m: pixels, n: filters, k: channels, transposeA: false, transposeB: false },
    conv2dInputGradient: {
      m: pixels,
      n: channels,
      k: filters,
      transposeA: false,
      transposeB: true,
    },
    conv2dKernelGradient: {
      m: channels,
      n: filters,
      k: pixels,
      transposeA: true,
      transposeB: false,
    },
  }[kernel.kind];
  const tail = kernel.tail === undefined ? {} : { tail: kernel.tail };
  return { kind: "matmul", batch: 1, ...sizes, ...tail };
}

/** The numbers that all three share. */
function sizes({ image, kernel, output, geometry }: ConvolutionKernel) {
  const [count, height, width, channels] = image as Four;
  const [kernelHeight, kernelWidth, groupChannels, filters] = kernel as Four;
  const [, outputHeight, outputWidth] = output as Four;
  const { stride, padding, dilation, groups } = geometry;
  const groupFilters = filters / groups;
  const declarations = constants({
    COUNT: count,
    KERNEL_HEIGHT: kernelHeight,
    HEIGHT: height,
    WIDTH: width,
    CHANNELS: channels,
    GROUP_CHANNELS: groupChannels,
    KERNEL_WIDTH: kernelWidth,
    FILTERS: filters,
    OUTPUT_HEIGHT: outputHeight,
    OUTPUT_WIDTH: outputWidth,
    STRIDE_Y: stride[0],
    STRIDE_X: stride[1],
    DILATION_Y: dilation[0],
    DILATION_X: dilation[1],
    PADDED: padding.some((p) => p !== 0),
  }, { PADDING_TOP: padding[0], PADDING_LEFT: padding[2] });
  return {
    count,
    height,
    width,
    channels,
    kernelHeight,
    kernelWidth,
    groupChannels,
    filters,
    outputHeight,
    outputWidth,
    stride,
    padding,
    dilation,
    groups,
    groupFilters,
    declarations,
  };
}

function emitForward(kernel: ConvolutionKernel, operands: Operands, tiling: Tiling): Emitted {
  const s = sizes(kernel);
  // Few channels make short segments; then a window's row is one, if its pixels lie side by side.
  const wholeRows = s.groupChannels % 4 !== 0 && s.groups === 1 && s.dilation[1] === 1;
  const length = s.groupChannels * (wholeRows ? s.kernelWidth : 1);
  const uniform = tiling === "register" && s.padding.some((p) => p !== 0) && s.count % 16 === 0;
  return emitProduct(
    {
      batch: s.groups,
      rows: s.count * s.outputHeight * s.outputWidth,
      columns: s.groupFilters,
      segments: s.kernelHeight * (wholeRows ? 1 : s.kernelWidth),
      length,
      uniform: uniform ? s.count : 0,
      source: s.declarations + constants({ WHOLE_ROWS: wholeRows, UNIFORM: uniform }) + forward,
      alignedA: s.channels % 4 === 0 && s.groupChannels % 4 === 0,
      alignedB: s.groupFilters % 4 === 0,
      alongRows: false,
      alongDepth: false,
      sparse: false,
      output: kernel.output,
      tail: kernel.tail,
    },
    operands,
    tiling,
  );
}

function emitInputGradient(kernel: ConvolutionKernel, operands: Operands, tiling: Tiling): Emitted {
  const s = sizes(kernel);
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

function emitKernelGradient(
  kernel: ConvolutionKernel,
  operands: Operands,
  tiling: Tiling,
): Emitted {
  const s = sizes(kernel);
  return emitProduct(
    {
      batch: s.groups,
      rows: s.kernelHeight * s.kernelWidth * s.groupChannels,
      columns: s.groupFilters,
      segments: s.count * s.outputHeight,
      length: s.outputWidth,
      uniform: 0,
      source: s.declarations + kernelGradient,
      alignedA: false,
      alignedB: s.groupFilters % 4 === 0,
      alongRows: true,
      alongDepth: false,
      sparse: false,
      output: kernel.kernel,
      tail: undefined,
    },
    operands,
    tiling,
  );
}
