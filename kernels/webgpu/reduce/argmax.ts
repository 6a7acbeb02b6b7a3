import type { ArgmaxKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { prelude } from "../elementwise/expression.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { constants, type Dispatch, type Emitted, threadsDispatch } from "../shader/source.ts";
import type { Tiling } from "../product/tile.ts";
import argmax from "./argmax.wgsl" with { type: "text" };
import { threadsOf } from "./reduction.ts";

/** Numbers among which one wins for each output, as WGSL. */
export interface Contest {
  readonly dtype: "f32" | "i32";
  readonly outputs: number;
  /** Numbers for each output. */
  readonly elements: number;
  /** How many threads share them, at most. */
  readonly parts: number;
  /** WGSL of whether `x`, which comes later, beats `largest`. */
  readonly beats: string;
  /** WGSL of number `k` of `output`. */
  readonly value: (bindings: Bindings) => string;
  /** WGSL of what that calls. */
  readonly functions?: string;
}

/**
 * The dispatches that find the index of each winner and store it, as i32, in a buffer from `offset` on.
 * There are two where few outputs have many elements each; the second reads the winners of parts from a
 * scratch buffer.
 */
export function emitContest(
  contest: Contest,
  operands: Operands,
  [target, offset]: readonly [buffer: number, offset: number],
  scratch: number,
): Dispatch[] {
  const { dtype, outputs, elements, beats, value, functions = "" } = contest;
  const length = Math.ceil(elements / contest.parts);
  const parts = Math.ceil(elements / length);
  const dispatch = (
    [buffer, start]: readonly [number, number],
    counts: { elements: number; parts: number; length: number },
    candidate: (bindings: Bindings) => string,
  ) => {
    const bindings = new Bindings(operands, [buffer]);
    const store = bindings.write(buffer, "i32", `i + ${start}u`, "i32(index)");
    return threadsDispatch(outputs * counts.parts, bindings, [
      prelude,
      constants({ ELEMENTS: counts.elements, PARTS: counts.parts, LENGTH: counts.length }),
      functions,
      `fn candidate(output: u32, k: u32) -> u32 { return ${candidate(bindings)}; }`,
      `fn value_of(output: u32, k: u32) -> ${dtype} { return ${value(bindings)}; }`,
      `fn beats(x: ${dtype}, largest: ${dtype}) -> bool { return ${beats}; }`,
      `fn finish(i: u32, index: u32) { ${store} }`,
      argmax,
    ]);
  };
  const whole = { elements, parts, length };
  if (parts === 1) return [dispatch([target, offset], whole, () => "k")];
  const first = dispatch([scratch, 0], whole, () => "k");
  const second = dispatch(
    [target, offset],
    { elements: parts, parts: 1, length: parts },
    (bindings) => `u32(${bindings.read(scratch, "i32", `output * ${parts}u + k`)})`,
  );
  return [first, second];
}

/** The index of the first largest element along an axis; NaN is the largest. */
export function emitArgmax(kernel: ArgmaxKernel, operands: Operands, tiling: Tiling): Emitted {
  const { shape, axis, dtype } = kernel;
  const elements = shape[axis]!, inner = sizeOf(shape.slice(axis + 1));
  const outputs = sizeOf(shape.toSpliced(axis, 1));
  const at = `(output / ${inner}u) * ${elements * inner}u + output % ${inner}u + k * ${inner}u`;
  const isNan = dtype === "f32" ? " || (is_nan(x) && !is_nan(largest))" : "";
  const parts = threadsOf(outputs, elements, tiling);
  const dispatches = emitContest(
    {
      dtype,
      outputs,
      elements,
      parts,
      beats: `x > largest${isNan}`,
      value: (bindings) => bindings.load(0, dtype, at),
    },
    operands,
    [operands.outputs[0]!, 0],
    Math.max(...operands.inputs, ...operands.outputs) + 1,
  );
  return { dispatches, scratch: parts > 1 ? outputs * parts * 4 : 0 };
}
