import type { ArgmaxKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { prelude } from "../elementwise/expression.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { constants, type Emitted, threadsDispatch } from "../shader/source.ts";
import type { Tiling } from "../product/tile.ts";
import argmax from "./argmax.wgsl" with { type: "text" };
import { partsOf } from "./reduction.ts";

/**
 * The index of the first largest element along an axis; NaN is the largest. One dispatch, or two where
 * there are few outputs of many elements.
 */
export function emitArgmax(kernel: ArgmaxKernel, operands: Operands, tiling: Tiling): Emitted {
  const { shape, axis, dtype } = kernel;
  const elements = shape[axis]!, inner = sizeOf(shape.slice(axis + 1));
  const outputs = sizeOf(shape.toSpliced(axis, 1));
  const length = Math.ceil(elements / partsOf(outputs, elements, tiling));
  const parts = Math.ceil(elements / length);
  const scratch = Math.max(...operands.inputs, ...operands.outputs) + 1;
  const isNan = dtype === "f32" ? "|| (is_nan(x) && !is_nan(largest))" : "";

  const dispatch = (
    target: number,
    counts: { elements: number; parts: number; length: number },
    candidate: (bindings: Bindings) => string,
  ) => {
    const bindings = new Bindings(operands, [target]);
    const at = `(output / ${inner}u) * ${elements * inner}u + output % ${inner}u + k * ${inner}u`;
    return threadsDispatch(outputs * counts.parts, bindings, [
      prelude,
      constants({ ELEMENTS: counts.elements, PARTS: counts.parts, LENGTH: counts.length }),
      `fn candidate(output: u32, k: u32) -> u32 { return ${candidate(bindings)}; }`,
      `fn value_of(output: u32, k: u32) -> ${dtype} { return ${bindings.load(0, dtype, at)}; }`,
      `fn beats(x: ${dtype}, largest: ${dtype}) -> bool { return x > largest ${isNan}; }`,
      `fn finish(i: u32, index: u32) { ${bindings.write(target, "i32", "i", "i32(index)")} }`,
      argmax,
    ]);
  };

  const result = operands.outputs[0]!;
  const first = dispatch(parts > 1 ? scratch : result, { elements, parts, length }, () => "k");
  if (parts === 1) return { dispatches: [first] };
  const second = dispatch(
    result,
    { elements: parts, parts: 1, length: parts },
    (bindings) => `u32(${bindings.read(scratch, "i32", `output * ${parts}u + k`)})`,
  );
  return { dispatches: [first, second], scratch: outputs * parts * 4 };
}
