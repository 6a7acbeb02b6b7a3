import type { Normalization } from "../core/preprocessing.ts";
import { sizeOf } from "../core/shape.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import type { ImageResult } from "./journal.ts";
import { highest, softmax } from "./top_k.ts";

/** What is to be scored, or a result that needs no scoring. */
export type Scorable =
  | {
    readonly item: { readonly name: string; readonly label: number };
    /** The bytes of all views. */
    readonly pixels: Uint8Array;
  }
  | { readonly result: ImageResult };

/** Runs a network over images in batches and ranks the classes. */
export class Scorer {
  readonly #model: Model;
  readonly #views: number;
  readonly #batch: number;
  readonly #normalization: Normalization | undefined;

  /** A scorer of `batch` images at a time, each with a number of views. */
  constructor(
    model: Model,
    { views, batch, normalization }: {
      readonly views: number;
      readonly batch: number;
      readonly normalization: Normalization | undefined;
    },
  ) {
    [this.#model, this.#views, this.#batch] = [model, views, batch];
    this.#normalization = normalization;
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
    images: AsyncIterable<Scorable>,
    keep: (results: readonly ImageResult[]) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    const underWay: Promise<ImageResult[]>[] = [];
    let batch: Scorable[] = [], full = false;
    const start = () => {
      // The last batch is filled up to the size of the others, which have a program already.
      const running = this.#score(batch, full ? this.#batch : batch.length);
      running.catch(() => {});
      underWay.push(running);
      batch = [];
    };
    for await (const image of images) {
      batch.push(image);
      if (batch.length === this.#batch) {
        full = true;
        start();
        if (underWay.length === 2) await keep(await underWay.shift()!);
      }
      if (signal?.aborted) break;
    }
    if (batch.length > 0 && !signal?.aborted) start();
    for (const running of underWay) await keep(await running);
  }

  async #score(batch: readonly Scorable[], size: number): Promise<ImageResult[]> {
    const images = batch.filter((one) => "pixels" in one);
    const found = images.length === 0 ? [] : await this.#probabilities(images, size);
    let next = 0;
    return batch.map((one) => {
      if ("result" in one) return one.result;
      const probabilities = found[next++]!;
      const { name: image, label } = one.item, top = highest(probabilities, 5);
      const probability = Number(probabilities[top[0]!]!.toPrecision(6));
      return { image, label, top, probability };
    });
  }

  #probabilities(images: readonly { pixels: Uint8Array }[], size: number) {
    const bytes = images[0]!.pixels.length, pixels = new Uint8Array(size * bytes);
    images.forEach((image, i) => pixels.set(image.pixels, i * bytes));
    return probabilitiesOf(this.#model, pixels, this.#views, this.#normalization);
  }
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
  const outputs: Tensor | Tensor[] = await model.predict(x, {
    batchSize: count,
    ...normalization && { normalization },
  });
  // The first output counts; others are auxiliary classifiers.
  const logits = await (Array.isArray(outputs) ? outputs[0]! : outputs).data();
  const classes = logits.length / count;
  const rows = Array.from(
    { length: count },
    (_, i) => softmax(logits.subarray(i * classes, (i + 1) * classes)),
  );
  if (rows.some((row) => row.some(Number.isNaN))) {
    throw new RangeError(
      "the network gives NaN in place of probabilities: its training has diverged, or its weights " +
        "are those of another network",
    );
  }
  return Array.from(
    { length: count / views },
    (_, i) => meanOf(rows.slice(i * views, (i + 1) * views)),
  );
}

function meanOf(lists: readonly Float64Array[]): Float64Array {
  const [first] = lists;
  if (lists.length === 1) return first!;
  return first!.map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0) / lists.length);
}
