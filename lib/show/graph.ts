import { describeValue, wrongType } from "../core/errors.ts";
import { flag, listOf, oneOf, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { Model } from "../train/model.ts";
import { loadPackage } from "../core/package.ts";
import { boxesOf } from "./graph/boxes.ts";
import { dotOf } from "./graph/dot.ts";
import { Picture } from "./picture.ts";

/** Settings of {@linkcode drawGraph}. */
export interface GraphOptions {
  /** Where the graph runs to; "down" by default. */
  readonly direction?: "down" | "right";
  /** Whether each box says the shape of what it yields; false by default. */
  readonly shapes?: boolean;
  /**
   * How 1x1 convolutions that stand alone on a shortcut are drawn: as "boxes" (the default), or as
   * "dashed" arrows, as in the figures of ResNet's paper.
   */
  readonly projections?: "boxes" | "dashed";
  /** Names that stand above several graphs; those of the models by default. */
  readonly names?: readonly string[];
  /** What stands above the graph. */
  readonly title?: string;
}

const graphSchema = {
  direction: oneOf(["down", "right"], "down"),
  shapes: flag(false),
  projections: oneOf(["boxes", "dashed"], "boxes"),
  names: listOf(text()),
  title: text(),
} satisfies Schema<GraphOptions>;

/** As much of the package as is used here. */
interface Graphviz {
  instance(): Promise<{
    renderString(dot: string, options: { readonly format: "svg" }): string;
  }>;
}

const specifier = "npm:@viz-js/viz@3.31.0";

/** Pixels of a point of Graphviz. */
const scale = 4 / 3;

/** A drawing of several graphs is shrunk to be no taller than this, in pixels. */
const tallest = 1100;

/**
 * Draws a model's graph as the papers do: a box for each layer with what it is and its size, in a
 * colour for its kind; activations and normalisations stand in the box of the layer before them.
 * Several models are drawn side by side, with fewer words, those layers on one level that come to
 * images of one size. Graphviz, which lays the boxes out, is a package that is fetched when this is
 * first called.
 *
 * ```ts
 * import { drawGraph, inceptionModule, input, model } from "@striate/striate";
 * const x = input([28, 28, 192]);
 * const filters = { conv1x1: 64, reduce3x3: 96, conv3x3: 128, reduce5x5: 16, conv5x5: 32 };
 * const module = model(x, inceptionModule(x, "3a", { ...filters, poolProjection: 32 }));
 * await (await drawGraph(module)).save(`${await Deno.makeTempDir()}/inception.svg`);
 * ```
 *
 * @throws {TypeError} if it is no model or list of models, or there are not as many names.
 */
export async function drawGraph(
  model: Model | readonly Model[],
  given: GraphOptions = {},
): Promise<Picture> {
  const { names, ...settings } = options("drawGraph", given, graphSchema);
  const models: readonly unknown[] = model instanceof Model ? [model] : Array.from(Object(model));
  if (models.length === 0) throw wrongType("drawGraph", "a model", describeValue(model));
  const checked = models.map((one) => {
    if (one instanceof Model) return one;
    throw wrongType("drawGraph", "a model", describeValue(one));
  });
  if (names !== undefined && names.length !== checked.length) {
    throw wrongType("drawGraph: names", `${checked.length}, one for each model`, names.length);
  }
  const isOne = model instanceof Model;
  const dot = dotOf(
    checked.map((one, i) => ({
      boxes: boxesOf(one),
      title: names?.[i] ?? (isOne ? undefined : String(one)),
    })),
    settings,
  );
  const { instance } = await loadPackage<Graphviz>(specifier, "Drawings of graphs");
  const drawn = (await instance()).renderString(dot, { format: "svg" });
  return pictureOf(drawn, `graph of ${checked.join(" and ")}`, isOne ? Infinity : tallest);
}

/** Graphviz' drawing, with its size in pixels and fonts that every machine has. */
function pictureOf(drawn: string, text: string, tallest: number): Picture {
  const [, w, h] = /<svg width="([\d.]+)pt" height="([\d.]+)pt"/.exec(drawn)!;
  const shrunk = Math.min(scale, tallest / Number(h));
  const pixels = (points: string | undefined) => Math.ceil(Number(points) * shrunk);
  const width = pixels(w), height = pixels(h);
  const svg = drawn
    .slice(drawn.indexOf("<svg"))
    .replace(/<svg width="[^"]*" height="[^"]*"/, `<svg width="${width}" height="${height}"`)
    .replace(/font-family="Helvetica[^"]*"/g, 'font-family="Helvetica, Arial, sans-serif"')
    .replace(/<!--[\s\S]*?-->\n?/g, "")
    .replace(/<title>[^<]*<\/title>\n?/g, "")
    .replace(/<g id="node\d+" class="node">[\s\S]*?<\/g>/g, centerTexts);
  return new Picture({ svg, text, width, height });
}

/**
 * Puts the texts of a node about its middle, so that they stay within the box where a viewer's font
 * is a little wider. Graphviz gives where they begin.
 */
function centerTexts(node: string): string {
  const path = /<path [^>]*d="([^"]*)"/.exec(node)?.[1] ?? "";
  if (path === "" && !node.includes("<ellipse")) return node; // a text without an outline
  const xs = Array.from(path.matchAll(/(-?[\d.]+),/g), ([, x]) => Number(x));
  const middle = /<ellipse [^>]*cx="(-?[\d.]+)"/.exec(node)?.[1] ??
    ((Math.min(...xs) + Math.max(...xs)) / 2).toFixed(2);
  return node.replace(/text-anchor="start" x="[^"]*"/g, `text-anchor="middle" x="${middle}"`);
}
