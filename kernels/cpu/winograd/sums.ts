import { addressOf } from "../memory/address.ts";
import { storeLanes } from "../memory/lanes.ts";
import type { Arguments } from "../stages/builder.ts";
import type { Part } from "../stages/parts.ts";
import { partOfUnits } from "../stages/units.ts";
import type { Integer } from "../wasm/assembler.ts";
import { f32x4, i32, v128 } from "../wasm/instructions.ts";
import { transformSums } from "./gradient_transform.ts";
import type { Job } from "./job.ts";
import type { Positions } from "./tiles.ts";
import { type Filtering, sideOf } from "./transform.ts";

/** Numbers that a task reads, about. */
const taskNumbers = 1 << 16;

/** Adds the sums of chunks, which are at `source`, in order, and stores the taps that they are transformed to. */
export function sumsPart(
  { image: [, , , channels], result: [, , , filters] }: Job,
  filtering: Filtering,
  { row, position }: Positions,
  chunks: number,
  source: (args: Arguments) => Integer,
): Part {
  const side = sideOf(filtering), positions = side ** 2, tap = channels * filters * 4;
  return partOfUnits(channels, taskNumbers / (chunks * positions * filters), (f, args) => {
    const start = f.local(source(args)), output = args.output(0);
    return (channel) => {
      const vector = (offset: Integer, lanes: number) =>
        f.scope(() => {
          const from = addressOf(f, start, [channel, row], [offset, 1]);
          const to = addressOf(f, output, [channel, filters * 4], [offset, 1]);
          const columns = Array.from({ length: side }, (_, x) => {
            const at = f.local(from);
            const sums = Array.from({ length: side }, () => f.local(f32x4.constant(0)));
            f.count(0, chunks, 1, () => {
              sums.forEach((sum, y) => {
                f.set(sum, f32x4.add(sum, v128.load(at, (y * side + x) * position)));
              });
              f.increase(at, positions * position);
            });
            return transformSums(f, filtering, sums);
          });
          for (let y = 0; y < 3; y++) {
            f.scope(() => {
              transformSums(f, filtering, columns.map((column) => column[y]!)).forEach((value, x) =>
                storeLanes(f, i32.add(to, (3 * y + x) * tap), value, lanes)
              );
            });
          }
        });
      const whole = Math.floor(filters / 4) * 16;
      f.count(0, whole, 16, (offset) => vector(offset, 4));
      if (filters % 4 !== 0) vector(i32.constant(whole), filters % 4);
    };
  });
}
