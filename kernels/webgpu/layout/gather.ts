import type { GatherKernel, ScatterAddKernel } from "../../../lib/graph/kernel.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import gather from "./gather.wgsl" with { type: "text" };
import scatterAdd from "./scatter_add.wgsl" with { type: "text" };
import { constants, type Emitted, entryPoint } from "../shader/source.ts";

/** Rows picked by number. */
export function emitGather(kernel: GatherKernel, operands: Operands): Emitted {
  const { rows, width, count, dtype } = kernel;
  return emitRows(gather, operands, dtype, { ROWS: rows, WIDTH: width }, count * width);
}

/** Rows summed by number. */
export function emitScatterAdd(kernel: ScatterAddKernel, operands: Operands): Emitted {
  const { rows, width, count } = kernel;
  const values = { ROWS: rows, WIDTH: width, COUNT: count };
  return emitRows(scatterAdd, operands, "f32", values, rows * width);
}

function emitRows(
  source: string,
  operands: Operands,
  dtype: "f32" | "i32",
  values: Record<string, number>,
  threads: number,
): Emitted {
  const bindings = new Bindings(operands);
  const functions = `
fn load_row(i: u32) -> ${dtype} { return ${bindings.load(0, dtype, "i")}; }
fn load_index(i: u32) -> i32 { return ${bindings.load(1, "i32", "i")}; }
fn finish(i: u32, value: ${dtype}) { ${bindings.store(0, dtype, "i", "value")} }
`;
  const { code, workgroups } = entryPoint(threads);
  return {
    dispatches: [{
      code: bindings.declarations + functions + constants(values) + source + code,
      bindings: bindings.list,
      workgroups,
    }],
    scratch: [],
  };
}
