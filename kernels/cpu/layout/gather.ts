import type { GatherKernel, ScatterAddKernel } from "../../../lib/graph/kernel.ts";
import { storeLanes } from "../memory/lanes.ts";
import { copy, fill } from "../memory/runs.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { stageOfUnits } from "../stages/units.ts";
import type { FunctionBuilder, Integer } from "../wasm/assembler.ts";
import { f32x4, i32, v128 } from "../wasm/instructions.ts";

/** Elements that a task touches, about. */
const taskSize = 8192;

/** The row that the index at `address` names: from the end if it is below 0, clamped to 0..rows - 1. */
function rowAt(f: FunctionBuilder, address: Integer, rows: number): Integer {
  const index = f.local(i32.load(address));
  f.set(index, i32.select(i32.ltS(index, 0), i32.add(index, rows), index));
  f.set(index, i32.select(i32.ltS(index, 0), 0, index));
  return i32.select(i32.gtS(index, rows - 1), rows - 1, index);
}

/** Copies the rows that the indices name. */
export function emitGather(builder: KernelBuilder, { rows, width, count }: GatherKernel): void {
  if (rows * width * count === 0) return;
  stageOfUnits(builder, count, taskSize / width, (f, args) => (row) => {
    const index = rowAt(f, i32.add(args.input(1), i32.mul(row, 4)), rows);
    const source = f.local(i32.add(args.input(0), i32.mul(index, width * 4)));
    copy(f, f.local(i32.add(args.output(0), i32.mul(row, width * 4))), source, width);
  });
}

/** Adds rows at the places that the indices name, in order; a task does some columns of all. */
export function emitScatterAdd(
  builder: KernelBuilder,
  { rows, width, count }: ScatterAddKernel,
): void {
  if (rows * width === 0) return;
  const block = Math.max(16, Math.ceil(width / 64) * 4);
  const blocks = Math.ceil(width / block);
  builder.stage(blocks, (f, args, begin, end) => {
    f.count(begin, end, 1, (task) => {
      const column = f.local(i32.mul(task, block * 4));
      const target = f.local(i32.add(args.output(0), column));
      const updates = f.local(i32.add(args.input(0), column));
      const emit = (columns: number) => {
        f.count(0, rows, 1, (row) => {
          const at = f.local(i32.add(target, i32.mul(row, width * 4)));
          fill(f, at, columns, f32x4.constant(0));
        });
        f.count(0, count, 1, (update) => {
          const index = rowAt(f, i32.add(args.input(1), i32.mul(update, 4)), rows);
          const to = f.local(i32.add(target, i32.mul(index, width * 4)));
          const from = f.local(i32.add(updates, i32.mul(update, width * 4)));
          for (let at = 0; at < columns; at += 4) {
            const sum = f.local(f32x4.add(v128.load(to, at * 4), v128.load(from, at * 4)));
            storeLanes(f, to, sum, Math.min(4, columns - at), at);
          }
        });
      };
      const rest = width - (blocks - 1) * block;
      if (rest === block) emit(block);
      else f.if(i32.eq(task, blocks - 1), () => emit(rest), () => emit(block));
    });
  });
}
