/** An image as bytes: rows from the top, each pixel its red, green and blue byte ([height, width, 3]). */
export interface RgbImage {
  /** Pixels in a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** `height * width * 3` bytes. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Checks that an image has as many bytes as its size says. */
export function checkImage(image: RgbImage, where: string): void {
  const { width, height, data } = image;
  const sized = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (sized && data?.length === width * height * 3) return;
  throw new TypeError(
    `${where}: expected an image of width * height * 3 bytes, found ${width} x ${height} with ` +
      `${data?.length ?? "no"} bytes`,
  );
}
