import { makeFolder, writeFileAtomic } from "../core/files.ts";
import { probabilitiesOf } from "../evaluate/scorer.ts";
import { highest } from "../evaluate/top_k.ts";
import type { ImageDataset } from "../images/image_dataset.ts";
import { encodePng } from "../plotly_svg/mod.ts";
import { inOrderOf } from "../train/class_order.ts";
import type { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";

/** Mistakes that are kept. */
const most = 25;

/** Images of a prediction. */
const batchSize = 64;

/** An image that a model takes for something else. */
export interface Mistake {
  /** The picture beside the list. */
  readonly file: string;
  /** Its place among the test images. */
  readonly index: number;
  /** The file it comes from, where there is one. */
  readonly image?: string;
  /** The class it shows. */
  readonly label: string;
  /** The class it is taken for. */
  readonly predicted: string;
  /** How probable the model takes that to be. */
  readonly probability: number;
}

/**
 * Keeps the mistakes that a model is surest of, as PNG pictures in a folder with a list of them,
 * `index.json`: what labels are wrong, and which classes are alike, shows there first.
 *
 * @returns how many there are in all
 */
export async function keepMistakes(model: Model, given: Dataset, folder: string): Promise<number> {
  // Data sets of files know more.
  const { names, corruptImages = [] } = given as
    & Dataset
    & Partial<Pick<ImageDataset, "names" | "corruptImages">>;
  const data = model.classes ? inOrderOf(model.classes, given, "mistakes") : given;
  const corrupt = new Set(corruptImages.map(({ image }) => image));
  const places = Array.from({ length: data.length }, (_, index) => index)
    .filter((index) => !corrupt.has(names?.[index] ?? ""));
  const found: { index: number; label: number; predicted: number; probability: number }[] = [];
  for (let at = 0; at < places.length; at += batchSize) {
    const indices = places.slice(at, at + batchSize);
    const { inputs: [pixels], targets: [labels] } = await data.load(indices);
    const rows = await probabilitiesOf(model, pixels as Uint8Array<ArrayBuffer>, 1, undefined);
    for (const [i, row] of rows.entries()) {
      const [predicted] = highest(row, 1), label = labels![i]!;
      if (predicted === label) continue;
      found.push({
        index: indices[i]!,
        label,
        predicted: predicted!,
        probability: row[predicted!]!,
      });
    }
  }
  const surest = found.toSorted((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, most);
  const nameOf = (label: number) => data.classes?.[label] ?? String(label);
  await makeFolder(folder);
  const list: Mistake[] = [];
  for (const [i, { index, label, predicted, probability }] of surest.entries()) {
    const file = `${String(i + 1).padStart(2, "0")}.png`;
    const { inputs: [pixels] } = await data.load([index]);
    await writeFileAtomic(`${folder}/${file}`, picture(model, data, pixels as Uint8Array));
    list.push({
      file,
      index,
      ...names && { image: names[index]! },
      label: nameOf(label),
      predicted: nameOf(predicted),
      probability,
    });
  }
  await writeFileAtomic(`${folder}/index.json`, `${JSON.stringify(list, null, 2)}\n`);
  return found.length;
}

/** An image of a data set as a PNG file. */
function picture(model: Model, data: Dataset, pixels: Uint8Array): Uint8Array<ArrayBuffer> {
  const [height, width, channels] = data.inputs[0]!.shape as [number, number, 1 | 3];
  const shown = model.preprocessing.channels === "bgr" ? swapped(pixels) : pixels;
  return encodePng(shown, width, height, channels);
}

/** Blue, green and red as red, green and blue. */
const swapped = (pixels: Uint8Array) => pixels.map((_, i) => pixels[i - i % 3 + 2 - i % 3]!);
