import type { Kernel } from "../../lib/graph/kernel.ts";
import { emitConv2d } from "./convolution/conv2d.ts";
import { emitConv2dInputGradient } from "./convolution/input_gradient.ts";
import { emitConv2dKernelGradient } from "./convolution/kernel_gradient.ts";
import { emitMap } from "./elementwise/map.ts";
import { emitConcatenate } from "./layout/concatenate.ts";
import { emitGather, emitScatterAdd } from "./layout/gather.ts";
import { emitPad } from "./layout/pad.ts";
import { emitMatmul } from "./product/matmul.ts";
import { emitArgmax } from "./reduce/argmax.ts";
import { emitReduce } from "./reduce/reduce.ts";
import type { KernelBuilder } from "./stages/builder.ts";
import { emitWindow } from "./window/window.ts";

/** Writes a kernel's stages into a module. */
type Emitter<K> = (builder: KernelBuilder, kernel: K) => void;

/** For each kind of kernel, what emits it. */
export const emitters: {
  readonly [Kind in Kernel["kind"]]: Emitter<Kernel & { readonly kind: Kind }>;
} = {
  map: emitMap,
  matmul: emitMatmul,
  conv2d: emitConv2d,
  conv2dInputGradient: emitConv2dInputGradient,
  conv2dKernelGradient: emitConv2dKernelGradient,
  reduce: emitReduce,
  argmax: emitArgmax,
  windowMax: emitWindow,
  windowSum: emitWindow,
  windowMaxGradient: emitWindow,
  windowSumGradient: emitWindow,
  gather: emitGather,
  scatterAdd: emitScatterAdd,
  pad: emitPad,
  concatenate: emitConcatenate,
};
