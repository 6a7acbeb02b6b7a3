import type { Shape } from "../../../lib/core/shape.ts";
import type { Tail } from "../../../lib/graph/kernel.ts";
import type { Extent } from "./tile.ts";

/** A batch of matrix products of inputs 0 and 1, with WGSL that says where their elements are. */
export interface Product extends Extent {
  /** Scope, Row, Line and the functions over them, place and last_of: see register.wgsl. */
  readonly source: string;
  /** Whether an element's neighbours in memory are in other rows of A; along the depth in B. */
  readonly alongRows?: boolean;
  readonly alongDepth?: boolean;
  /** Whether four such neighbours, from a multiple of 4 on, always begin at a multiple of 4 in memory. */
  readonly alignedA?: boolean;
  readonly alignedB?: boolean;
  /** How far elements of B lie apart along the inner dimension, and those of neighbouring columns. */
  readonly stepB: number;
  readonly columnB?: number;
  /** Whether the first holds from one segment to the next, too. */
  readonly evenB?: boolean;
  /** A thread's rows must be a divisor of this, if it is given. */
  readonly uniform?: number;
  /** Whether `place` may say that a row is not there, and segments be less than there are. */
  readonly sparse?: boolean;
  /** Whether sums must not be cut in pieces: those are put together over all of the result. */
  readonly uncut?: boolean;
  readonly output: Shape;
  readonly tail?: Tail | undefined;
}
