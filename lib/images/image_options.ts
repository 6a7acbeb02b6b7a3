import { callback, flag, integer, object, oneOf, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import {
  heightAndWidth,
  type ImageSize,
  type Normalization,
  type Preprocessing,
  preprocessingSchema,
  usualSize,
} from "../core/preprocessing.ts";
import { filterOption, type ResizeFilter } from "../vision/resize_image.ts";
import { checkViews } from "../vision/views.ts";
import { imageNetRgb } from "../zoo/published.ts";

/** How image files become examples. */
export interface ImageOptions {
  /**
   * The side of the square, or the height and width, that all images are brought to: they are scaled
   * so that they just cover it, and the middle is cut out. 64 by default. In place of it, a
   * `preprocessing`.
   */
  readonly size?: ImageSize;
  /** The channels with `size`: "rgb", by default, or "gray". Grey files give three equal ones. */
  readonly channels?: "rgb" | "gray";
  /** How images become inputs, as a network has it (`model.preprocessing`), in place of `size`. */
  readonly preprocessing?: Preprocessing;
  /** How images are resized; "bilinear" by default. */
  readonly filter?: ResizeFilter;
  /** Whether photos are turned as their EXIF data say; false by default, as in evaluation. */
  readonly rotate?: boolean;
  /** Threads that decode; by default one a core but one, from 1 to 8. The bits are the same. */
  readonly threads?: number;
  /**
   * Whether an image that cannot be read ends the work by its error; false by default: it is left out
   * of its batch, and counted.
   */
  readonly strict?: boolean;
  /** Called once for each image that cannot be read. */
  readonly onCorrupt?: (image: string, reason: string) => void;
}

/** The same, for images that may stay in memory. */
export interface KeptImageOptions extends ImageOptions {
  /**
   * Bytes of decoded images that stay in memory, so that later epochs do not decode these again; 1 GiB
   * by default (7,000 RGB images of 224 x 224), 0 for none.
   */
  readonly memory?: number;
}

/** The options of images. */
export const imageSchema = {
  size: preprocessingSchema.crop,
  channels: oneOf(["rgb", "gray"]),
  preprocessing: object<Preprocessing>("a preprocessing, such as model.preprocessing"),
  filter: filterOption,
  rotate: flag(false),
  threads: positiveInteger(),
  strict: flag(false),
  onCorrupt: callback(),
} satisfies Schema<ImageOptions>;

/** The options of images that may stay in memory. */
export const keptImageSchema = {
  ...imageSchema,
  memory: integer({ least: 0 }, 2 ** 30),
} satisfies Schema<KeptImageOptions>;

/** The grey value of ImageNet's images, as its red, green and blue have it. */
const imageNetGray: Normalization = { mean: [0.449], standardDeviation: [0.226] };

/**
 * How images are prepared, and the shape that they get.
 *
 * @throws {TypeError} for both of `size` and `preprocessing`
 * @throws {RangeError} for a preprocessing that does not bring all images to one size
 */
export function preparationOf(
  where: string,
  { size, channels = "rgb", preprocessing: given }: ImageOptions,
): { readonly preprocessing: Preprocessing; readonly shape: readonly [number, number, number] } {
  if (size !== undefined && given !== undefined) {
    throw new TypeError(
      `${where}: expected size, the side of the images in pixels, or a preprocessing, found both`,
    );
  }
  const preprocessing: Preprocessing = given ?? {
    crop: size ?? usualSize,
    channels,
    normalization: channels === "gray" ? imageNetGray : imageNetRgb.normalization,
  };
  const { normalization: _, ...geometry } = preprocessing;
  options(`${where}: preprocessing`, geometry, preprocessingSchema);
  checkViews(preprocessing, {});
  const { crop, resize } = preprocessing;
  const all = crop ?? (typeof resize === "object" ? resize : undefined);
  if (all === undefined) {
    throw new RangeError(
      `${where}: preprocessing: expected a crop, or a height and width to resize to, so that all ` +
        "images have one size, found none",
    );
  }
  const [height, width] = heightAndWidth(all);
  return { preprocessing, shape: [height, width, preprocessing.channels === "gray" ? 1 : 3] };
}
