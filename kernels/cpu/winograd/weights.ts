import { addressOf } from "../memory/address.ts";
import { laneOffsets, loadLanes } from "../memory/lanes.ts";
import type { Panels } from "../product/tile.ts";
import type { Arguments } from "../stages/builder.ts";
import type { Part } from "../stages/parts.ts";
import { partOfUnits } from "../stages/units.ts";
import type { Integer } from "../wasm/assembler.ts";
import { i32, v128 } from "../wasm/instructions.ts";
import type { Job } from "./job.ts";
import { type Filtering, sideOf, three, transformTaps } from "./transform.ts";

/** Transforms the kernel into a matrix for each position, packed in panels as the tiles read it. */
export function weightsPart(
  { image: [, , , channels], result: [, , , filters], taps, kernel }: Job,
  filtering: Filtering,
  { count: panels, width }: Panels,
  target: (args: Arguments) => Integer,
): Part {
  const side = sideOf(filtering),
    step = width * 4,
    panel = channels * step,
    position = panels * panel;
  return partOfUnits(panels * channels, 64, (f, args) => (unit) => {
    const number = f.local(i32.divU(unit, channels));
    const channel = f.local(i32.remU(unit, channels));
    const from = addressOf(f, kernel(args), [channel, taps.channel], [number, width * taps.filter]);
    const to = addressOf(f, target(args), [number, panel], [channel, step]);
    const vector = (at: Integer, lanes: number) =>
      f.scope(() => {
        const first = addressOf(f, from, [at, taps.filter]);
        const columns = [0, 1, 2].map((x) =>
          transformTaps(
            f,
            filtering,
            three((y) => {
              const tap = i32.add(first, y * taps.row + x * taps.column);
              return f.local(loadLanes(tap, laneOffsets(taps.filter / 4, lanes), "f32"));
            }),
          )
        );
        const there = addressOf(f, to, [at, 4]);
        for (let y = 0; y < side; y++) {
          f.scope(() => {
            transformTaps(f, filtering, three((x) => columns[x]![y]!)).forEach((value, x) =>
              f.do(v128.store(there, value, (y * side + x) * position))
            );
          });
        }
      });
    const left = f.local(i32.minU(i32.sub(filters, i32.mul(number, width)), width));
    const whole = f.local(i32.and(left, -4));
    f.count(0, whole, 4, (at) => vector(at, 4));
    if (filters % 4 !== 0) {
      f.if(i32.and(left, 3), () => vector(whole, filters % 4));
    }
  });
}
