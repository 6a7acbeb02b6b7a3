import type { Pipeline } from "../augment/pipeline.ts";
import { Dataset } from "../train/dataset.ts";
import type { ByteImage } from "../vision/image.ts";
import type { Figure } from "./figure.ts";
import { images } from "./plot/images.ts";

/** Images of a data set that are sampled, and pictures in a row: the image itself and its samples. */
const counts = { images: 5, columns: 9 };

/** What a pipeline can be tried on. */
type Sampled = ByteImage | readonly ByteImage[] | Dataset;

const isImage = (value: unknown): value is ByteImage =>
  (value as ByteImage | null | undefined)?.data instanceof Uint8Array;

/** Whether it is images that a pipeline can be tried on. */
export const isSampled = (value: unknown): value is Sampled =>
  value instanceof Dataset || isImage(value) ||
  Array.isArray(value) && value.length > 0 && value.every(isImage);

/** A row for each image: the image, and what a pipeline makes of it in several epochs. */
export function sampleRows(pipeline: Pipeline, originals: readonly ByteImage[]): ByteImage[] {
  const count = counts.columns - 1, samples = pipeline.samples(originals, { count });
  return originals.flatMap((image, row) => [
    image,
    ...samples.slice(row * count, (row + 1) * count),
  ]);
}

/** The grid of these rows. */
export async function samplesFigure(pipeline: Pipeline, sampled: Sampled): Promise<Figure> {
  const originals = sampled instanceof Dataset ? await imagesOf(sampled) : [sampled].flat();
  const pictures = sampleRows(pipeline, originals);
  const title = pipeline.steps.map(({ type }) => type).join(", ") || String(pipeline);
  return await images(pictures, { title, columns: counts.columns, count: pictures.length });
}

/** The images of the first examples, which the schema says to be such. */
async function imagesOf(dataset: Dataset): Promise<ByteImage[]> {
  const [height, width] = dataset.inputs[0]!.shape as [number, number];
  const first = dataset.take(Math.min(counts.images, dataset.length));
  const found: ByteImage[] = [];
  for await (const { inputs: [data] } of first.batches({ batchSize: 1 })) {
    found.push({ width, height, data: new Uint8Array(data!) });
  }
  return found;
}
