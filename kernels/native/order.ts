/**
 * The order in which a tile's products are added, as data: the emitters of WebAssembly and of machine
 * code both follow it, so that their results have the same bits.
 *
 * @module
 */

/** A loop over steps of the sum: bytes from one to the next in A and in B. */
export interface Loop {
  /** How often it runs; so many times what the tile is told, where it is `runtime`. */
  readonly count: number;
  readonly runtime: boolean;
  readonly a: number;
  readonly b: number;
}

/** One chain of additions, so many times one after another: after each it joins the result. */
export interface Part {
  readonly times: number;
  /** Outermost first; none where nothing is added. Only the first may be `runtime`. */
  readonly loops: readonly Loop[];
}

/** The whole sum: parts one after another, and loops around all of them. */
export interface Order {
  readonly outer: readonly Loop[];
  readonly parts: readonly Part[];
}

/** Whether a sum is of one chain. */
export const isOneChain = ({ outer, parts }: Order): boolean =>
  outer.length === 0 && parts.length === 1 && parts[0]!.times === 1;

/** How far the pointers into A and B move while all loops run. */
export function distanceOf(loop: Loop): { readonly a: number; readonly b: number } {
  return { a: loop.count * loop.a, b: loop.count * loop.b };
}
