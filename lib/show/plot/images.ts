import { describeValue, outOfRange, wrongType } from "../../core/errors.ts";
import { custom, instance, positiveInteger } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape } from "../../core/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { Dataset } from "../../train/dataset.ts";
import { type ByteImage, channelsOf } from "../../vision/image.ts";
import type { Figure } from "../figure.ts";
import { PendingFigure } from "../pending_figure.ts";
import { mosaic, type PictureOptions, pictureSchema } from "./mosaic.ts";
import { checkLength, count } from "./numbers.ts";
import { type PixelRange, type Pixels, type Plane, toPixels } from "./pixels.ts";

/** Settings of {@linkcode images}. */
export interface ImagesOptions extends PictureOptions {
  /** A label above each image; `false` for none where a data set has some. */
  readonly labels?: readonly (string | number)[] | false;
  /** How many are shown at most; 100 by default, 40 of a data set. */
  readonly count?: number;
  /**
   * Which numbers are black and white: those of each image, of all, or these two. By default 0 and 1
   * if all numbers lie between, else those of each. Bytes are shown as they are unless it is given.
   */
  readonly range?: PixelRange;
}

const imagesSchema = {
  ...pictureSchema,
  labels: custom(
    "a list of labels, or false",
    (value): value is readonly (string | number)[] | false =>
      value === false || Array.isArray(value),
  ),
  count: positiveInteger(),
} satisfies Schema<ImagesOptions>;

/** What {@linkcode images} can show. */
export type ImagesLike = Tensor | Dataset | ByteImage | readonly (ByteImage | Tensor)[];

/**
 * Images: a tensor [h, w], [h, w, c], [n, h, w] or [n, h, w, c] with one or three channels, decoded
 * images, or the first examples of a data set.
 *
 * ```ts
 * import { digits, plot } from "@striate/striate";
 * const figure = await plot.images(digits({ train: 12, test: 1 }).train, { title: "Digits" });
 * console.log(`${figure}`); // Figure "Digits": image
 * ```
 *
 * @throws {TypeError} if it is no image.
 * @throws {RangeError} for an unknown option.
 */
export function images(images: ImagesLike, given: ImagesOptions = {}): PendingFigure {
  return PendingFigure.of(drawImages(images, given));
}

async function drawImages(images: ImagesLike, given: ImagesOptions): Promise<Figure> {
  const where = "plot.images";
  const { count: most, range, labels, ...look } = options(where, given, imagesSchema);
  const found = await readImages(images, where, range, most);
  const n = found.pixels.length;
  if (labels && labels.length !== n) {
    checkLength(labels, found.of, "the images", `${where}: labels`);
  }
  return mosaic(found.pixels, {
    ...look,
    labels: labels === false ? undefined : labels?.slice(0, n).map(String) ?? found.labels,
    note: n < found.of && most === undefined
      ? `${count(n)} of ${count(found.of)} images`
      : undefined,
  });
}

/** Images as bytes. */
export interface FoundImages {
  readonly pixels: readonly Pixels[];
  /** How many there are in all. */
  readonly of: number;
  readonly labels?: readonly string[] | undefined;
}

/** The images that a user gives, as bytes. */
export async function readImages(
  images: ImagesLike,
  where: string,
  range?: PixelRange,
  most?: number,
): Promise<FoundImages> {
  if (images instanceof Tensor) {
    const planes = await planesOf(images, most ?? 100, `${where}: images`);
    return { pixels: shown(planes, images.dtype, range), of: imageForm(images.shape, where).n };
  }
  if (images instanceof Dataset) return await examples(images, most ?? 40, where, range);
  const list = Array.isArray(images) ? images as readonly (ByteImage | Tensor)[] : [images];
  if (list.length === 0) throw outOfRange(`${where}: images`, "at least one", "none");
  const pixels = await Promise.all(
    list.slice(0, most ?? 100).map(async (image, i) => {
      const name = Array.isArray(images) ? `${where}: images[${i}]` : `${where}: images`;
      if (image instanceof Tensor) return await oneImage(image, name, range);
      if (typeof image !== "object" || image === null || !("data" in image)) {
        throw wrongType(
          name,
          "a tensor, a data set or { width, height, data }",
          describeValue(image),
        );
      }
      const channels = channelsOf(image as ByteImage, name);
      return { ...image as ByteImage, channels };
    }),
  );
  return { pixels, of: list.length };
}

