/** A kind of image file. */
export interface ImageFormat {
  /** What messages call it. */
  readonly name: string;
  /** How its files' names end. */
  readonly endings: readonly string[];
  /** How its files begin, each byte a character. */
  readonly start: RegExp;
}

/** The formats that are read, the usual first. A file is known by its first bytes, not by its name. */
export const imageFormats: readonly ImageFormat[] = [
  { name: "JPEG", endings: [".jpg", ".jpeg", ".jpe", ".jfif"], start: /^\xff\xd8\xff/ },
  { name: "PNG", endings: [".png"], start: /^\x89PNG\r\n/ },
  { name: "WebP", endings: [".webp"], start: /^RIFF[^]{4}WEBP/ },
  { name: "GIF", endings: [".gif"], start: /^GIF8[79]a/ },
  { name: "TIFF", endings: [".tif", ".tiff"], start: /^(II[*+]\0|MM\0[*+])/ },
  { name: "AVIF", endings: [".avif"], start: /^[^]{4}ftyp([^]{4})*avi[fs]/ },
  { name: "BMP", endings: [".bmp", ".dib"], start: /^BM/ },
  { name: "PPM", endings: [".ppm", ".pgm", ".pnm"], start: /^P[56][\s#]/ },
];

/** Formats that are known, but not read. */
const others: readonly (readonly [string, RegExp])[] = [
  ["HEIC", /^[^]{4}ftyp(hei[cxs]|hev[cx]|mif1|msf1)/],
  ["JPEG XL", /^(\xff\n|[^]{4}JXL )/],
  ["JPEG 2000", /^(\xff\x4f\xff|[^]{4}jP {2})/],
  ["plain PPM", /^P[1-7]\s/],
  ["SVG", /^\s*<(svg|\?xml)/],
  ["PDF", /^%PDF/],
  ["Photoshop", /^8BPS/],
];

/** Endings of image files, the usual first. */
export const imageFileEndings: readonly string[] = imageFormats.flatMap(({ endings }) => endings);

/** Names of image files. */
export const imageFilePattern: RegExp = new RegExp(
  `\\.(${imageFileEndings.map((ending) => ending.slice(1)).join("|")})$`,
  "i",
);

/**
 * The format of an image file.
 *
 * @throws {SyntaxError} for bytes of none that is read
 */
export function formatOf(bytes: Uint8Array, name: string): string {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  const format = imageFormats.find(({ start }) => start.test(head))?.name;
  if (format !== undefined) return format;
  const names = imageFormats.map((format) => format.name);
  const other = others.find(([, start]) => start.test(head))?.[0];
  const found = bytes.length === 0
    ? "an empty file"
    : other === undefined
    ? `${bytes.length} bytes of another kind`
    : `a ${other} image: convert it to one of these`;
  throw new SyntaxError(
    `${name}: expected a ${names.slice(0, -1).join(", ")} or ${names.at(-1)} image, found ${found}`,
  );
}
