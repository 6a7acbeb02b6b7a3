import { describeValue } from "../core/errors.ts";

/** A 95 % interval: the true share lies in it 19 times in 20. */
export type Interval = readonly [low: number, high: number];

/** The standard normal distribution has 95 % of its mass within this distance of 0. */
const z = 1.959963984540054;

/**
 * The 95 % interval of a share of which `count` of `total` were seen, by Wilson's score: unlike the
 * usual one it stays within 0 and 1 and holds for few examples and for shares near 0.
 *
 * Source: Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
 * the American Statistical Association 22, 1927.
 *
 * ```ts
 * import { wilsonInterval } from "@striate/striate";
 * console.log(wilsonInterval(27, 125)); // [0.1530…, 0.2957…]
 * ```
 *
 * @throws {RangeError} for counts that are no integers, or a count above the total
 */
export function wilsonInterval(count: number, total: number): Interval {
  if (!Number.isInteger(count) || !Number.isInteger(total) || count < 0 || count > total) {
    throw new RangeError(
      `wilsonInterval: expected integers with 0 <= count <= total, found ${
        describeValue(count)
      } of ${describeValue(total)}`,
    );
  }
  if (total === 0) return [0, 1];
  const share = count / total, square = z * z / total;
  const center = (share + square / 2) / (1 + square);
  const half = z * Math.sqrt(share * (1 - share) / total + square / (4 * total)) / (1 + square);
  // At the ends the formula is exact; its roundings are not.
  return [count === 0 ? 0 : center - half, count === total ? 1 : center + half];
}
