import { createHash } from "node:crypto";
import { checkParts, outOfRange } from "../../core/errors.ts";
import { writeFileAtomic } from "../../core/files.ts";
import { escapeMarkup } from "../../plotly_svg/mod.ts";
import { dataUrl, jupyterDisplay, type MimeBundle } from "../bundle.ts";
import { emit } from "../jupyter.ts";
import { rasterize } from "../raster.ts";

/** A picture that stands where no script runs. */
export interface Still {
  /** The picture. */
  svg(): string;
}

/** The scripts of widgets, by name: files in the folder `pages`. */
export type PageName =
  | "convolution"
  | "decision_boundary"
  | "learning_rate"
  | "network"
  | "softmax";

/** What a widget is made of. */
export interface WidgetParts {
  /** Its script. */
  readonly page: PageName;
  /** What the script is given, as JSON. */
  readonly data: unknown;
  /** Functions of numbers that the script is given as well: their text becomes part of it. */
  readonly functions?: Readonly<Record<string, (...numbers: number[]) => number>>;
  /** What it is, for those who see neither script nor picture. */
  readonly text: string;
  /** What stands in its place where no script runs. */
  readonly still: Still;
}

/**
 * Something to play with in the output of a notebook's cell: a script that needs no kernel and no
 * network, with a picture in its place where no script runs.
 */
export class Widget {
  /** What it is, in words. */
  readonly text: string;
  readonly #parts: WidgetParts;

  /** A widget of its parts; the functions of `widgets` make them. */
  constructor(parts: WidgetParts) {
    checkParts("Widget", parts, ["page", "data", "text", "still"], "functions of widgets make one");
    this.text = parts.text;
    this.#parts = parts;
  }

  /** The picture for viewers that run no script, as SVG. */
  svg(): string {
    return this.#parts.still.svg();
  }

  /** The widget as HTML: the picture, and the script that takes its place. */
  async html(): Promise<string> {
    return await this.#html(dataUrl("image/svg+xml", this.svg()));
  }

  async #html(picture: string): Promise<string> {
    const { page, data, functions = {} } = this.#parts;
    const [tools, script] = await Promise.all([scriptOf("tools"), scriptOf(page)]);
    const json = JSON.stringify(data).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028")
      .replaceAll("\u2029", "\\u2029");
    const given = `{${
      Object.entries(functions).map(([name, f]) => `${JSON.stringify(name)}:${f}`).join(",")
    }}`;
    const id = createHash("sha256").update(script + json + given).digest("hex").slice(0, 16);
    const size = /^<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(this.svg());
    const box = size === null ? "" : ` width="${size[1]}" height="${size[2]}"`;
    return `<div class="striate-widget" data-widget="${id}">` +
      `<img alt="${escapeMarkup(this.text)}"${box} src="${picture}"></div>` +
      `<script>(${starter})("${id}",${tools},${script},${json},${given})</script>`;
  }

  /** Shows it in a notebook; elsewhere prints what it is. */
  async show(): Promise<void> {
    await emit(this);
  }

  /**
   * Writes a page that holds the widget (.html), whole or not at all.
   *
   * @throws {RangeError} for another kind of file
   */
  async save(path: string): Promise<void> {
    if (!/\.html$/i.test(path)) throw outOfRange("Widget.save", "a name that ends in .html", path);
    const head = `<!DOCTYPE html><meta charset="utf-8"><title>${escapeMarkup(this.text)}</title>`;
    await writeFileAtomic(path, head + await this.html());
  }

  /** One line: what it is. */
  toString(): string {
    return `Widget: ${this.text}`;
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** How a notebook shows it. */
  async [jupyterDisplay](): Promise<MimeBundle> {
    const drawn = await rasterize(this.svg()).catch(() => undefined);
    const png = drawn?.complete ? drawn.png : undefined;
    const html = png === undefined
      ? await this.html()
      : await this.#html(dataUrl("image/png", png));
    return {
      "text/html": html,
      ...drawn === undefined ? {} : { "image/png": drawn.png.toBase64() },
      "text/plain": this.toString(),
    };
  }
}

/** The files, each by an address that is known before it runs; they are read when first needed. */
const files = {
  tools: () => import("./pages/tools.js", { with: { type: "text" } }),
  convolution: () => import("./pages/convolution.js", { with: { type: "text" } }),
  decision_boundary: () => import("./pages/decision_boundary.js", { with: { type: "text" } }),
  learning_rate: () => import("./pages/learning_rate.js", { with: { type: "text" } }),
  network: () => import("./pages/network.js", { with: { type: "text" } }),
  softmax: () => import("./pages/softmax.js", { with: { type: "text" } }),
} satisfies Record<PageName | "tools", () => Promise<{ readonly default: string }>>;

/** The function that a file exports, as text that can stand within a script. */
async function scriptOf(name: PageName | "tools"): Promise<string> {
  const { default: text } = await files[name]();
  const mark = "export default ";
  return text.slice(text.indexOf(mark) + mark.length).trim().replace(/;$/, "")
    .replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
}

/**
 * What runs in the browser. It looks for the widget by its number, since a notebook may run scripts
 * apart from their place. The picture goes when the script has begun; keys that are pressed within
 * the widget do not reach the notebook, which has shortcuts of its own.
 */
const starter = `function (id, tools, page, data, functions) {
  const start = (tries) => {
    const places = document.querySelectorAll('.striate-widget[data-widget="' + id + '"]:not([data-live])');
    if (places.length === 0) return tries > 0 && setTimeout(start, 100, tries - 1);
    for (const place of places) {
      place.dataset.live = "";
      const root = document.createElement("div");
      for (const type of ["keydown", "keypress", "keyup"]) {
        root.addEventListener(type, (event) => event.stopPropagation());
      }
      place.append(root);
      try {
        page(root, data, tools(root), functions);
        place.querySelector("img")?.remove();
      } catch (error) {
        root.remove();
        console.error(error);
      }
    }
  };
  start(50);
}`;
