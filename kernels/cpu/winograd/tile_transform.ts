import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import { v128 } from "../wasm/instructions.ts";
import type { Positions } from "./tiles.ts";

/**
 * Transforms a tile, four channels at a time: its columns, then the lines of what comes out, which is
 * stored from `target` on, a position apart. Its `lines` are addresses, which are moved on.
 */
export function transformTile(
  f: FunctionBuilder,
  { lines, channels, target, positions }: {
    readonly lines: readonly Local<"i32">[];
    readonly channels: number;
    readonly target: Local<"i32">;
    readonly positions: Positions;
  },
  /** The transform of a line. */
  transform: (line: readonly Local<"v128">[]) => readonly Local<"v128">[],
): void {
  const to = f.local(target), pixel = channels * 4;
  f.count(0, Math.ceil(channels / 4), 1, () => {
    f.scope(() => {
      const columns = lines.map((_, x) =>
        transform(lines.map((at) => f.local(v128.load(at, x * pixel))))
      );
      const side = columns[0]!.length;
      for (let y = 0; y < side; y++) {
        f.scope(() => {
          transform(columns.map((column) => column[y]!)).forEach((value, x) =>
            f.do(v128.store(to, value, (y * side + x) * positions.position))
          );
        });
      }
    });
    for (const at of [...lines, to]) f.increase(at, 16);
  });
}
