import type { Normalization } from "../core/preprocessing.ts";
import type { TensorData } from "../core/dtype.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import { tensor } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { ByName } from "../nn/end_names.ts";
import { checkModel } from "../train/check_model.ts";
import type { Model } from "../train/model.ts";
import type { ImageResult } from "./journal.ts";
import type { Prepared } from "../images/prefetch.ts";
import { highest, softmax } from "./top_k.ts";

/** An image that is to be scored. */
export interface Item {
  readonly name: string;
  readonly label: number;
}

/** How a network is run. */
export interface Scoring {
  /** Views of an image. */
  readonly views: number;
  /** Images of a run. */
  readonly batch: number;
  /** How bytes become numbers; by default as the model has it. */
  readonly normalization: Normalization | undefined;
}

/** Runs a network over images in batches and ranks the classes; corrupt images are handed on. */
export class Scorer {
  readonly #model: Model;
  readonly #scoring: Scoring;

  /** A scorer by a model, which stays as it is. */
  constructor(model: Model, scoring: Scoring) {
    [this.#model, this.#scoring] = [model, scoring];
  }

  /** The number of classes. */
  get classes(): number {
    return this.#model.outputShape.at(-1)!;
  }

  /**
   * Scores images and hands on the results in order, batch by batch. Two batches are under way at a
   * time, so that the device has the next when it is done with one. Ends early if `signal` says so.
   */
  async run(
    images: AsyncIterable<Prepared<Item>>,
    keep: (results: readonly ImageResult[]) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    const underWay: Promise<ImageResult[]>[] = [];
    const { batch: most } = this.#scoring;
    let batch: Prepared<Item>[] = [], full = false;
    const start = () => {
      // The last batch is filled up to the size of the others, which have a program already.
      const running = this.#score(batch, full ? most : batch.length);
      running.catch(() => {});
      underWay.push(running);
      batch = [];
    };
    for await (const image of images) {
      batch.push(image);
      if (batch.length === most) {
        full = true;
        start();
        if (underWay.length === 2) await keep(await underWay.shift()!);
      }
      if (signal?.aborted) break;
    }
    if (batch.length > 0 && !signal?.aborted) start();
    for (const running of underWay) await keep(await running);
  }

  async #score(batch: readonly Prepared<Item>[], size: number): Promise<ImageResult[]> {
    const { views, normalization } = this.#scoring;
    const images = batch.filter((one) => "pixels" in one), bytes = images[0]?.pixels.length ?? 0;
    const pixels = new Uint8Array(size * bytes);
    images.forEach((image, i) => pixels.set(image.pixels, i * bytes));
    const found = images.length === 0
      ? []
      : await probabilitiesOf(this.#model, pixels, views, normalization);
    let next = 0;
    return batch.map((one) => {
      const { name: image, label } = one.item;
      if ("error" in one) return { image, corrupt: one.error.message };
      const probabilities = found[next++]!, top = highest(probabilities, 5);
      const probability = Number(probabilities[top[0]!]!.toPrecision(6));
      return { image, label, top, probability };
    });
  }
}

/**
 * Checks that the (first) output of a model has a number for each class.
 *
 * @throws {TypeError} for another
 */
export function checkClassifier(model: Model, where: string): void {
  checkModel(model, where);
  const { outputShape } = model;
  const classes = outputShape.at(-1) ?? 1;
  if (classes > 1 && sizeOf(outputShape) === classes) return;
  throw new TypeError(
    `${where}: expected a model with an output for each of several classes, found one with an output ` +
      `of shape ${formatShape(outputShape)}`,
  );
}

/** Whether a model ends with a layer whose results are probabilities as they are. */
function givesProbabilities({ outputs }: Model): boolean {
  const last = outputs[0]!.layer?.type.type;
  return last === "softmax" || last === "sigmoid";
}

/**
 * The probabilities of each image, the mean over its views, by one run of a model; `pixels` are the
 * bytes of all views.
 *
 * @throws {RangeError} if the model gives NaN
 */
export async function probabilitiesOf(
  model: Model,
  pixels: Uint8Array<ArrayBuffer>,
  views: number,
  normalization: Normalization | undefined,
): Promise<Float64Array[]> {
  const count = pixels.length / sizeOf(model.inputShape);
  const x = tensor(pixels, { shape: [count, ...model.inputShape] });
  const outputs: Tensor | Tensor[] | ByName<Tensor> = await model.predict(x, {
    batchSize: count,
    ...normalization && { normalization },
  });
  // The first output counts; others are auxiliary classifiers.
  const first = outputs instanceof Tensor ? outputs : Object.values<Tensor>(outputs)[0]!;
  const found = await first.data();
  const classes = found.length / count;
  const toRow = givesProbabilities(model) ? (row: TensorData) => new Float64Array(row) : softmax;
  const rows = Array.from(
    { length: count },
    (_, i) => toRow(found.subarray(i * classes, (i + 1) * classes)),
  );
  if (rows.some((row) => row.some(Number.isNaN))) {
    throw new RangeError(
      "the network gives NaN in place of probabilities: its training has diverged, or its weights " +
        "are those of another network",
    );
  }
  const viewsOf = (image: number) => rows.slice(image * views, (image + 1) * views);
  return Array.from({ length: count / views }, (_, i) => meanOf(viewsOf(i)));
}

function meanOf(lists: readonly Float64Array[]): Float64Array {
  const [first] = lists;
  if (lists.length === 1) return first!;
  return first!.map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0) / lists.length);
}
