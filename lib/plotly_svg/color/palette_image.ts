import { pngUrl } from "../png.ts";
import { type Box, pixelImage, type Size } from "../svg/element.ts";
import type { Palette } from "./palette.ts";

/** Numbers as a picture that fills a box, a pixel for each; there is none where one is missing. */
export function paletteImage(
  box: Box,
  { width, height }: Size,
  palette: Palette,
  valueAt: (row: number, column: number) => number | undefined,
): string {
  const pixels = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = valueAt(row, column) ?? NaN;
      if (Number.isNaN(value)) continue;
      const [red, green, blue, alpha] = palette.rgba(value);
      pixels.set([red, green, blue, 255 * alpha].map(Math.round), 4 * (row * width + column));
    }
  }
  return pixelImage(box, pngUrl(pixels, width, height, 4));
}
