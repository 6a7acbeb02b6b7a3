import { positiveInteger } from "../core/option_kinds.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";

/** A class and its score. */
export interface Ranked {
  /** The class's number. */
  readonly index: number;
  /** Its logit or probability, whichever was ranked. */
  readonly score: number;
}

/**
 * The k classes with the highest scores, best first. Of equal scores the lower number comes first, as
 * argmax has it; a NaN comes last. Fewer where there are fewer classes.
 */
export function highest(scores: ArrayLike<number>, k: number): number[] {
  const best: number[] = [];
  const value = (index: number) => Number.isNaN(scores[index]!) ? -Infinity : scores[index]!;
  for (let index = 0; index < scores.length; index++) {
    const score = value(index);
    if (best.length === k && score <= value(best[k - 1]!)) continue;
    let at = best.length;
    while (at > 0 && value(best[at - 1]!) < score) at--;
    best.splice(at, 0, index);
    if (best.length > k) best.pop();
  }
  return best;
}

/**
 * The k most probable classes of each example, best first, from logits or probabilities
 * [examples, classes].
 *
 * ```ts
 * import { tensor, topK } from "@striate/striate";
 * const [first] = await topK(tensor([[0.1, 0.7, 0.2]]), 2);
 * console.log(first!.map(({ index }) => index)); // [1, 2]
 * ```
 *
 * @throws {TypeError} for scores that are no matrix
 * @throws {RangeError} for a k below 1
 */
export async function topK(scores: Tensor, k = 5): Promise<Ranked[][]> {
  checkTensor(scores, "topK: scores");
  if (scores.shape.length !== 2) {
    throw new TypeError(
      `topK: expected scores of shape [examples, classes], found [${scores.shape}]`,
    );
  }
  positiveInteger().read(k, "topK: k");
  const [examples, classes] = scores.shape as [number, number], data = await scores.data();
  return Array.from({ length: examples }, (_, i) => {
    const row = data.subarray(i * classes, (i + 1) * classes);
    return highest(row, k).map((index) => ({ index, score: row[index]! }));
  });
}

/** The probabilities that logits stand for. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const result = Float64Array.from(logits),
    top = result.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (let i = 0; i < result.length; i++) sum += result[i] = Math.exp(result[i]! - top);
  return result.map((x) => x / sum);
}
