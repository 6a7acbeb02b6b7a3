import { checkParts, outOfRange, wrongType } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import { drawFigure, escapeMarkup, plainJson, titleText } from "../plotly_svg/mod.ts";
import { displayText, jupyterDisplay, type MimeBundle } from "./bundle.ts";
import type { FigureData, Frame, Layout, Trace } from "./figure_data.ts";
import { emit } from "./jupyter.ts";
import { figureHtml } from "./plotly.ts";
import { rasterize, renderPng } from "./raster.ts";

/**
 * A figure: Plotly's JSON, which a notebook draws live, with a picture of it for viewers that run no
 * script. The functions of `plot` make figures; any other Plotly JSON can be given as well.
 *
 * ```ts
 * import { Figure } from "@striate/striate";
 * const figure = new Figure({ data: [{ type: "scatter", y: [3, 1, 2] }] });
 * await figure.show(); // in a notebook the chart, elsewhere a text
 * await figure.save(`${await Deno.makeTempDir()}/figure.svg`);
 * ```
 *
 * Source of the format: https://plotly.com/javascript/reference
 */
export class Figure {
  /** The traces. */
  readonly data: readonly Trace[];
  /** Titles, axes, notes and the rest. */
  readonly layout: Layout;
  /** The steps of a figure that moves; empty for one that does not. */
  readonly frames: readonly Frame[];

  /**
   * A figure of Plotly's JSON.
   *
   * @throws {TypeError} if there is no list of traces, or one has no type.
   */
  constructor(figure: FigureData) {
    checkParts("Figure", figure, ["data"], "or let a function of plot make one");
    const { data, layout = {}, frames = [] } = figure;
    if (!Array.isArray(data)) throw wrongType("Figure: data", "a list of traces", String(data));
    data.forEach((trace, i) => {
      if (typeof trace?.type === "string") return;
      throw wrongType(`Figure: data[${i}].type`, 'a name such as "scatter"', trace?.type);
    });
    this.data = data;
    this.layout = layout;
    this.frames = frames;
  }

  /** The title, without its markup; empty if there is none. */
  get title(): string {
    return titleText(this.layout).trim();
  }

  /** The picture of the figure, as SVG. */
  svg(): string {
    return drawFigure(this);
  }

  /** The picture of the figure, as PNG. The package that draws it is fetched when first used. */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    return await renderPng(this.svg());
  }

  /** The live chart as HTML: the picture, and a script that replaces it. */
  html(): string {
    return figureHtml(this, this.svg());
  }

  /** Plotly's JSON, with lists in place of typed arrays. */
  toJSON(): FigureData {
    const { data, layout, frames } = this;
    return plainJson({ data, layout, ...frames.length > 0 ? { frames } : {} }) as FigureData;
  }

  /** Shows the figure in a notebook; elsewhere prints it as a text. */
  async show(): Promise<void> {
    await emit(this);
  }

  /**
   * Writes the figure to a file, whole or not at all: a page (.html), a picture (.svg, .png) or
   * Plotly's JSON (.json).
   *
   * @throws {RangeError} for another kind of file
   */
  async save(path: string): Promise<void> {
    const kind = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase();
    switch (kind) {
      case "svg":
        return await writeFileAtomic(path, this.svg());
      case "png":
        return await writeFileAtomic(path, await this.png());
      case "json":
        return await writeFileAtomic(path, JSON.stringify(this));
      case "html": {
        const head = `<!DOCTYPE html><meta charset="utf-8"><title>${
          escapeMarkup(this.title)
        }</title>`;
        const body = figureHtml(this, this.svg(), { alone: true });
        return await writeFileAtomic(path, head + body);
      }
    }
    throw outOfRange("Figure.save", "a name that ends in .html, .svg, .png or .json", path);
  }

  /** One line: the title and what is drawn. */
  toString(): string {
    const kinds = new Map<string, number>();
    for (const { type } of this.data) kinds.set(type, (kinds.get(type) ?? 0) + 1);
    const traces = [...kinds].map(([type, n]) => n === 1 ? type : `${n} ${type}`).join(", ");
    const steps = this.frames.length > 0 ? `, ${this.frames.length} steps` : "";
    return `Figure${this.title && ` ${JSON.stringify(this.title)}`}: ${traces}${steps}`;
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** What is printed of it where there is no notebook. */
  [displayText](): string {
    return `${this}; its save("figure.svg") writes it (.svg, .png, .html)`;
  }

  /** How a notebook shows it: the live chart, its picture, or its text. */
  async [jupyterDisplay](): Promise<MimeBundle> {
    const svg = this.svg();
    const { png, complete } = await rasterize(svg).catch(() => ({
      png: undefined,
      complete: false,
    }));
    return {
      "application/vnd.plotly.v1+json": this.toJSON(),
      "text/html": figureHtml(this, svg, { png: complete ? png : undefined }),
      ...png === undefined ? {} : { "image/png": png.toBase64() },
      "text/plain": this.toString(),
    };
  }
}
