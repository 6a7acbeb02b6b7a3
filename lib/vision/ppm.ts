/**
 * Binary portable pixmaps and graymaps (P6 and P5), which libvips as sharp has it does not read.
 *
 * @module
 */
import { checkSize, type RgbImage } from "./image.ts";

/**
 * The pixels of a PPM or PGM file; grey is repeated in the three channels, of 16 bits the upper 8 are
 * kept.
 *
 * @throws {SyntaxError} for a file that is cut off, too large or malformed
 */
export function decodePpm(bytes: Uint8Array, name: string): RgbImage {
  const fail = (found: string) =>
    new SyntaxError(`${name}: expected a whole PPM image, found ${found}`);
  // Comments run to the ends of their lines.
  const gap = "(?:\\s|#[^\\n]*\\n)+";
  const head = String.fromCharCode(...bytes.subarray(0, 1024));
  const [header, kind, ...numbers] =
    new RegExp(`^P([56])${gap}(\\d+)${gap}(\\d+)${gap}(\\d+)\\s`).exec(head) ?? [];
  if (header === undefined) throw fail("a malformed header");
  const [width, height, most] = numbers.map(Number) as [number, number, number];
  checkSize(width, height, "PPM", name);
  if (!(most >= 1 && most <= 65535)) throw fail(`a largest value of ${most}`);
  const channels = kind === "6" ? 3 : 1, size = most > 255 ? 2 : 1;
  if (bytes.length < header.length + width * height * channels * size) {
    throw fail(`${bytes.length} bytes: it is cut off`);
  }
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const at = header.length + (channels === 3 ? i : Math.floor(i / 3)) * size;
    const value = size === 2 ? bytes[at]! << 8 | bytes[at + 1]! : bytes[at]!;
    data[i] = most === 255
      ? value
      : most === 65535
      ? value >> 8
      : Math.min(255, Math.round(value * 255 / most));
  }
  return { width, height, data };
}
