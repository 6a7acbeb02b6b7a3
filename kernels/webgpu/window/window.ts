import type { WindowKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { prelude } from "../elementwise/expression.ts";
import { constants, type Emitted, threadsDispatch, unroll } from "../shader/source.ts";
import type { Tiling } from "../product/tile.ts";
import { combineOf } from "../reduce/combine.ts";
import { emitLargeWindow } from "./large.ts";
import common from "./window.wgsl" with { type: "text" };
import forward from "./forward.wgsl" with { type: "text" };
import maxGradient from "./max_gradient.wgsl" with { type: "text" };
import disjoint from "./max_gradient_disjoint.wgsl" with { type: "text" };
import sumGradient from "./sum_gradient.wgsl" with { type: "text" };

const kernels = {
  windowMax: { source: combineOf("max", "f32") + forward, inputs: ["load_image"] },
  windowSum: { source: combineOf("sum", "f32") + forward, inputs: ["load_image"] },
  windowMaxGradient: {
    source: maxGradient,
    inputs: ["load_image", "load_maximum", "load_gradient"],
  },
  windowSumGradient: { source: sumGradient, inputs: ["load_gradient"] },
} as const;

/** Pooling and its gradients. */
export function emitWindow(kernel: WindowKernel, operands: Operands, tiling: Tiling): Emitted {
  const { kind, image, output, geometry: { window, stride, padding } } = kernel;
  const [n, height, width, channels] = image as [number, number, number, number];
  const declarations = constants({
    PADDED: padding.some((p) => p !== 0),
    HEIGHT: height,
    WIDTH: width,
    CHANNELS: channels,
    ROWS: output[1]!,
    COLUMNS: output[2]!,
    WINDOW_Y: window[0],
    WINDOW_X: window[1],
    STRIDE_Y: stride[0],
    STRIDE_X: stride[1],
  }, { PADDING_TOP: padding[0], PADDING_LEFT: padding[2] }) + common;
  if (window[0] * window[1] > 16) return emitLargeWindow(kernel, operands, tiling, declarations);

  const { inputs } = kernels[kind];
  const blocks = kind === "windowMaxGradient" && isDisjoint(kernel);
  const source = unroll(blocks ? disjoint : kernels[kind].source, {
    WINDOW_Y: window[0],
    WINDOW_X: window[1],
  });
  const bindings = new Bindings(operands);
  const functions = inputs.map((name, input) => bindings.loader(name, input, "f32"));
  const threads = blocks
    ? n * Math.ceil(height / window[0]) * Math.ceil(width / window[1]) * channels
    : sizeOf(kind.endsWith("Gradient") ? image : output);
  const dispatch = threadsDispatch(threads, bindings, [
    prelude,
    declarations,
    ...functions,
    bindings.finisher("f32"),
    source,
  ]);
  return { dispatches: [dispatch] };
}

/** Whether each element is in one window at most, and windows lie side by side from the first on. */
function isDisjoint({ geometry: { window, stride, padding } }: WindowKernel): boolean {
  return window.every((size, axis) => size === stride[axis]) &&
    padding.every((p) => p === 0);
}
