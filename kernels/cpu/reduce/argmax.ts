import { sizeOf } from "../../../lib/core/shape.ts";
import type { ArgmaxKernel } from "../../../lib/graph/kernel.ts";
import { addressOf } from "../memory/address.ts";
import { storeLanes } from "../memory/lanes.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { stageOfUnits } from "../stages/units.ts";
import { f32x4, i32, i32x4, v128 } from "../wasm/instructions.ts";

/** Elements that a task touches, about. */
const taskSize = 8192;

/** The index of the first largest element along an axis, for four neighbours at a time. NaN is the largest. */
export function emitArgmax(builder: KernelBuilder, { shape, axis, dtype }: ArgmaxKernel): void {
  const length = shape[axis]!, inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  if (outer * inner === 0) return;
  const vectors = Math.ceil(inner / 4), units = outer * vectors;
  stageOfUnits(builder, units, taskSize / (4 * length), (f, args) => (unit) => {
    const row = f.local(i32.divU(unit, vectors));
    const column = f.local(i32.mul(i32.remU(unit, vectors), 16));
    const source = addressOf(f, args.input(0), [row, length * inner * 4], [column, 1]);
    const best = f.local(v128.load(source));
    const bestIndex = f.local(i32x4.constant(0));
    f.count(1, length, 1, (index) => {
      f.increase(source, inner * 4);
      const value = f.local(v128.load(source));
      const wins = f.local(
        dtype === "i32"
          ? i32x4.gtS(value, best)
          // Larger, or NaN; unless the best is NaN already.
          : v128.andnot(f32x4.eq(best, best), f32x4.le(value, best)),
      );
      f.set(best, v128.bitselect(value, best, wins));
      f.set(bestIndex, v128.bitselect(i32x4.splat(index), bestIndex, wins));
    });
    const target = addressOf(f, args.output(0), [row, inner * 4], [column, 1]);
    const store = (lanes: number) => storeLanes(f, target, bestIndex, lanes);
    const rest = inner - (vectors - 1) * 4;
    if (rest === 4) store(4);
    else f.if(i32.eq(column, (vectors - 1) * 16), () => store(rest), () => store(4));
  });
}
