import type { Loop, Order, Part } from "../../native/order.ts";
import { mergedAxes, stepsOf } from "./axes.ts";

/** A reduced axis of a tile: bytes from one element to the next in A and in B. */
export interface TileAxis {
  readonly count: number | "runtime";
  readonly a: number;
  readonly b: number;
}

/** Additions one after another, about, before the sum joins what the result holds. */
export const longestChain = 512;

const isKnown = <A extends { readonly count: unknown }>(
  axis: A,
): axis is A & { readonly count: number } => typeof axis.count === "number";

/**
 * The order of a tile's additions along axes, outermost first; "runtime" as the first count stands for
 * what the tile is told. Long sums are cut into chains of a bounded length: short ones lose fewer
 * digits.
 */
export function orderOf(axes: readonly TileAxis[]): Order {
  const loops = loopsOf(axes);
  if (loops.some(({ count }) => count === 0)) {
    return { outer: [], parts: [{ times: 1, loops: [] }] };
  }
  const isLong = stepsOf(loops.filter(({ runtime }) => !runtime)) > 2 * longestChain;
  if (!isLong) return { outer: [], parts: [{ times: 1, loops }] };
  // The outermost loop whose inner ones are short is cut into parts.
  for (let depth = 0;; depth++) {
    const [loop, ...inner] = loops.slice(depth) as [Loop, ...Loop[]];
    const most = Math.floor(longestChain / stepsOf(inner));
    if (loop.runtime || most < 1) continue;
    const part = (times: number, count: number): Part => ({
      times,
      loops: [{ ...loop, count }, ...inner],
    });
    const parts = [part(Math.floor(loop.count / most), most), part(1, loop.count % most)];
    return {
      outer: loops.slice(0, depth),
      parts: parts.filter(({ times, loops: [first] }) => times * first!.count > 0),
    };
  }
}

/** The loops along the axes, as few as there can be. */
function loopsOf(axes: readonly TileAxis[]): readonly [Loop, ...Loop[]] {
  const known = mergedAxes(axes.filter(isKnown), "a", "b");
  const fixed = known.map((axis): Loop => ({ ...axis, runtime: false }));
  const [next = { count: 1, a: 0, b: 0, runtime: false }, ...rest] = fixed;
  const outer = axes.find((axis) => axis.count === "runtime");
  if (outer === undefined) return [next, ...rest];
  return outer.a === next.count * next.a && outer.b === next.count * next.b
    ? [{ ...next, runtime: true }, ...rest]
    : [{ ...outer, count: 1, runtime: true }, ...fixed];
}