const shown = (planes: readonly Plane[], dtype: string, range: PixelRange | undefined): Pixels[] =>
  toPixels(planes, dtype === "u8" ? range ?? [0, 255] : range);

/** The first examples of a data set, with their classes. */
async function examples(
  data: Dataset,
  most: number,
  where: string,
  range?: PixelRange,
): Promise<FoundImages> {
  const [field] = data.inputs;
  const first = data.take(Math.min(most, data.length));
  const [batch] = await Array.fromAsync(first.batches({ batchSize: first.length }));
  const shape = [batch!.size, ...field!.shape];
  const form = imageForm(shape, `${where}: images: input 0 of the data set`);
  const planes = cut(batch!.inputs[0]!, form);
  const [target] = data.targets;
  const isClass = target?.dtype === "i32" && target.shape.length === 0;
  const labels = isClass
    ? Array.from(batch!.targets[0]!, (label) => data.classes?.[label] ?? `${label}`)
    : undefined;
  return { pixels: shown(planes, field!.dtype, range), of: data.length, labels };
}

/** How a tensor holds images. */
interface Form {
  readonly n: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** Reads a shape as that of images. */
function imageForm(shape: readonly number[], where: string): Form {
  const [a, b, c, d] = shape as [number, number, number, number];
  const isColor = (n: number): n is 1 | 3 => n === 1 || n === 3;
  const rank = shape.includes(0) ? 0 : shape.length;
  if (rank === 2) return { n: 1, height: a, width: b, channels: 1 };
  if (rank === 3 && isColor(c)) return { n: 1, height: a, width: b, channels: c };
  if (rank === 3) return { n: a, height: b, width: c, channels: 1 };
  if (rank === 4 && isColor(d)) return { n: a, height: b, width: c, channels: d };
  const hint = rank >= 3 ? "; plot.featureMaps shows other numbers of channels" : "";
  throw wrongType(
    where,
    "[h, w], [h, w, c], [n, h, w] or [n, h, w, c] with 1 or 3 channels",
    `${formatShape(shape)}${hint}`,
  );
}

function cut(data: ArrayLike<number>, { n, height, width, channels }: Form): Plane[] {
  const size = height * width * channels;
  return Array.from({ length: n }, (_, i) => ({
    width,
    height,
    channels,
    data: (data as Float32Array).subarray(i * size, (i + 1) * size),
  }));
}

/** The first images that a tensor holds. */
async function planesOf(images: Tensor, most: number, where: string): Promise<Plane[]> {
  const form = imageForm(images.shape, where);
  return cut(await images.data(), { ...form, n: Math.min(most, form.n) });
}

/** The only image that a tensor holds. */
async function oneImage(image: Tensor, where: string, range?: PixelRange): Promise<Pixels> {
  const planes = await planesOf(image, 2, where);
  if (planes.length === 1) return shown(planes, image.dtype, range)[0]!;
  throw wrongType(where, "one image", `shape ${formatShape(image.shape)}`);
}

/**
 * The image that a tensor [h, w], [h, w, c] or [1, h, w, c] holds, as bytes.
 *
 * ```ts
 * import { plot, tensor } from "@striate/striate";
 * const image = await plot.imageOf(tensor([[0, 0.5], [0.5, 1]]));
 * console.log(image.width, image.data[3]); // 2 128
 * ```
 *
 * @throws {TypeError} if it is no image.
 */
export async function imageOf(
  image: Tensor,
  given: { readonly range?: PixelRange } = {},
): Promise<ByteImage> {
  const where = "plot.imageOf";
  const { range } = options(where, given, { range: pictureSchema.range });
  instance(Tensor).read(image, `${where}: image`);
  const { width, height, channels, data } = await oneImage(image, `${where}: image`, range);
  if (channels === 3) return { width, height, data: new Uint8Array(data) };
  return {
    width,
    height,
    data: Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)]!),
  };
}
