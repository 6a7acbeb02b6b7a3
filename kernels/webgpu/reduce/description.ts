import type { CombineName } from "../../../lib/graph/combine.ts";

/** Numbers that are combined for each output, as WGSL. */
export interface Reduction {
  readonly combine: CombineName;
  readonly dtype: "f32" | "i32";
  readonly outputs: number;
  /** Numbers for each output. */
  readonly elements: number;
  /** How many threads share the numbers of an output. */
  readonly parts: number;
  /** Whether outputs that follow each other lie side by side, or else the numbers of one. */
  readonly outputsFastest: boolean;
  /** Whether four neighbours from a multiple of 4 on can be read at a time. */
  readonly hasQuads?: boolean;
  /**
   * WGSL of a body that returns number `k` of `output`; on cards, if there are quads, a vector: quad
   * `output` of number `k`, or quad `k` of the output. Of several results, on cards only, a Value.
   */
  readonly element: string;
  /** WGSL of what that calls. */
  readonly functions?: string;
  /**
   * For each result WGSL of a statement that stores `value`, that of output `i % outputs` for its
   * part.
   */
  readonly stores: readonly string[];
}
