import type { WindowKernel } from "../../lib/compile/kernel.ts";
import { sizeOf } from "../../lib/core/shape.ts";
import { Bindings, type Operands } from "./bindings.ts";
import { prelude } from "./expression.ts";
import { constants, type Emitted, entryPoint } from "./source.ts";
import common from "./window.wgsl" with { type: "text" };
import forward from "./window_forward.wgsl" with { type: "text" };
import maxGradient from "./window_max_gradient.wgsl" with { type: "text" };
import sumGradient from "./window_sum_gradient.wgsl" with { type: "text" };

const kernels = {
  windowMax: { source: forward, inputs: ["load_image"] },
  windowSum: { source: forward, inputs: ["load_image"] },
  windowMaxGradient: {
    source: maxGradient,
    inputs: ["load_image", "load_maximum", "load_gradient"],
  },
  windowSumGradient: { source: sumGradient, inputs: ["load_gradient"] },
} as const;

/** Pooling and its gradients. */
export function emitWindow(kernel: WindowKernel, operands: Operands): Emitted {
  const { kind, image, output, geometry: { window, stride, padding } } = kernel;
  const { source, inputs } = kernels[kind];
  const bindings = new Bindings(operands);
  const functions = inputs.map((name, input) =>
    `fn ${name}(i: u32) -> f32 { return ${bindings.load(input, "f32", "i")}; }`
  );
  functions.push(`fn finish(i: u32, value: f32) { ${bindings.store(0, "f32", "i", "value")} }`);
  const declarations = constants({
    HEIGHT: image[1]!,
    WIDTH: image[2]!,
    CHANNELS: image[3]!,
    ROWS: output[1]!,
    COLUMNS: output[2]!,
    WINDOW_Y: window[0],
    WINDOW_X: window[1],
    STRIDE_Y: stride[0],
    STRIDE_X: stride[1],
    PADDING_TOP: padding[0],
    PADDING_LEFT: padding[2],
    MAXIMUM: kind === "windowMax",
  });
  const { code, workgroups } = entryPoint(sizeOf(kind.endsWith("Gradient") ? image : output));
  return {
    dispatches: [{
      code: [prelude, bindings.declarations, declarations, ...functions, common, source, code]
        .join("\n"),
      bindings: bindings.list,
      workgroups,
    }],
    scratch: [],
  };
}
