import type { Random } from "../../mod.ts";

/** Where a pixel of the new picture comes from in the old one. */
export type Place = (x: number, y: number) => readonly [number, number];

/**
 * A smooth random field, as Patrice Simard and others made it (2003): a random number in each pixel,
 * blurred by a Gaussian of deviation `sigma`, and so strong that pixels move by `pixels` (root mean
 * square).
 */
function smoothField(random: Random, side: number, sigma: number, pixels: number): Float64Array {
  const reach = Math.ceil(2.5 * sigma), size = side * side;
  const bell = Array.from(
    { length: 2 * reach + 1 },
    (_, k) => Math.exp(-((k - reach) ** 2) / (2 * sigma * sigma)),
  );
  let field = Float64Array.from({ length: size }, () => random.uniform(-1, 1));
  for (const step of [1, side]) { // along the rows, then along the columns
    field = field.map((_, i) => {
      const place = Math.floor(i / step) % side, start = i - place * step;
      let sum = 0;
      for (let k = Math.max(0, place - reach); k <= Math.min(side - 1, place + reach); k++) {
        sum += bell[k - place + reach]! * field[start + k * step]!;
      }
      return sum;
    });
  }
  const strength = Math.sqrt(field.reduce((sum, v) => sum + v * v, 0) / size);
  return field.map((v) => pixels * v / strength);
}

/** Rubber: each pixel of a picture of 28 x 28 comes from where two such fields say. */
export function rubber(random: Random, sigma: number, pixels: number): Place {
  const side = 28;
  const [right, down] = [1, 2].map(() => smoothField(random, side, sigma, pixels));
  return (x, y) => [x + right![side * y + x]!, y + down![side * y + x]!];
}
