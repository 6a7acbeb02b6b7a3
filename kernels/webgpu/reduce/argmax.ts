import type { ArgmaxKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { prelude } from "../elementwise/expression.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { type Emitted, threadsDispatch } from "../shader/source.ts";

/** The index of the first largest element along an axis. NaN is the largest. */
export function emitArgmax({ shape, axis, dtype }: ArgmaxKernel, operands: Operands): Emitted {
  const length = shape[axis]!, inner = sizeOf(shape.slice(axis + 1));
  const beats = dtype === "f32" ? "x > largest || (is_nan(x) && !is_nan(largest))" : "x > largest";
  const bindings = new Bindings(operands);
  const element = (k: string) => bindings.load(0, dtype, `first + ${k} * ${inner}u`);
  const run = `fn run(thread: u32) {
  let first = (thread / ${inner}u) * ${length * inner}u + thread % ${inner}u;
  var best = 0u;
  var largest = ${element("0u")};
  for (var k = 1u; k < ${length}u; k++) {
    let x = ${element("k")};
    if (${beats}) {
      largest = x;
      best = k;
    }
  }
  ${bindings.store(0, "i32", "thread", "i32(best)")}
}`;
  const threads = sizeOf(shape.toSpliced(axis, 1));
  return { dispatches: [threadsDispatch(threads, bindings, [prelude, run])] };
}
