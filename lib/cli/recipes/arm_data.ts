/**
 * The images of an arm.
 *
 * @module
 */
import { type Pipeline, pipeline } from "../../augment/pipeline.ts";
import { Random } from "../../core/random.ts";
import { type Dataset, makeDataset } from "../../train/dataset.ts";
import { Draw } from "../../train/draw.ts";
import type { Parts } from "../../../data/parts.ts";
import type { Arm } from "./recipe.ts";

/** What an arm learns, and what it is measured on. */
export interface ArmData {
  /** As training sees them. */
  readonly train: Dataset;
  /** The same images as they are. */
  readonly plain: Dataset;
  readonly test: Dataset;
}

/**
 * So many images are measured where a few steps are to show that it works: whole batches, as a smaller one at
 * the end would be another program to compile.
 */
const fewImages = 64;

/** The images of an arm, of those there are; `steps` leaves no more than so many steps of an epoch. */
export function armData(arm: Arm, parts: Parts, seed: number, steps?: number): ArmData {
  const most = steps === undefined ? Infinity : steps * arm.batchSize;
  const plain = first(parts.train, arm.trainImages ?? most);
  const changed = arm.augment === undefined ? plain : augment(plain, pipelineOf(arm), arm, seed);
  const { batchSize, classesOfBatch: classes } = arm;
  const train = classes === undefined ? changed : sorted(changed, batchSize, classes, seed);
  const measured = steps === undefined ? Infinity : fewImages;
  return {
    train: first(train, most),
    plain: first(plain, measured),
    test: first(parts.test, measured),
  };
}

const first = (data: Dataset, count: number): Dataset =>
  count < data.length ? data.slice(0, count) : data;

const pipelineOf = ({ augment }: Arm): Pipeline =>
  typeof augment === "string" ? pipeline(augment) : pipeline(augment!);

/** Images changed anew in each epoch, or fixed variants of each. */
function augment(plain: Dataset, change: Pipeline, { variants }: Arm, seed: number): Dataset {
  const changed = plain.map(change), { length } = plain;
  if (variants === undefined) return changed;
  return makeDataset(length * variants, changed, (index, batch, row) => {
    const image = index % length;
    return changed.read(image, batch, row, new Draw(seed, Math.floor(index / length), image));
  });
}

/**
 * Images in such an order that each batch has equal parts of so many classes, or of fewer where one comes
 * twice by chance. Those that fill no part of a batch are left out.
 */
function sorted(data: Dataset, batchSize: number, classes: number, seed: number): Dataset {
  const size = batchSize / classes;
  const byClass = Map.groupBy(
    Array.from({ length: data.length }, (_, index) => index),
    (index) => data.get(index).targets[0]![0]!,
  );
  const parts = [...byClass.values()].flatMap((indices) =>
    Array.from(
      { length: Math.floor(indices.length / size) },
      (_, i) => indices.slice(i * size, (i + 1) * size),
    )
  );
  const count = Math.floor(parts.length / classes) * classes;
  if (count === 0) {
    throw new RangeError(
      `expected ${size} images of some class, so that they fill their part of a batch, found no more ` +
        `than ${Math.max(...[...byClass.values()].map(({ length }) => length))}`,
    );
  }
  const drawn = new Random(seed, 1).permutation(parts.length).subarray(0, count);
  const order = [...drawn].flatMap((i) => parts[i]!);
  return makeDataset(
    order.length,
    data,
    (index, batch, row, draw) => data.read(order[index]!, batch, row, draw),
  );
}
