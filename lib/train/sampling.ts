/**
 * Examples drawn anew for each epoch: by weights, or so that classes are balanced.
 *
 * @module
 */
import { flag, integer, object } from "../core/option_kinds.ts";
import { options, type Schema as OptionSchema } from "../core/options.ts";
import { Random } from "../core/random.ts";
import { checkWeights } from "./by_output.ts";
import { labelsOf } from "./labels.ts";

/** How {@linkcode Dataset.sample} draws examples: by `weights`, or `balanced`. */
export interface SamplingOptions {
  /**
   * How often each example is drawn, relative to the others: a number of at least 0 for each. Each draw
   * is from all examples, as in PyTorch's `WeightedRandomSampler`: one may come several times in an
   * epoch, or not at all.
   */
  readonly weights?: ArrayLike<number>;
  /**
   * Whether all classes are drawn equally often (with a remainder, some once more). Within a class, no
   * example comes again before all others have come. A class without examples does not count.
   */
  readonly balanced?: boolean;
  /** Examples of an epoch; by default as many as the data set has. */
  readonly length?: number;
}

const schema = {
  weights: object<ArrayLike<number>>("a number for each example, in a list"),
  balanced: flag(false),
  length: integer({ least: 1, most: 2 ** 32 - 1 }),
} satisfies OptionSchema<SamplingOptions>;

/** The examples of an epoch, by index. */
export interface Sampling {
  /** How many an epoch has. */
  readonly length: number;
  /** How they are drawn, in words: two are of one name if they draw the same. */
  readonly name: string;
  /** Those of an epoch: the same for the same seed. */
  orderOf(seed: number, epoch: number): Uint32Array;
}

/** A stream of random numbers that neither the order of examples nor an example has. */
const randomOf = (seed: number, epoch: number) => new Random(seed, epoch * 2 ** 32 + 0xffffffff);

/** How the examples of a data set are drawn. */
export async function samplingOf(
  data: Parameters<typeof labelsOf>[0],
  given: SamplingOptions,
): Promise<Sampling> {
  const { weights, balanced, length = data.length } = options("sample", given, schema);
  if ((weights !== undefined) === balanced) {
    throw new TypeError(
      `sample: expected weights or balanced: true, found ${balanced ? "both" : "neither"}`,
    );
  }
  const draw = balanced
    ? drawBalanced(classesOf(await labelsOf(data, "sample: balanced")), length)
    : drawWeighted(weights!, data.length, length);
  let last: { readonly seed: number; readonly epoch: number; readonly order: Uint32Array };
  return {
    length,
    name: balanced ? "balanced" : `weights of checksum ${await checksumOf(weights!)}`,
    orderOf(seed, epoch) {
      if (last?.seed !== seed || last.epoch !== epoch) {
        last = { seed, epoch, order: draw(randomOf(seed, epoch)) };
      }
      return last.order;
    },
  };
}

/** A checksum of numbers, as eight digits. */
async function checksumOf(numbers: ArrayLike<number>): Promise<string> {
  const { crc32 } = await import("node:zlib");
  return crc32(new Uint8Array(Float64Array.from(numbers).buffer)).toString(16).padStart(8, "0");
}

type Drawing = (random: Random) => Uint32Array;

/** Each of `length` draws falls on an example in proportion to its weight. */
function drawWeighted(weights: ArrayLike<number>, count: number, length: number): Drawing {
  if (weights.length !== count) {
    throw new RangeError(
      `sample: weights: expected ${count} numbers, one for each example, found ${weights.length}`,
    );
  }
  const sums = new Float64Array(count);
  checkWeights(weights, "sample: weights");
  let sum = 0;
  for (let i = 0; i < count; i++) sums[i] = sum += weights[i]!;
  if (!(sum > 0 && sum < Infinity)) {
    throw new RangeError(`sample: weights: expected a finite sum above 0, found ${sum}`);
  }
  return (random) =>
    Uint32Array.from({ length }, () => {
      // 53 bits: by 24 of them, the later ones of a million examples would not be drawn evenly.
      const at = sum * (random.word() * 2 ** 21 + (random.word() >>> 11)) * 2 ** -53;
      return firstAbove(sums, at);
    });
}

/** The first place of a number above `value` in numbers that do not fall, of which the last is. */
function firstAbove(sums: Float64Array, value: number): number {
  let low = 0, high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The examples of each class that has any; a label below 0 is of an example that cannot be read. */
function classesOf(labels: ArrayLike<number>): readonly Uint32Array[] {
  const classes = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label >= 0) classes.getOrInsertComputed(label, () => []).push(i);
  }
  if (classes.size === 0) throw new RangeError("sample: balanced: no example can be read");
  const sorted = [...classes].sort(([a], [b]) => a - b);
  return sorted.map(([, examples]) => Uint32Array.from(examples));
}

/** As many draws of each class, of its examples one after another in a random order, all mixed. */
function drawBalanced(classes: readonly Uint32Array[], length: number): Drawing {
  const each = Math.floor(length / classes.length), more = length % classes.length;
  return (random) => {
    const drawn = new Uint32Array(length), luck = random.permutation(classes.length);
    let at = 0;
    classes.forEach((examples, i) => {
      for (let left = each + (luck[i]! < more ? 1 : 0); left > 0; left -= examples.length) {
        const order = random.permutation(examples.length);
        for (const place of order.subarray(0, left)) drawn[at++] = examples[place]!;
      }
    });
    return random.permutation(length).map((place) => drawn[place]!);
  };
}
