import type { GatherKernel, ScatterAddKernel } from "../../../lib/graph/kernel.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import type { Tiling } from "../product/tile.ts";
import { emitReduced, partsOf } from "../reduce/reduction.ts";
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

/** How many indices a thread goes through; more are shared. */
const longest = 2 ** 14;

/**
 * Rows summed by number: each element sums the updates whose index names its row. No two threads write
 * one place, so the result has the same bits each time.
 */
export function emitScatterAdd(
  kernel: ScatterAddKernel,
  operands: Operands,
  tiling: Tiling,
): Emitted {
  const { rows, width, count } = kernel;
  return emitReduced(
    {
      combine: "sum",
      dtype: "f32",
      outputs: rows * width,
      elements: count,
      parts: tiling === "workgroup"
        ? partsOf(rows * width, count, true, tiling)
        : Math.max(1, Math.ceil(count / longest)),
      outputsFastest: true,
    },
    operands,
    tiling,
    (bindings) =>
      `if (${rowOf(bindings, "k", rows)} != i32(output / ${width}u)) { return 0.0; }
  return ${bindings.load(0, "f32", `k * ${width}u + output % ${width}u`)};`,
  );
}
