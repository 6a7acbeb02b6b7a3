/**
 * Images through the npm package `sharp`, which is loaded when the first image is decoded, and not
 * before. It is native code (libvips): a program that runs without `--allow-all` allows
 * `--allow-read` of this folder, of `DENO_DIR/npm` and of `/usr/bin/ldd` (without the last, `--allow-sys`),
 * `--allow-ffi=DENO_DIR/npm` and `--allow-env=npm_package_config_libvips,MALLOC_ARENA_MAX`. BMP and PPM
 * files need none of that.
 *
 * @module
 */
import { flag, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { loadPackage } from "../core/package.ts";
import { decodeBmp } from "./bmp.ts";
import { formatOf } from "./formats.ts";
import { opaqueGif } from "./gif.ts";
import { checkSize, type RgbImage } from "./image.ts";
import { decodePpm } from "./ppm.ts";

/** How an image is decoded. */
export interface DecodeOptions {
  /**
   * Whether a photo is turned as its EXIF orientation says. False by default: ImageNet's figures are
   * measured on the pixels as they are stored, which is also what Pillow and torchvision read.
   */
  readonly rotate?: boolean;
  /** Whether light and dark change places, as for ink on paper where a network knows chalk; false by default. */
  readonly invert?: boolean;
  /** What stands for the image in errors, such as its path. */
  readonly name?: string;
}

/** The options of whatever decodes images. */
export const decodeSchema = {
  rotate: flag(false),
  invert: flag(false),
  name: text("image"),
} satisfies Schema<DecodeOptions>;

/** As much of sharp as is used here. */
interface Sharp {
  metadata(): Promise<{ space?: string; width: number; height: number }>;
  autoOrient(): Sharp;
  pipelineColourspace(space: string): Sharp;
  toColourspace(space: string): Sharp;
  removeAlpha(): Sharp;
  raw(options?: { depth: "uchar" }): Sharp;
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Uint8Array<ArrayBuffer>;
    info: { width: number; height: number; channels: number };
  }>;
}
type SharpModule = ((bytes: Uint8Array, options: object) => Sharp) & {
  cache(enabled: boolean): void;
  concurrency(threads: number): void;
};

/** What decodes images, but for the simplest formats. */
export const decoderPackage = "npm:sharp@0.35.5";

let loading: Promise<SharpModule> | undefined;

async function loadSharp(): Promise<SharpModule> {
  const permissions = "--allow-ffi, --allow-env and --allow-read (of /usr/bin/ldd too, or else " +
    "--allow-sys)";
  const { default: sharp } = await loadPackage<{ readonly default: SharpModule }>(
    decoderPackage,
    "images",
    { permissions },
  );
  // Each image is seen once and is small; images run beside one another, not in strips.
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

/**
 * The pixels of a JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PPM file, as Pillow's `convert("RGB")` has
 * them: grey is repeated in the three channels, transparency is dropped, 16 bits become their upper 8,
 * CMYK becomes RGB without a colour profile, and an embedded profile is not applied. Of several frames
 * or pages the first counts. (A lossy AVIF has another rounding than Pillow's.)
 *
 * What a file is, its first bytes say, not its name. More than 65,535 pixels a side, or 178,956,970 in
 * all, are refused before they are decoded; an image takes three bytes a pixel.
 *
 * ```ts ignore
 * import { decodeImage } from "@striate/striate";
 * const { width, height, data } = await decodeImage(await Deno.readFile("cat.jpg"));
 * ```
 *
 * @throws {SyntaxError} for bytes that are no such image, are cut off or damaged, or an image that is
 * too large
 * @throws {TypeError} for something other than bytes, such as a path
 */
export async function decodeImage(
  bytes: Uint8Array<ArrayBuffer>,
  given: DecodeOptions = {},
): Promise<RgbImage> {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `decodeImage: expected the bytes of a file (await Deno.readFile(path)), found ${typeof bytes}`,
    );
  }
  const settings = options("decodeImage", given, decodeSchema);
  return await (await openImage(bytes, settings)).decode();
}

/**
 * Pixels that a byte of a file stands for at most: one of Deflate's is at most 1,032 bytes, of 8 pixels
 * each. WebP and AVIF have no limit, but a photograph is far from this one, and they are decoded as a
 * whole. Up to `modest` pixels any file may have.
 */
