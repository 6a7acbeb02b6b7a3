import { describeValue } from "../core/errors.ts";
import { flag, integer } from "../core/option_kinds.ts";
import { options, type Schema as OptionSchema } from "../core/options.ts";
import { formatShape } from "../core/shape.ts";
import { Random } from "../core/random.ts";
import type { Schema } from "./batch.ts";

/** How {@linkcode Dataset.split} chooses the examples of its parts. */
export interface SplitOptions {
  /** Draws examples at random; without it, the first come first. */
  readonly seed?: number;
  /** Whether each class is split by itself, so that both parts have its share; false by default. */
  readonly stratify?: boolean;
}

const schema = { seed: integer(), stratify: flag(false) } satisfies OptionSchema<SplitOptions>;

/** Examples, of which some labels may be known. */
interface Labelled extends Schema {
  readonly length: number;
  readonly labels: ArrayLike<number> | undefined;
}

/** The examples of two parts, by index; a number is a seed. */
export function partsOf(
  data: Labelled,
  part: number,
  given: number | SplitOptions,
): [Uint32Array, Uint32Array] {
  const { seed, stratify } = options("split", isSeed(given) ? { seed: given } : given, schema);
  const { length } = data, count = part > 0 && part < 1 ? Math.round(part * length) : part;
  if (!Number.isInteger(count) || count < 1 || count >= length) {
    throw new RangeError(
      `split: expected a fraction between 0 and 1 or a count from 1 to ${length - 1} that ` +
        `leaves both parts with examples, found ${describeValue(part)} of ${length} examples`,
    );
  }
  const order = seed === undefined
    ? Uint32Array.from({ length }, (_, index) => index)
    : new Random(seed).permutation(length);
  if (stratify) return stratified(data, order, part < 1 ? part : part / length);
  const parts: [Uint32Array, Uint32Array] = [order.subarray(0, count), order.subarray(count)];
  checkClassesOf(data, parts);
  return parts;
}

const isSeed = (given: unknown): given is number => typeof given === "number";

/** Of each class its share of the examples, as they come, and the rest. */
function stratified(
  data: Labelled,
  order: Uint32Array,
  share: number,
): [Uint32Array, Uint32Array] {
  const labels = knownLabels(data), counts = new Map<number, number>();
  for (const index of order) counts.set(labels[index]!, 1 + (counts.get(labels[index]!) ?? 0));
  const left = new Map([...counts].map(([label, count]) => {
    if (count > 1) return [label, Math.min(count - 1, Math.max(1, Math.round(share * count)))];
    throw new RangeError(
      "split: stratify: expected at least 2 examples of each class, one for each part, found 1 of " +
        data.classes![label],
    );
  }));
  const isFirst = order.map((index) => {
    const label = labels[index]!, more = left.get(label)!;
    left.set(label, more - 1);
    return more > 0 ? 1 : 0;
  });
  return [order.filter((_, i) => isFirst[i]), order.filter((_, i) => !isFirst[i])];
}

function knownLabels({ classes, labels, targets: [target] }: Labelled): ArrayLike<number> {
  const fail = (found: string) => {
    throw new TypeError(
      `split: stratify: expected target 0 to be the label of a class with a name, found ${found}`,
    );
  };
  if (target === undefined) fail("no target");
  else if (target.dtype === "f32" || target.shape.length > 0) {
    fail(`${target.dtype} ${formatShape(target.shape)}`);
  }
  if (classes === undefined) {
    fail("no classes; give the data some: arrayDataset({ inputs, targets, classes })");
  }
  if (labels !== undefined) return labels;
  throw new TypeError(
    "split: stratify: the labels are not known before the examples are read, as after map; split " +
      "the data first, or those of await data.collect()",
  );
}

/** Checks that examples to learn from have each class that those behind them have. */
function checkClassesOf({ classes, labels }: Labelled, [first, second]: readonly Uint32Array[]) {
  if (classes === undefined || labels === undefined) return;
  const there = new Set(Array.from(first!, (index) => labels[index]!));
  const others = new Set(Array.from(second!, (index) => labels[index]!));
  const missing = [...others].filter((label) => !there.has(label));
  if (missing.length === 0) return;
  const names = missing.slice(0, 5).map((label) => classes[label]).join(", ");
  throw new RangeError(
    `split: expected each class in the first part, which is to be learned from, found none of ${names}` +
      `${missing.length > 5 ? ` and ${missing.length - 5} more` : ""} among its ${first!.length} ` +
      "examples; say stratify: true, so that both parts have each class, or give a seed, so that " +
      "examples are drawn at random",
  );
}
