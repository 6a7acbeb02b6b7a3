import { listOf, object, oneOf, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { heightAndWidth, type ImageSize, type Preprocessing } from "../core/preprocessing.ts";
import { centerCrop, tenCrop } from "./crop.ts";
import { type DecodeOptions, decodeSchema, openImage } from "./decode.ts";
import { checkImage, type RgbImage } from "./image.ts";
import {
  filterOption,
  type ResizeFilter,
  resizeImage,
  resizeShorterSide,
  resizeToCover,
} from "./resize_image.ts";
import { noPixels, whenThereIsRoom } from "./room.ts";

/** Which views of each image are taken. */
export interface ViewOptions {
  /** 1, the middle, or 10: the corners and the middle, and all mirrored. 1 by default. */
  readonly crops?: 1 | 10;
  /**
   * Shorter sides to take the crops at, for multi-scale evaluation; by default that of the
   * preprocessing alone.
   */
  readonly scales?: readonly number[];
  /** How images are resized; "bilinear" by default, as the published figures were measured. */
  readonly filter?: ResizeFilter;
}

/** The options of whatever takes views. */
export const viewSchema = {
  crops: oneOf([1, 10], 1),
  scales: listOf(positiveInteger()),
  filter: filterOption,
} satisfies Schema<ViewOptions>;

const readSchema = { ...viewSchema, ...decodeSchema };

/** The number of views that are taken of an image. */
export function viewCount({ crops = 1, scales = [0] }: ViewOptions): number {
  return crops * scales.length;
}

/**
 * Checks that views fit what a network is shown.
 *
 * @throws {RangeError} for a scale below the crop
 */
export function checkViews(
  { crop = 1, resize }: Pick<Preprocessing, "crop" | "resize">,
  { scales }: ViewOptions,
): void {
  const [height, width] = heightAndWidth(crop), most = Math.max(height, width);
  if (typeof resize === "number" && !(resize >= most)) {
    throw new RangeError(
      `resize: expected a shorter side of at least ${most} pixels, the crop, found ${resize}`,
    );
  }
  if (typeof resize === "object" && !(resize[0] >= height && resize[1] >= width)) {
    throw new RangeError(
      `resize: expected at least ${height} x ${width} pixels, the crop, found ${
        resize.join(" x ")
      }`,
    );
  }
  if (scales?.length === 0) throw new RangeError("scales: expected at least one, found none");
  for (const scale of scales ?? []) {
    if (Number.isInteger(scale) && scale >= most && scale <= 8192) continue;
    throw new RangeError(
      `scales: expected shorter sides from ${most}, the crop, to 8192 pixels, found ${scale}`,
    );
  }
}

/**
 * The views of an image as a network reads them, one after another: bytes of shape
 * [views, height, width, channels], the channels in the network's order. They are not normalised here
 * but on the device. Without a `crop` the image is taken as it is.
 *
 * ```ts
 * import { prepareImage } from "@striate/striate";
 * const image = { width: 3, height: 2, data: new Uint8Array(18) };
 * const bytes = prepareImage(image, { resize: 8, crop: 6, channels: "bgr" }, { crops: 10 });
 * console.log(bytes.length); // 10 * 6 * 6 * 3 = 1080
 * ```
 *
 * @throws {TypeError} for what is no image or no preprocessing
 * @throws {RangeError} for crops other than 1 or 10, or a scale below the crop
 */
export function prepareImage(
  image: RgbImage,
  preprocessing: Omit<Preprocessing, "normalization">,
  given: ViewOptions = {},
): Uint8Array<ArrayBuffer> {
  checkImage(image, "prepareImage");
  object<object>("a preprocessing, such as model.preprocessing")
    .read(preprocessing, "prepareImage: preprocessing");
  const views = options("prepareImage", given, viewSchema);
  checkViews(preprocessing, views);
  return viewsIn(image, preprocessing, views).data;
}

/** Views of one size, in the channels of a network, one after another: `width` and `height` are those of each. */
export interface Views {
  /** Pixels in a row of a view. */
  readonly width: number;
  /** Rows of a view. */
  readonly height: number;
  /** The bytes, [views, height, width, channels]. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The views of an image. */
function viewsIn(
  image: RgbImage,
  { crop, resize, channels, rounding }: Omit<Preprocessing, "normalization">,
  { crops = 1, scales, filter = "bilinear" }: ViewOptions,
): Views {
  const resized = (size: ImageSize | undefined) => {
    if (typeof size === "number") return resizeShorterSide(image, size, filter, rounding);
    if (size !== undefined) return resizeImage(image, size, filter);
    return crop === undefined
      ? image
      : resizeToCover(image, heightAndWidth(crop), filter, rounding);
  };
  const images = (scales ?? [resize]).map(resized).flatMap((image) => {
    if (crop === undefined) return [image];
    return crops === 10 ? tenCrop(image, crop, rounding) : [centerCrop(image, crop, rounding)];
  });
  const depth = channels === "gray" ? 1 : 3;
  const sizes = images.map(({ width, height }) => width * height * depth);
  const result = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  images.forEach(({ data }, i) => {
    reorder(data, result.subarray(at, at += sizes[i]!), channels);
  });
  const { width, height } = images[0]!;
  return { width, height, data: result };
}

/**
 * The views of an encoded image, as {@linkcode prepareImage} has them; `count` is shared by the threads
 * that read images at a time.
 *
 * @throws {SyntaxError} for bytes that are no whole image, or an image so long and narrow that it is
 * too large once its shorter side has the size of the network's
 * @throws {RangeError} as {@linkcode prepareImage}
 */
export async function readViews(
  bytes: Uint8Array<ArrayBuffer>,
  preprocessing: Omit<Preprocessing, "normalization">,
  given: ViewOptions & DecodeOptions = {},
  count = noPixels(),
): Promise<Views> {
  const { name, rotate, invert, ...views } = options("readViews", given, readSchema);
  checkViews(preprocessing, views); // What is out of range from here on is the image.
  const image = await openImage(bytes, { name, rotate, invert });
  return await whenThereIsRoom(
    count,
    image.pixels,
    async () => {
      const decoded = await image.decode(), result = viewsOf(decoded, name, preprocessing, views);
      // Memory is free at once, and not when it is collected.
      decoded.data.buffer.transfer(0);
      return result;
    },
  );
}

/** The views of a decoded image; what is out of range is the image. */
function viewsOf(
  image: RgbImage,
  name: string,
  preprocessing: Omit<Preprocessing, "normalization">,
  views: ViewOptions,
): Views {
  try {
    return viewsIn(image, preprocessing, views);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SyntaxError(
      `${name}: an image of ${image.width} x ${image.height} pixels is too long ` +
        `and narrow (${error.message})`,
      { cause: error },
    );
  }
}

/** Writes RGB pixels as a network's channels. */
function reorder(data: Uint8Array, to: Uint8Array, channels: Preprocessing["channels"]): void {
  if (channels === "rgb") return to.set(data);
  for (let i = 0; i < data.length; i += 3) {
    const r = data[i]!, g = data[i + 1]!, b = data[i + 2]!;
    // The luma of ITU-R BT.601, in Pillow's 16 fractional bits.
    if (channels === "gray") to[i / 3] = (19595 * r + 38470 * g + 7471 * b + 0x8000) >> 16;
    else [to[i], to[i + 1], to[i + 2]] = [b, g, r];
  }
}
