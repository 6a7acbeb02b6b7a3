/**
 * JPEG, PNG and WebP through the npm package `sharp`, which is loaded when the first image is
 * decoded, and not before.
 *
 * @module
 */
import { flag, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { loadPackage } from "../core/package.ts";
import type { RgbImage } from "./image.ts";

/** How an image is decoded. */
export interface DecodeOptions {
  /**
   * Whether a photo is turned as its EXIF orientation says. False by default: ImageNet's figures are
   * measured on the pixels as they are stored, which is also what Pillow and torchvision read.
   */
  readonly rotate?: boolean;
  /** What stands for the image in errors, such as its path. */
  readonly name?: string;
}

/** The options of whatever decodes images. */
export const decodeSchema = { rotate: flag(false), name: text("image") } satisfies Schema<
  DecodeOptions
>;

/** As much of sharp as is used here. */
interface Sharp {
  metadata(): Promise<{ space?: string }>;
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

let loading: Promise<SharpModule> | undefined;

async function loadSharp(): Promise<SharpModule> {
  const permissions = "--allow-ffi, --allow-env and --allow-read";
  const { default: sharp } = await loadPackage<{ readonly default: SharpModule }>(
    "npm:sharp@0.35.5",
    "JPEG, PNG and WebP images",
    { permissions },
  );
  // Each image is seen once and is small; images run beside one another, not in strips.
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

/** More pixels than this are refused, whatever a file promises: 300 MB of bytes. */
const maximumPixels = 1e8;

/** The formats that are read, by how their files begin. */
const signatures: readonly (readonly [string, RegExp])[] = [
  ["JPEG", /^\xff\xd8\xff/],
  ["PNG", /^\x89PNG\r\n/],
  ["WebP", /^RIFF[^]{4}WEBP/],
];

/** Endings of image files, the usual first. */
export const imageFileEndings: readonly string[] = [".jpg", ".jpeg", ".png", ".webp"];

/** Names of image files. */
export const imageFilePattern: RegExp = new RegExp(
  `\\.(${imageFileEndings.map((ending) => ending.slice(1)).join("|")})$`,
  "i",
);

/**
 * The pixels of a JPEG, PNG or WebP file, as Pillow's `convert("RGB")` has them: grey is repeated in
 * the three channels, transparency is dropped, 16 bits become their upper 8, CMYK becomes RGB without
 * a colour profile, and an embedded profile is not applied.
 *
 * ```ts ignore
 * import { decodeImage } from "@striate/striate";
 * const { width, height, data } = await decodeImage(await Deno.readFile("cat.jpg"));
 * ```
 *
 * @throws {SyntaxError} for bytes that are no such image, are cut off or damaged
 * @throws {TypeError} for something other than bytes, such as a path
 */
export async function decodeImage(
  bytes: Uint8Array<ArrayBuffer>,
  given: DecodeOptions = {},
): Promise<RgbImage> {
  const { name, rotate } = options("decodeImage", given, decodeSchema);
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `decodeImage: expected the bytes of a file (await Deno.readFile(path)), found ${typeof bytes}`,
    );
  }
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  const format = signatures.find(([, pattern]) => pattern.test(head))?.[0];
  if (format === undefined) {
    throw new SyntaxError(
      `${name}: expected a JPEG, PNG or WebP image, found ` +
        `${bytes.length === 0 ? "an empty file" : `${bytes.length} bytes of another kind`}`,
    );
  }
  const sharp = await (loading ??= loadSharp());
  try {
    const image = sharp(bytes, {
      failOn: "error",
      ignoreIcc: true,
      limitInputPixels: maximumPixels,
      pages: 1,
    });
    // metadata() reads only the header. Inks go through sharp as they are.
    const inks = format === "JPEG" && (await image.metadata()).space === "cmyk";
    const turned = rotate ? image.autoOrient() : image;
    const pixels = inks
      ? turned.pipelineColourspace("cmyk").toColourspace("cmyk")
      : turned.toColourspace("srgb").removeAlpha();
    const { data, info: { width, height, channels } } = await pixels.raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width, height, data: rgbOf(data, width * height, channels) };
  } catch (error) {
    throw new SyntaxError(
      `${name}: expected a whole ${format} image, found damaged or unusual data: ` +
        `${(error as Error).message.trim().replace(/\s+/g, " ")}`,
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
