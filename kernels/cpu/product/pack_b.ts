import { addressOf, divide } from "../memory/address.ts";
import type { Arguments } from "../stages/builder.ts";
import type { Part } from "../stages/parts.ts";
import { partOfUnits } from "../stages/units.ts";
import type { Integer } from "../wasm/assembler.ts";
import { stepsOf, type SumAxis } from "./axes.ts";
import { packPanel } from "./pack_panel.ts";
import type { Product } from "./product.ts";
import type { Panels } from "./tile.ts";

/** Copies all of B as the tiles read it: for each group and panel, the whole reduction in a row. */
export function packB(
  { groups, reduction, columns, b }: Product,
  { count: panels, width }: Panels,
  target: (args: Arguments) => Integer,
): Part {
  const steps = stepsOf(reduction);
  if (steps === 0) return { tasks: 0, emit() {} };
  const source = { reduction, columns: columns.count, columnStride: columns.b, width };
  return partOfUnits(groups.count * panels, 4096 / steps, (f, args) => (unit) => {
    const [group, panel] = divide(f, unit, panels, groups.count);
    const from = addressOf(f, b(args), [group, groups.b], [panel, width * columns.b]);
    const to = addressOf(f, target(args), [unit, steps * width * 4]);
    packPanel(f, from, to, panel, source);
  });
}

/** The reduction's steps in A, and in a packed panel of B that is `width` columns wide. */
export function packedAxes(
  axes: readonly { readonly count: number; readonly a: number }[],
  width: number,
): SumAxis[] {
  let step = width * 4;
  return axes.toReversed().map(({ count, a }) => {
    const axis = { count, a, b: step };
    step *= count;
    return axis;
  }).reverse();
}
