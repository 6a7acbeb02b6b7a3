/** How a reduction puts elements together, in whatever order. */
export interface Combine {
  /** The element-wise op that puts two of them together. */
  readonly op: string;
  /** What changes nothing; where it is infinite, there has to be something to reduce. */
  readonly identity: { readonly f32: number; readonly i32: number };
}

/** Every way to put elements together, by name. */
export const combines = {
  sum: { op: "add", identity: { f32: 0, i32: 0 } },
  product: { op: "multiply", identity: { f32: 1, i32: 1 } },
  max: { op: "maximum", identity: { f32: -Infinity, i32: -(2 ** 31) } },
  min: { op: "minimum", identity: { f32: Infinity, i32: 2 ** 31 - 1 } },
} as const satisfies Record<string, Combine>;

/** The name of a way to put elements together. */
export type CombineName = keyof typeof combines;