const densest = 8256, densestWhole = 1000, modest = 1.6e7;

/** What a pixel of formats that are decoded as a whole takes, in pixels of three bytes. */
const weights: Readonly<Record<string, number>> = { WebP: 2, AVIF: 5 };

/**
 * Refuses a file that is too small for the pixels that it promises, before time and memory go there.
 *
 * @throws {SyntaxError} for such a file
 */
function checkDensity(pixels: number, bytes: number, format: string, name: string): void {
  if (pixels <= Math.max(modest, bytes * (format in weights ? densestWhole : densest))) return;
  throw new SyntaxError(
    `${name}: expected a whole ${format} image, found ${bytes} bytes for ${pixels} pixels: it is ` +
      "cut off or damaged, or nothing is to be seen in it",
  );
}

/** An image of which the header has been read. */
export interface OpenImage {
  /** What it takes to decode it: as many pixels of three bytes, about. */
  readonly pixels: number;
  /** Its pixels. */
  decode(): Promise<RgbImage>;
}

/**
 * Reads the header of an image.
 *
 * @throws {SyntaxError} as {@linkcode decodeImage}
 */
export async function openImage(
  bytes: Uint8Array<ArrayBuffer>,
  { name, rotate, invert }: Required<DecodeOptions>,
): Promise<OpenImage> {
  const format = formatOf(bytes, name);
  const shown = (image: RgbImage) =>
    invert ? { ...image, data: image.data.map((value) => 255 - value) } : image;
  if (format === "BMP" || format === "PPM") {
    const decode = format === "BMP" ? decodeBmp : decodePpm;
    return { pixels: bytes.length, decode: () => Promise.resolve(shown(decode(bytes, name))) };
  }
  const sharp = await (loading ??= loadSharp());
  const image = sharp(format === "GIF" ? opaqueGif(bytes) : bytes, {
    failOn: "error",
    ignoreIcc: true,
    limitInputPixels: false,
    pages: 1,
  });
  // This reads only the header.
  const { width, height, space } = await whole(image.metadata(), format, name);
  checkSize(width, height, format, name);
  checkDensity(width * height, bytes.length, format, name);
  // Inks go through sharp as they are. Pillow turns what a TIFF file says is turned.
  const turned = rotate || format === "TIFF" ? image.autoOrient() : image;
  const pixels = space === "cmyk"
    ? turned.pipelineColourspace("cmyk").toColourspace("cmyk")
    : turned.toColourspace("srgb").removeAlpha();
  return {
    pixels: width * height * (weights[format] ?? 1),
    async decode() {
      const decoded = pixels.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
      const { data, info: { width, height, channels } } = await whole(decoded, format, name);
      return shown({ width, height, data: rgbOf(data, width * height, channels) });
    },
  };
}

/** What sharp makes of an image; its errors are in the file. */
async function whole<T>(result: Promise<T>, format: string, name: string): Promise<T> {
  try {
    return await result;
  } catch (error) {
    // Where several threads decode, another may have taken what libvips had to say.
    const said = (error as Error).message.trim().replace(/\s+/g, " ");
    const why = said === "" || said === "Unknown error" ? "" : `: ${said}`;
    throw new SyntaxError(
      `${name}: expected a whole ${format} image, found damaged or unusual data${why}`,
      { cause: error },
    );
  }
}

/** Grey or CMYK pixels as RGB. */
function rgbOf(data: Uint8Array<ArrayBuffer>, pixels: number, channels: number) {
  // A plain view of the whole of its buffer, which can go from thread to thread without a copy.
  if (channels === 3) {
    return new Uint8Array(data.length === data.buffer.byteLength ? data.buffer : data);
  }
  const result = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) {
      result[i * 3 + c] = channels === 4
        ? lighten(data[i * 4 + c]!, 255 - data[i * 4 + 3]!)
        : data[i * channels]!;
    }
  }
  return result;
}

/** What an ink leaves of the light that black has left: light * (1 - ink), rounded as in Pillow. */
function lighten(ink: number, light: number): number {
  const product = ink * light + 128;
  return Math.max(0, light - ((product + (product >> 8)) >> 8));
}
