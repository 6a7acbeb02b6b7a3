/**
 * Data sets that are drawn instead of stored: an example is made when it is first read, and kept.
 *
 * @module
 */
import { integer } from "../lib/core/option_kinds.ts";
import { options, type Schema } from "../lib/core/options.ts";
import { Random } from "../lib/core/random.ts";
import type { Normalization } from "../lib/core/preprocessing.ts";
import { sizeOf } from "../lib/core/shape.ts";
import { type Dataset, makeDataset, type ReadExample } from "../lib/train/dataset.ts";
import type { Parts } from "./parts.ts";

/** How many examples to draw, and from which seed. */
export interface DrawnOptions {
  /** Training examples, at least 1. */
  readonly train?: number;
  /** Test examples, at least 1; the same ones whatever the number of training examples. */
  readonly test?: number;
  /** Another seed gives other examples. */
  readonly seed?: number;
}

/** A kind of image that can be drawn. */
export interface Drawing {
  /** The shape of an image, [height, width, channels]. */
  readonly shape: readonly [number, number, number];
  /** The names of the classes. */
  readonly classes: readonly string[];
  /** Measured on the drawn images. */
  readonly normalization: Normalization;
  /** Draws an image of class `label` into `pixels`, which are zero. */
  readonly draw: (label: number, random: Random, pixels: Uint8Array) => void;
}

/**
 * Writes an image of light from 0 to 255, with noise of at most `grain`. One random word grains four
 * pixels: noise is most of the cost of an image.
 */
export function writeGrained(
  pixels: Uint8Array,
  light: Float32Array,
  brightness: number,
  grain: number,
  random: Random,
): void {
  let word = 0;
  for (let i = 0; i < pixels.length; i++) {
    word = i % 4 === 0 ? random.word() : word >>> 8;
    const noise = ((word & 255) / 255 - 0.5) * 2 * grain;
    pixels[i] = Math.max(0, Math.min(255, Math.round(brightness * light[i]! + noise)));
  }
}

/** Test examples are drawn from streams that no training example uses. */
const firstTestStream = 2 ** 40;
/** Images beyond this many bytes are drawn again whenever they are read. */
const cacheBytes = 2 ** 28;
/** Few, since the first batch of shuffled examples touches as many blocks as it has examples. */
const blockLength = 16;

const count = (fallback: number) => integer({ least: 1, most: 2 ** 32 - 1 }, fallback);

/** Both parts of a drawn data set; example `index` depends on the seed and the index alone. */
export function drawnParts(
  where: string,
  drawing: Drawing,
  given: DrawnOptions,
  usual: number,
): Parts {
  const schema = { train: count(usual), test: count(2000), seed: integer({}, 0) };
  const { train, test, seed } = options(where, given, schema satisfies Schema<DrawnOptions>);
  return {
    train: drawnDataset(drawing, train, seed, 0),
    test: drawnDataset(drawing, test, seed, firstTestStream),
  };
}

function drawnDataset(drawing: Drawing, length: number, seed: number, stream: number): Dataset {
  const { shape, classes, normalization, draw } = drawing;
  const size = sizeOf(shape);
  // Blocks are allocated when first used, so that a large data set costs nothing before it is read.
  const blocks: { pixels: Uint8Array; labels: Int8Array }[] = [];
  const blockCount = Math.floor(cacheBytes / (blockLength * size));
  const schema = {
    inputs: [{ shape, dtype: "u8" }],
    targets: [{ shape: [], dtype: "i32" }],
    classes,
    normalization,
  } as const;

  const randomOf = (index: number) => new Random(seed, stream + index);
  const labelIn = (random: Random) => random.integer(classes.length);

  function render(index: number, pixels: Uint8Array): number {
    const random = randomOf(index), label = labelIn(random);
    draw(label, random, pixels);
    return label;
  }

  const read: ReadExample = (index, batch, row) => {
    const block = Math.floor(index / blockLength), place = index % blockLength;
    const output = batch.inputs[0] as Uint8Array, labels = batch.targets[0]!;
    if (block >= blockCount) {
      const pixels = output.subarray(row * size, (row + 1) * size).fill(0);
      labels[row] = render(index, pixels);
      return;
    }
    const cache = blocks[block] ??= {
      pixels: new Uint8Array(blockLength * size),
      labels: new Int8Array(blockLength).fill(-1),
    };
    const pixels = cache.pixels.subarray(place * size, (place + 1) * size);
    if (cache.labels[place]! < 0) cache.labels[place] = render(index, pixels);
    output.set(pixels, row * size);
    labels[row] = cache.labels[place]!;
  };
  let labels: Uint8Array | undefined;
  return makeDataset(
    length,
    schema,
    read,
    () => labels ??= Uint8Array.from({ length }, (_, index) => labelIn(randomOf(index))),
  );
}
