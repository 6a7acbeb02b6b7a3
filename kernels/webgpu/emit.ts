import type { Kernel } from "../../lib/graph/kernel.ts";
import { sizeOf } from "../../lib/core/shape.ts";
import { emitConcatenate, emitPad } from "./arrange.ts";
import type { Operands } from "./bindings.ts";
import { emitConvolution } from "./convolution.ts";
import { emitMap } from "./map.ts";
import { emitMatmul } from "./matmul.ts";
import { emitReduce } from "./reduce.ts";
import { emitArgmax, emitGather, emitScatterAdd } from "./rows.ts";
import type { Dispatch, Emitted } from "./source.ts";
import type { Tiling } from "./tile.ts";
import { emitWindow } from "./window.ts";

export type { Dispatch, Emitted, Operands, Tiling };

/** Turns a kernel of a plan into WGSL: the dispatches that compute it, in order. */
export function emit(kernel: Kernel, operands: Operands, tiling: Tiling): Emitted {
  if (outputSize(kernel) === 0) return { dispatches: [], scratch: [] };
  switch (kernel.kind) {
    case "map":
      return emitMap(kernel, operands);
    case "reduce":
      return emitReduce(kernel, operands, tiling);
    case "argmax":
      return emitArgmax(kernel, operands);
    case "matmul":
      return emitMatmul(kernel, operands, tiling);
    case "conv2d":
    case "conv2dInputGradient":
    case "conv2dKernelGradient":
      return emitConvolution(kernel, operands, tiling);
    case "windowMax":
    case "windowSum":
    case "windowMaxGradient":
    case "windowSumGradient":
      return emitWindow(kernel, operands);
    case "gather":
      return emitGather(kernel, operands);
    case "scatterAdd":
      return emitScatterAdd(kernel, operands);
    case "pad":
      return emitPad(kernel, operands);
    case "concatenate":
      return emitConcatenate(kernel, operands);
  }
}

/** Elements of a kernel's result; where there are none, there is nothing to run. */
function outputSize(kernel: Kernel): number {
  switch (kernel.kind) {
    case "map":
      return sizeOf(kernel.shape);
    case "reduce":
      return sizeOf(kernel.shape.filter((_, axis) => !kernel.axes.includes(axis)));
    case "argmax":
      return sizeOf(kernel.shape.toSpliced(kernel.axis, 1));
    case "matmul":
      return kernel.batch * kernel.m * kernel.n;
    case "conv2d":
      return sizeOf(kernel.output);
    case "conv2dInputGradient":
      return sizeOf(kernel.image);
    case "conv2dKernelGradient":
      return sizeOf(kernel.kernel);
    case "windowMax":
    case "windowSum":
      return sizeOf(kernel.output);
    case "windowMaxGradient":
    case "windowSumGradient":
      return sizeOf(kernel.image);
    case "gather":
      return kernel.count * kernel.width;
    case "scatterAdd":
      return kernel.rows * kernel.width;
    case "pad":
      return sizeOf(kernel.output);
    case "concatenate":
      return kernel.outer * kernel.inner.reduce((sum, inner) => sum + inner, 0);
  }
}
