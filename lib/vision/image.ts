import { describeValue } from "../core/errors.ts";

/** An image as bytes: rows from the top, each pixel its red, green and blue byte ([height, width, 3]). */
export interface RgbImage {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `height * width * 3` bytes. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * An image as bytes, in colour or grey: rows from the top, each pixel its red, green and blue byte, or
 * one byte ([height, width, 3] or [height, width, 1]). {@linkcode RgbImage} is one.
 */
export interface ByteImage {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `height * width * 3` bytes, or `height * width` where it is grey. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * The bytes of a pixel: 3, or 1 where an image is grey.
 *
 * @throws {TypeError} for an image whose bytes are not as many as its size says
 */
export function channelsOf(image: ByteImage, where: string): 1 | 3 {
  const { width, height, data } = checkObject(image, where);
  const sized = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (sized && data?.length === width * height * 3) return 3;
  if (sized && data?.length === width * height) return 1;
  throw new TypeError(
    `${where}: expected an image of width * height * 3 bytes, or width * height where it is grey, ` +
      `found ${width} x ${height} with ${data?.length ?? "no"} bytes`,
  );
}

/** Refuses what has no size at all, such as a path. */
function checkObject<T extends ByteImage>(image: T, where: string): T {
  if (image instanceof Object && "width" in image && "height" in image) return image;
  throw new TypeError(
    `${where}: expected an image { width, height, data }, found ${describeValue(image)}; ` +
      "decodeImage() makes one of a file's bytes",
  );
}

/** Checks that an image has as many bytes as its size says. */
export function checkImage(image: RgbImage, where: string): void {
  const { width, height, data } = checkObject(image, where);
  const sized = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (sized && data?.length === width * height * 3) return;
  throw new TypeError(
    `${where}: expected an image of width * height * 3 bytes, found ${width} x ${height} with ` +
      `${data?.length ?? "no"} bytes`,
  );
}

/** No side may be longer: JPEG's limit. */
const longestSide = 65535;
/** More pixels are refused, as by Pillow: 537 MB of bytes. */
const mostPixels = 2 * Math.floor(2 ** 30 / 4 / 3);

/**
 * Refuses an image by what its header says, before memory is taken for it.
 *
 * @throws {SyntaxError} for a size that is none, or too large
 */
export function checkSize(width: number, height: number, format: string, name: string): void {
  const fits = width > 0 && height > 0 && width <= longestSide && height <= longestSide;
  if (fits && width * height <= mostPixels) return;
  throw new SyntaxError(
    `${name}: expected a ${format} image of at most ${longestSide} pixels a side and ` +
      `${mostPixels.toLocaleString("en")} in all, found ${width} x ${height}; make it smaller`,
  );
}
