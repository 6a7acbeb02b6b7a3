/**
 * Data sets and streams of examples that are each made of two.
 *
 * @module
 */
import { number, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema as OptionSchema } from "../core/options.ts";
import type { TensorData } from "../core/dtype.ts";
import type { Random } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import {
  changedSchema,
  copyRow,
  emptyBatch,
  type Example,
  type Field,
  formatField,
  type Schema,
} from "../train/batch.ts";
import { type Dataset, type ReadExample, viewOf } from "../train/dataset.ts";
import { Draw } from "../train/draw.ts";
import { after } from "../train/reading.ts";
import { DataStream } from "../train/stream.ts";
import { beta } from "./beta.ts";
import { probability, type StepOptions } from "./settings.ts";

/** Settings of {@linkcode mixup} and {@linkcode cutmix}. */
export interface MixOptions extends StepOptions {
  /** The shape of the beta distribution that the share of the first example is drawn from; 1 by default. */
  readonly alpha?: number;
  /** The number of classes, where the targets are labels and the data set does not name them. */
  readonly classes?: number;
}

const mixSchema = {
  alpha: number({ above: 0 }, 1),
  classes: positiveInteger(),
  probability: probability(),
} satisfies OptionSchema<MixOptions>;

/** Mixes the inputs of two examples in arrays of its own; the share of the first comes out. */
type MixInputs = (
  first: readonly TensorData[],
  second: readonly TensorData[],
  share: number,
  random: Random,
) => { readonly inputs: readonly TensorData[]; readonly share: number };

/** How two examples become one. */
interface Mixing {
  /** What the examples look like then. */
  readonly schema: Schema;
  /** Mixes an example with another one; with itself it stays, but for labels. */
  readonly combine: (first: Example, second: Example, random: Random) => Example;
  /** Whether an example is mixed at all, drawn at random. */
  readonly isMixed: (random: Random) => boolean;
}

/** How examples of a schema are mixed. */
function mixing(source: Schema, where: string, given: MixOptions, mix: MixInputs): Mixing {
  const { alpha, classes = source.classes?.length, probability } = options(where, given, mixSchema);
  const targets = source.targets.map((field) => softField(field, classes, where));
  return {
    schema: changedSchema(source, {
      targets,
      ...source.normalization && { normalization: source.normalization },
    }),
    isMixed: (random) => random.uniform() < probability,
    combine(first, second, random) {
      const { inputs, share } = first === second
        ? { inputs: first.inputs, share: 1 }
        : mix(first.inputs, second.inputs, beta(alpha, random), random);
      return {
        inputs,
        targets: targets.map((field, i) =>
          softTarget(first.targets[i]!, second.targets[i]!, share, field, source.targets[i]!, where)
        ),
        ...first.weights && {
          weights: first.weights.map((data, i) => blended(data, second.weights![i]!, share)),
        },
      };
    },
  };
}

/** A view of a data set whose examples are each mixed with another, drawn at random. */
function mixedDataset(dataset: Dataset, { schema, combine, isMixed }: Mixing): Dataset {
  const read: ReadExample = (index, batch, row, draw) => {
    const first = emptyBatch(dataset, 1), second = emptyBatch(dataset, 1);
    return after(dataset.read(index, first, 0, draw), () => {
      const { random } = draw;
      const put = (other: Example) => copyRow(schema, combine(first, other, random), 0, batch, row);
      if (!isMixed(random)) return put(first);
      const other = random.integer(dataset.length);
      const itsDraw = new Draw(random.word(), draw.epoch, other);
      return after(dataset.read(other, second, 0, itsDraw), () => put(second));
    });
  };
  return viewOf(dataset, { schema, read, labels: () => undefined });
}

/**
 * A stream whose examples are each mixed with the one before, as torchvision rolls a batch; the first
 * comes last, mixed with the last.
 */
function mixedStream(
  stream: DataStream,
  lane: number,
  { schema, combine, isMixed }: Mixing,
): DataStream {
  // (Whoever yields an example may write the next into the same arrays.)
  const kept = (example: Example) => {
    const batch = emptyBatch(stream, 1);
    copyRow(stream, example, 0, batch, 0);
    return batch;
  };
  return new DataStream(schema, async function* (epoch, seed) {
    const mixed = (example: Example, other: Example, index: number) => {
      const { random } = new Draw(seed, epoch, index, lane);
      return combine(example, isMixed(random) ? other : example, random);
    };
    let first: Example | undefined, previous: Example | undefined, index = 0;
    for await (const given of stream.examples(epoch, seed)) {
      const example = kept(given);
      if (previous === undefined) first = example;
      else yield mixed(example, previous, index);
      previous = example;
      index++;
    }
    if (first !== undefined) yield mixed(first, previous!, 0);
  });
}

/** The lanes of random numbers of streams that are mixed, beyond those that maps have. */
const lanes = { mixup: 2 ** 16, cutmix: 2 ** 16 + 1 };

/** A data set or a stream of mixed examples. */
export function mixed(
  source: Dataset | DataStream,
  where: keyof typeof lanes,
  given: MixOptions,
  mix: MixInputs,
): Dataset | DataStream {
  const how = mixing(source, where, given, mix);
  return source instanceof DataStream
    ? mixedStream(source, lanes[where], how)
    : mixedDataset(source, how);
}

/** The field of a target that may be mixed: probabilities where it is a label. */
function softField(field: Field, classes: number | undefined, where: string): Field {
  if (field.dtype === "f32") return field;
  if (sizeOf(field.shape) === 1 && classes !== undefined) {
    return { ...field, shape: [classes], dtype: "f32" };
  }
  throw new TypeError(
    `${where}: expected targets of f32, or labels and the number of classes, found ${
      formatField(field)
    }${classes === undefined ? "; give { classes }" : ""}`,
  );
}

/** Two targets mixed; labels as probabilities of classes. */
function softTarget(
  first: TensorData,
  second: TensorData,
  share: number,
  field: Field,
  before: Field,
  where: string,
): TensorData {
  if (before.dtype === "f32") return blended(first, second, share);
  const result = new Float32Array(sizeOf(field.shape));
  for (const [label, part] of [[first[0]!, share], [second[0]!, 1 - share]] as const) {
    if (part === 0) continue;
    if (!(label >= 0 && label < result.length)) {
      throw new RangeError(
        `${where}: expected labels from 0 to ${result.length - 1}, found ${label}`,
      );
    }
    result[label]! += part;
  }
  return result;
}

/** So much of one array and the rest of another; bytes are rounded. */
export function blended(first: TensorData, second: TensorData, share: number): TensorData {
  const isByte = first instanceof Uint8Array, rest = 1 - share;
  const result = isByte ? new Uint8Array(first.length) : new Float32Array(first.length);
  const half = isByte ? 0.5 : 0;
  for (let i = 0; i < first.length; i++) result[i] = first[i]! * share + second[i]! * rest + half;
  return result;
}
