import type { ConvolutionKernel, Kernel } from "../../lib/graph/kernel.ts";
import { conv2dProduct } from "./convolution/conv2d.ts";
import { emitDirect, isDirect } from "./convolution/direct.ts";
import { conv2dInputGradientProduct } from "./convolution/input_gradient.ts";
import { conv2dKernelGradientProduct } from "./convolution/kernel_gradient.ts";
import { emitMap } from "./elementwise/map.ts";
import { emitConcatenate } from "./layout/concatenate.ts";
import { emitGather, emitScatterAdd } from "./layout/gather.ts";
import { emitPad } from "./layout/pad.ts";
import type { Forced } from "./product/block.ts";
import { matmulProduct } from "./product/matmul.ts";
import type { Product } from "./product/description.ts";
import { emitProduct } from "./product/product.ts";
import type { Tiling } from "./product/tile.ts";
import { emitArgmax } from "./reduce/argmax.ts";
import { emitReduce } from "./reduce/reduce.ts";
import type { Operands } from "./shader/bindings.ts";
import type { Emitted } from "./shader/source.ts";
import { emitWindow } from "./window/window.ts";

/** Turns a kernel into WGSL: the dispatches that compute it, in order. */
type Emitter<K> = (
  kernel: K,
  operands: Operands,
  tiling: Tiling,
  forced: Forced,
) => Emitted;

/** The emitter of kernels that are matrix products, each as `describe` says. */
const byProduct =
  <K>(describe: (kernel: K, tiling: Tiling) => Product): Emitter<K> =>
  (kernel, operands, tiling, forced) =>
    emitProduct(describe(kernel, tiling), operands, tiling, forced);

/** The emitter of convolutions: those in small groups have kernels of their own on cards. */
const byConvolution = (
  describe: (kernel: ConvolutionKernel, tiling: Tiling) => Product,
): Emitter<ConvolutionKernel> =>
(kernel, operands, tiling, forced) =>
  tiling === "workgroup" && isDirect(kernel)
    ? emitDirect(kernel, operands)
    : emitProduct(describe(kernel, tiling), operands, tiling, forced);

/** For each kind of kernel, what emits it. */
export const emitters: {
  readonly [Kind in Kernel["kind"]]: Emitter<Kernel & { readonly kind: Kind }>;
} = {
  map: emitMap,
  matmul: byProduct(matmulProduct),
  conv2d: byConvolution(conv2dProduct),
  conv2dInputGradient: byConvolution(conv2dInputGradientProduct),
  conv2dKernelGradient: byConvolution(conv2dKernelGradientProduct),
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
