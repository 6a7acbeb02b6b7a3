import { describeValue } from "../core/errors.ts";
import { checkedBy, custom, instance, integer, positiveInteger } from "../core/option_kinds.ts";
import type { Schema } from "../core/options.ts";
import type { Weights } from "../nn/apply.ts";
import { isPlain } from "../tensor/tree.ts";

/** Settings of all explanations. */
export interface ExplainOptions {
  /** Weights that take the place of the model's own, as in its `apply`. */
  readonly weights?: Weights;
  /** Images, or versions of an image, of one run; 16 by default. */
  readonly batchSize?: number;
  /** Ends the work by an AbortError. */
  readonly signal?: AbortSignal;
}

/** Settings of explanations of a class. */
export interface TargetOptions extends ExplainOptions {
  /**
   * The class whose score is explained: one for all images, or a list with one for each; by default
   * the most probable of each image. The score is the logit: a softmax at the end is left out.
   */
  readonly target?: number | readonly number[];
}

/** The options of all explanations. */
export const explainSchema = {
  weights: custom(
    "tensors by name, as apply takes them",
    (value): value is Weights => isPlain(value),
  ),
  batchSize: positiveInteger(16),
  signal: instance(AbortSignal),
} satisfies Schema<ExplainOptions>;

const index = integer({ least: 0 });

/** A number from 0, or a list with one for each image. */
export const indexOption = checkedBy((value, where): number | readonly number[] => {
  if (Array.isArray(value)) return value.map((one, i) => index.read(one, `${where}[${i}]`));
  if (typeof value === "number") return index.read(value, where);
  throw new TypeError(
    `${where}: expected a number, or a list with one for each image, found ${describeValue(value)}`,
  );
});

/** The options of explanations of a class. */
export const targetSchema = {
  ...explainSchema,
  target: indexOption,
} satisfies Schema<TargetOptions>;

/** A number for each of n images. */
export function oneForEach(
  given: number | readonly number[],
  n: number,
  most: number,
  where: string,
): readonly number[] {
  const list = typeof given === "number" ? Array<number>(n).fill(given) : given;
  if (list.length !== n) {
    throw new TypeError(`${where}: expected one for each of ${n} images, found ${list.length}`);
  }
  const beyond = list.find((one) => one >= most);
  if (beyond === undefined) return list;
  throw new RangeError(`${where}: expected numbers from 0 to ${most - 1}, found ${beyond}`);
}
