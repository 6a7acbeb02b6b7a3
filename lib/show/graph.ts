import { describeValue, wrongType } from "../core/errors.ts";
import { flag, oneOf, text } from "../core/option_kinds.ts";
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
  /** What stands above the graph. */
  readonly title?: string;
}

const graphSchema = {
  direction: oneOf(["down", "right"], "down"),
  shapes: flag(false),
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

/**
 * Draws a model's graph as the papers do: a box for each layer with what it is and its size, in a
 * colour for its kind; activations and normalisations stand in the box of the layer before them.
 * Graphviz, which lays the boxes out, is a package that is fetched when this is first called.
 *
 * ```ts
 * import { drawGraph, inceptionModule, input, model } from "@striate/striate";
 * const x = input([28, 28, 192]);
 * const filters = { conv1x1: 64, reduce3x3: 96, conv3x3: 128, reduce5x5: 16, conv5x5: 32 };
 * const module = model(x, inceptionModule(x, "3a", { ...filters, poolProjection: 32 }));
 * await (await drawGraph(module)).save(`${await Deno.makeTempDir()}/inception.svg`);
 * ```
 *
 * @throws {TypeError} if it is no model.
 */
export async function drawGraph(model: Model, given: GraphOptions = {}): Promise<Picture> {
  const settings = options("drawGraph", given, graphSchema);
  if (!(model instanceof Model)) throw wrongType("drawGraph", "a model", describeValue(model));
  const dot = dotOf(boxesOf(model), settings);
  const { instance } = await loadPackage<Graphviz>(specifier, "Drawings of graphs");
  const drawn = (await instance()).renderString(dot, { format: "svg" });
  return pictureOf(drawn, `graph of ${model}`);
}

/** Graphviz' drawing, with its size in pixels and fonts that every machine has. */
function pictureOf(drawn: string, text: string): Picture {
  const [, w, h] = /<svg width="([\d.]+)pt" height="([\d.]+)pt"/.exec(drawn)!;
  const pixels = (points: string | undefined) => Math.ceil(Number(points) * scale);
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
  const xs = Array.from(path.matchAll(/(-?[\d.]+),/g), ([, x]) => Number(x));
  const middle = /<ellipse [^>]*cx="(-?[\d.]+)"/.exec(node)?.[1] ??
    ((Math.min(...xs) + Math.max(...xs)) / 2).toFixed(2);
  return node.replace(/text-anchor="start" x="[^"]*"/g, `text-anchor="middle" x="${middle}"`);
}
