import { moveFloats } from "../memory/runs.ts";
import type { FunctionBuilder, Integer } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";

/**
 * Copies `steps` rows into panels of `width` neighbours each, `panelStride` bytes apart. A few rows
 * are read at a time across all panels, so that whole cache lines are used and pages change seldom.
 */
export function packPanels(
  f: FunctionBuilder,
  source: Integer,
  target: Integer,
  options: {
    readonly steps: Integer;
    /** Bytes between rows. */
    readonly stride: number;
    readonly panels: Integer;
    readonly panelStride: number;
    readonly width: number;
  },
): void {
  const { steps, stride, panels, panelStride, width } = options;
  f.scope(() => {
    const row = f.local(source), place = f.local(target);
    const from = f.local("i32"), to = f.local("i32");
    const some = (times: Integer, rows: number) =>
      f.count(0, times, 1, () => {
        f.set(from, row);
        f.set(to, place);
        f.count(0, panels, 1, () => {
          for (let i = 0; i < rows; i++) {
            moveFloats(f, i32.add(to, i * width * 4), i32.add(from, i * stride), width);
          }
          f.increase(from, width * 4);
          f.increase(to, panelStride);
        });
        f.increase(row, rows * stride);
        f.increase(place, rows * width * 4);
      });
    some(f.local(i32.shrU(steps, 2)), 4);
    some(f.local(i32.and(steps, 3)), 1);
  });
}
