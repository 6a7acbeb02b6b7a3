import { describeValue, outOfRange, wrongType } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import { escapeMarkup } from "../plotly_svg/mod.ts";
import { dataUrl, jupyterDisplay, type MimeBundle } from "./bundle.ts";
import { emit } from "./jupyter.ts";
import { rasterize, renderPng } from "./raster.ts";

/** What a picture is made of: it has an `svg` or a `png`, or both. */
export interface PictureData {
  /** The picture as SVG. */
  readonly svg?: string;
  /** The picture as PNG. */
  readonly png?: Uint8Array<ArrayBuffer>;
  /** What it shows, for those who see no picture. */
  readonly text: string;
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
}

/**
 * A finished picture, such as the drawing of a model's graph.
 *
 * ```ts
 * import { Picture } from "@striate/striate";
 * const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="15"/></svg>';
 * const dot = new Picture({ svg, text: "a dot", width: 40, height: 40 });
 * await dot.save(`${await Deno.makeTempDir()}/dot.svg`);
 * console.log(String(dot)); // Picture 40 x 40: a dot
 * ```
 */
export class Picture {
  /** What it shows, for those who see no picture. */
  readonly text: string;
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  readonly #svg: string | undefined;
  readonly #png: Uint8Array<ArrayBuffer> | undefined;

  /**
   * A picture of SVG or PNG.
   *
   * @throws {TypeError} if there is neither.
   */
  constructor(picture: PictureData) {
    if (!(picture instanceof Object)) {
      throw wrongType("Picture", "{ svg or png, text, width, height }", describeValue(picture));
    }
    const { svg, png, text, width, height } = picture;
    if (svg === undefined && png === undefined) {
      throw new TypeError("Picture: expected svg or png, found neither");
    }
    this.text = text;
    this.width = width;
    this.height = height;
    this.#svg = svg;
    this.#png = png;
  }

  /** The picture as SVG; a PNG is put inside as it is. */
  svg(): string {
    const { width, height } = this;
    return this.#svg ??
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
        `<image width="${width}" height="${height}" ` +
        `href="${dataUrl("image/png", this.#png!)}"/></svg>`;
  }

  /** The picture as PNG. The package that draws it is fetched when first used. */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#png ?? await renderPng(this.#svg!);
  }

  /** An `<img>` that holds the picture. */
  html(): string {
    return this.#svg === undefined
      ? this.#image(dataUrl("image/png", this.#png!))
      : this.#image(dataUrl("image/svg+xml", this.#svg));
  }

  #image(url: string): string {
    const { width, height } = this;
    // Where there is less room than that, the whole of it is seen, smaller.
    return `<img src="${url}" width="${width}" height="${height}" ` +
      `style="max-width:100%;height:auto" alt="${escapeMarkup(this.text)}">`;
  }

  /** Shows the picture in a notebook; elsewhere prints what it shows. */
  async show(): Promise<void> {
    await emit(this);
  }

  /**
   * Writes the picture to a file, whole or not at all: .svg or .png.
   *
   * @throws {RangeError} for another kind of file
   */
  async save(path: string): Promise<void> {
    if (/\.svg$/i.test(path)) return await writeFileAtomic(path, this.svg());
    if (/\.png$/i.test(path)) return await writeFileAtomic(path, await this.png());
    throw outOfRange("Picture.save", "a name that ends in .svg or .png", path);
  }

  /** One line: the size and what it shows. */
  toString(): string {
    return `Picture ${this.width} x ${this.height}: ${this.text}`;
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** How a notebook shows it. */
  async [jupyterDisplay](): Promise<MimeBundle> {
    const { png, complete } = this.#png === undefined
      ? await rasterize(this.#svg!).catch(() => ({ png: undefined, complete: false }))
      : { png: this.#png, complete: true };
    return {
      // Viewers that trust nobody may show PNG alone.
      "text/html": png === undefined || !complete
        ? this.html()
        : this.#image(dataUrl("image/png", png)),
      ...png === undefined ? {} : { "image/png": png.toBase64() },
      "text/plain": this.text,
    };
  }
}
