/**
 * The spot task of notebook 10: a bar at the left, upright or lying, and at the right a spot or none.
 * Without a spot the class is the bar's direction; with one it is the other.
 *
 * @module
 */
import { arrayDataset, type Dataset, Random } from "../../mod.ts";

/** Pictures of the task, and of which of the four kinds each is. */
export interface Spots {
  readonly data: Dataset;
  /** 0, 1: no spot, the bar upright or lying; 2, 3: with a spot. */
  readonly kinds: readonly number[];
}

/** So many pictures of 16 x 16 pixels. */
export function spots(count: number, seed: number): Spots {
  const random = new Random(seed), size = 16;
  const pixels = new Float32Array(count * size * size).map(() => random.normal(0, 0.1));
  const labels = new Int32Array(count), kinds: number[] = [];
  for (let n = 0; n < count; n++) {
    const paint = (y: number, x: number) => pixels[(n * size + y) * size + x]! += 1;
    const upright = random.integer(2), spot = random.integer(2);
    labels[n] = upright ^ spot;
    kinds.push(2 * spot + 1 - upright);
    const top = 1 + random.integer(10), left = 1 + random.integer(3);
    for (let i = 0; i < 5; i++) paint(top + (upright ? i : 2), left + (upright ? 2 : i));
    if (spot === 0) continue;
    const y = 2 + random.integer(12), x = 11 + random.integer(3);
    for (let i = 0; i < 9; i++) paint(y - 1 + Math.floor(i / 3), x - 1 + i % 3);
  }
  const inputs = { data: pixels, shape: [size, size, 1] };
  return {
    data: arrayDataset({ inputs, targets: labels, classes: ["class 0", "class 1"] }),
    kinds,
  };
}
