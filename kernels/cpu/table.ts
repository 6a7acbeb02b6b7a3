import type { Kernel } from "../../lib/compile/kernel.ts";
import type { KernelBuilder } from "./builder.ts";
import { emitConv2d } from "./conv2d.ts";
import { emitConv2dInputGradient } from "./conv2d_input_gradient.ts";
import { emitConv2dKernelGradient } from "./conv2d_kernel_gradient.ts";
import { emitArgmax, emitGather, emitScatterAdd } from "./gather.ts";
import { emitConcatenate, emitPad } from "./layout.ts";
import { emitMap } from "./map.ts";
import { emitMatmul } from "./matmul.ts";
import { emitReduce } from "./reduce.ts";
import { emitWindow } from "./window.ts";

/** Writes a kernel's stages into a module. */
type Emitter<K> = (builder: KernelBuilder, kernel: K) => void;

/** For each kind of kernel, what emits it. */
export const emitters: {
  readonly [Kind in Kernel["kind"]]: Emitter<Extract<Kernel, { readonly kind: Kind }>>;
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
