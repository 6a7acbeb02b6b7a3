import { ConfusionMatrix } from "../evaluate/confusion.ts";
import { probabilitiesOf } from "../evaluate/scorer.ts";
import { highest } from "../evaluate/top_k.ts";
import type { ImageDataset } from "../images/image_dataset.ts";
import { encodePng } from "../plotly_svg/mod.ts";
import { inOrderOf } from "../train/class_order.ts";
import type { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";

/** Images of a prediction. */
const batchSize = 64;

/** What a model makes of a test image. */
export interface Answer {
  /** The image's place in its data set. */
  readonly index: number;
  /** The class it shows. */
  readonly label: number;
  /** The class it is taken for. */
  readonly predicted: number;
  /** How probable the model takes that to be. */
  readonly probability: number;
}

/** Test images of bytes, and what a model answers to each; those that cannot be read are left out. */
export class TestImages {
  /** The answers, in the order of the images. */
  readonly answers: readonly Answer[];
  readonly #model: Model;
  readonly #data: Dataset;
  readonly #names: readonly string[] | undefined;

  private constructor(
    model: Model,
    data: Dataset,
    names: readonly string[] | undefined,
    answers: readonly Answer[],
  ) {
    [this.#model, this.#data, this.#names, this.answers] = [model, data, names, answers];
  }

  /** Asks a model for each image of a data set. */
  static async ask(model: Model, given: Dataset): Promise<TestImages> {
    // Data sets of files know more.
    const { names, corruptImages = [] } = given as
      & Dataset
      & Partial<Pick<ImageDataset, "names" | "corruptImages">>;
    const data = model.classes ? inOrderOf(model.classes, given, "test images") : given;
    const corrupt = new Set(corruptImages.map(({ image }) => image));
    const places = Array.from({ length: data.length }, (_, index) => index)
      .filter((index) => !corrupt.has(names?.[index] ?? ""));
    const answers: Answer[] = [];
    for (let at = 0; at < places.length; at += batchSize) {
      const indices = places.slice(at, at + batchSize);
      const { inputs: [pixels], targets: [labels] } = await data.load(indices);
      const rows = await probabilitiesOf(model, pixels as Uint8Array<ArrayBuffer>, 1, undefined);
      for (const [i, row] of rows.entries()) {
        const predicted = highest(row, 1)[0]!, probability = row[predicted]!;
        answers.push({ index: indices[i]!, label: labels![i]!, predicted, probability });
      }
    }
    return new TestImages(model, data, names, answers);
  }

  /** The wrong answers, the surest first. */
  get mistakes(): readonly Answer[] {
    return this.answers.filter(({ label, predicted }) => label !== predicted)
      .toSorted((a, b) => b.probability - a.probability || a.index - b.index);
  }

  /** How often each class was taken for each. */
  get confusion(): ConfusionMatrix {
    const matrix = new ConfusionMatrix(this.#model.outputShape.at(-1)!);
    for (const { label, predicted } of this.answers) matrix.add(label, predicted);
    return matrix;
  }

  /** The name of a class; its number where it has none. */
  nameOf(label: number): string {
    return this.#data.classes?.[label] ?? String(label);
  }

  /** The file that an image comes from, where there is one. */
  fileOf(index: number): string | undefined {
    return this.#names?.[index];
  }

  /** An image as a PNG file. */
  async png(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const { inputs: [pixels] } = await this.#data.load([index]), bytes = pixels as Uint8Array;
    const [height, width, channels] = this.#data.inputs[0]!.shape as [number, number, 1 | 3];
    const shown = this.#model.preprocessing.channels === "bgr" ? swapped(bytes) : bytes;
    return encodePng(shown, width, height, channels);
  }
}

/** Blue, green and red as red, green and blue. */
const swapped = (pixels: Uint8Array) => pixels.map((_, i) => pixels[i - i % 3 + 2 - i % 3]!);
