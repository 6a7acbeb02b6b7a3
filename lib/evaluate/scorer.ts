import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Normalization } from "../nn/preprocess.ts";
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

  /** A scorer of `batch` images at a time, each with a number of views. */
  constructor(
    model: Model,
    { views, batch, normalization }: {
      readonly views: number;
      readonly batch: number;
      readonly normalization: Normalization | undefined;
    },
  ) {
    if (normalization !== undefined) model.normalization = normalization;
    [this.#model, this.#views, this.#batch] = [model, views, batch];
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
    const rows: Float32Array[] = images.length === 0 ? [] : await this.#logits(images, size);
    let next = 0;
    return batch.map((one) => {
      if ("result" in one) return one.result;
      const at = this.#views * next++;
      const probabilities = meanOf(rows.slice(at, at + this.#views).map(softmax));
      const { name: image, label } = one.item, top = highest(probabilities, 5);
      // A network that has diverged gives NaN, which no JSON has.
      const probability = Number(probabilities[top[0]!]!.toPrecision(6)) || 0;
      return { image, label, top, probability };
    });
  }

  /** The logits of all views of images. */
  async #logits(images: readonly { pixels: Uint8Array }[], size: number): Promise<Float32Array[]> {
    const { inputShape } = this.#model, bytes = images[0]!.pixels.length;
    const pixels = new Uint8Array(size * bytes);
    images.forEach((image, i) => pixels.set(image.pixels, i * bytes));
    const views = size * this.#views;
    const x = tensor(pixels, { shape: [views, ...inputShape] });
    const outputs: Tensor | Tensor[] = await this.#model.predict(x, { batchSize: views });
    // The first output counts; others are auxiliary classifiers.
    const data = await (Array.isArray(outputs) ? outputs[0]! : outputs).data();
    const classes = data.length / views;
    return Array.from(
      { length: images.length * this.#views },
      (_, i) => data.subarray(i * classes, (i + 1) * classes) as Float32Array,
    );
  }
}

function meanOf(lists: readonly Float64Array[]): Float64Array {
  const [first] = lists;
  if (lists.length === 1) return first!;
  return first!.map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0) / lists.length);
}
