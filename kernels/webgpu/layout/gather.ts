import type { GatherKernel, ScatterAddKernel } from "../../../lib/graph/kernel.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { type Emitted, threadsDispatch } from "../shader/source.ts";

/** WGSL of the row that index `k` names: from the end if it is below 0, clamped where it is outside. */
const rowOf = (bindings: Bindings, k: string, rows: number) => {
  const index = bindings.load(1, "i32", k);
  return `clamp(select(${index}, ${index} + ${rows}i, ${index} < 0i), 0i, ${rows - 1}i)`;
};

/** Rows picked by number: each element is copied from the row that an index names. */
export function emitGather(kernel: GatherKernel, operands: Operands): Emitted {
  const { rows, width, count, dtype } = kernel;
  const bindings = new Bindings(operands);
  const run = `fn run(thread: u32) {
  let row = u32(${rowOf(bindings, `thread / ${width}u`, rows)});
  let value = ${bindings.load(0, dtype, `row * ${width}u + thread % ${width}u`)};
  ${bindings.store(0, dtype, "thread", "value")}
}`;
  return { dispatches: [threadsDispatch(count * width, bindings, [run])] };
}

/**
 * Rows summed by number: each element sums the updates whose index names its row, in their order. No
 * two threads write one place, so the result has the same bits each time.
 */
export function emitScatterAdd(kernel: ScatterAddKernel, operands: Operands): Emitted {
  const { rows, width, count } = kernel;
  const bindings = new Bindings(operands);
  const run = `fn run(thread: u32) {
  let row = i32(thread / ${width}u);
  var sum = 0.0;
  for (var k = 0u; k < ${count}u; k++) {
    if (${rowOf(bindings, "k", rows)} == row) {
      sum += ${bindings.load(0, "f32", `k * ${width}u + thread % ${width}u`)};
    }
  }
  ${bindings.store(0, "f32", "thread", "sum")}
}`;
  return { dispatches: [threadsDispatch(rows * width, bindings, [run])] };
}
