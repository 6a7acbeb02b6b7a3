import type { ArgmaxKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { prelude } from "../elementwise/expression.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { constants, type Emitted, entryPoint } from "../shader/source.ts";
import argmax from "./argmax.wgsl" with { type: "text" };

/** The index of the largest element along an axis. */
export function emitArgmax({ shape, axis, dtype }: ArgmaxKernel, operands: Operands): Emitted {
  const bindings = new Bindings(operands);
  const larger = dtype === "f32" ? "a > b || (is_nan(a) && !is_nan(b))" : "a > b";
  const functions = `
fn element(i: u32) -> ${dtype} { return ${bindings.load(0, dtype, "i")}; }
fn beats(a: ${dtype}, b: ${dtype}) -> bool { return ${larger}; }
fn finish(i: u32, value: i32) { ${bindings.store(0, "i32", "i", "value")} }
`;
  const values = { LENGTH: shape[axis]!, INNER: sizeOf(shape.slice(axis + 1)) };
  const { code, workgroups } = entryPoint(sizeOf(shape.toSpliced(axis, 1)));
  return {
    dispatches: [{
      code: prelude + bindings.declarations + functions + constants(values) + argmax + code,
      bindings: bindings.list,
      workgroups,
    }],
    scratch: [],
  };
}
