import type { Random } from "../core/random.ts";

/**
 * A number of the gamma distribution of a shape and scale 1. Source: Marsaglia and Tsang, "A simple
 * method for generating gamma variables", 2000.
 */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3, c = 1 / Math.sqrt(9 * d);
  while (true) {
    const x = random.normal(), v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x * x / 2 + d - d * v + d * Math.log(v)) {
      return d * v;
    }
  }
}

/** A number of the symmetric beta distribution of a shape, from 0 to 1. */
export function beta(shape: number, random: Random): number {
  const x = gamma(shape, random), y = gamma(shape, random);
  // For a small shape both may be too small for a number: one of the ends then.
  return x + y > 0 ? x / (x + y) : Number(random.uniform() < 0.5);
}
