import { describeValue, outOfRange, wrongType } from "../../core/errors.ts";
import { number, required, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { traceColor } from "../../plotly_svg/mod.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import { labelDiscs } from "./disc_labels.ts";
import { type CartesianOptions, cartesianSchema } from "./plot_options.ts";
import { cartesianLayout, type Margin } from "./layout.ts";
import { count } from "./numbers.ts";

/** What a network costs, and how good it is. */
export interface ModelPoint {
  /** Its name. */
  readonly name: string;
  /** Multiply-adds for one image. */
  readonly multiplyAdds: number;
  /** Number of parameters. */
  readonly parameters: number;
  /** Top-1 accuracy in percent. */
  readonly accuracy: number;
}

/** An entry of the zoo, as much as is read of it. */
export interface ModelEntry {
  /** Its name. */
  readonly name: string;
  /** Published accuracy; networks without are left out. */
  readonly published: { readonly top1?: number } | undefined;
  /** Number of classes; networks for other data than ImageNet's 1,000 classes are left out. */
  readonly classes: number;
  /** Multiply-adds for one image. */
  readonly multiplyAdds: number;
  /** Number of parameters. */
  readonly parameters: number;
}

/** Settings of {@linkcode models}. */
export interface ModelsOptions extends CartesianOptions {
  /** Diameter of the largest circle, in pixels; 50 by default. */
  readonly largest?: number;
}

const modelsSchema = {
  ...cartesianSchema,
  largest: number({ above: 0 }, 50),
} satisfies Schema<ModelsOptions>;

const positive = number({ above: 0 });

const pointSchema = {
  name: required(text()),
  multiplyAdds: required(positive),
  parameters: required(positive),
  accuracy: required(positive),
} satisfies Schema<ModelPoint>;

/**
 * Networks by multiply-adds and accuracy; the area of a circle is the number of parameters. Those
 * whose names differ in their numbers alone are of one colour and joined by a line. Of `zoo()` those are drawn that have a published accuracy on ImageNet.
 *
 * ```ts
 * import { plot, zooEntry } from "@striate/striate";
 * const nets = ["alexnet", "vgg16", "resnet50"].map(zooEntry);
 * const figure = plot.models(nets, { title: "Three winners" });
 * console.log(`${figure}`); // Figure "Three winners": scatter
 * ```
 *
 * @throws {TypeError} if something is no network with its numbers.
 * @throws {RangeError} if none has an accuracy, or for an unknown option.
 */
export function models(
  networks: readonly (ModelPoint | ModelEntry)[],
  given: ModelsOptions = {},
): Figure {
  const where = "plot.models";
  const settings = options(where, given, modelsSchema);
  if (!Array.isArray(networks)) {
    throw wrongType(where, "a list of networks", describeValue(networks));
  }
  const points = networks.flatMap((network, i) => readPoint(network, `${where}: networks[${i}]`));
  if (points.length === 0) throw outOfRange(where, "networks with an accuracy", "none");
  const most = Math.max(...points.map(({ parameters }) => parameters));
  const families = [...new Set(points.map(({ name }) => familyOf(name)))];
  // The small ones lie above the large ones.
  points.sort((a, b) => b.parameters - a.parameters);
  const x = points.map(({ multiplyAdds }) => Number((multiplyAdds / 1e9).toPrecision(6)));
  const y = points.map(({ accuracy }) => accuracy);
  const size = points.map(({ parameters }) =>
    Number(Math.max(4, settings.largest * Math.sqrt(parameters / most)).toPrecision(3))
  );
  const { width = 860, height = 560 } = settings;
  const [least, greatest] = spread(x, settings.xLog, 0.12);
  // There are no fewer multiply-adds than none.
  const xRange = settings.xRange ?? [settings.xLog ? least : Math.max(0, least), greatest];
  const yRange = settings.yRange ?? spread(y, false, 0.12);
  const layout = cartesianLayout(where, {
    xLabel: "multiply-adds (10<sup>9</sup>)",
    yLabel: "top-1 accuracy (%)",
    ...settings,
    width,
    height,
    xRange,
    yRange,
    legend: false,
  });
  const trace: Trace = {
    type: "scatter",
    mode: "markers",
    x,
    y,
    text: points.map(({ name }) => name),
    meta: { discLabels: true },
    cliponaxis: false,
    hovertext: points.map(({ name, parameters, multiplyAdds }) =>
      `${name}: ${count(parameters)} parameters, ${count(multiplyAdds)} multiply-adds`
    ),
    marker: {
      size,
      color: points.map(({ name }) => traceColor(families.indexOf(familyOf(name)))),
      opacity: 0.7,
      line: { color: "white", width: 1 },
    },
  };
  const { l, r, t, b } = layout.margin as Margin;
  const labelled = labelDiscs({ data: [trace], layout }, width - l - r, height - t - b);
  const lines = families.map((family, i) => familyLine(points, family, i));
  return new Figure({
    ...labelled,
    data: [...lines.flatMap((line) => line ?? []), ...labelled.data],
  });
}

/** What the networks of a family have in common: the name without its numbers. */
const familyOf = (name: string): string => name.replace(/\d+/g, "#");

/** A thin line through the networks of a family, from the cheapest on; none through a single one. */
function familyLine(points: readonly ModelPoint[], family: string, i: number): Trace | undefined {
  const own = points.filter(({ name }) => familyOf(name) === family)
    .sort((a, b) => a.multiplyAdds - b.multiplyAdds);
  return own.length < 2 ? undefined : {
    type: "scatter",
    mode: "lines",
    x: own.map(({ multiplyAdds }) => Number((multiplyAdds / 1e9).toPrecision(6))),
    y: own.map(({ accuracy }) => accuracy),
    line: { color: traceColor(i), width: 1.2 },
    opacity: 0.6,
    hoverinfo: "skip",
  };
}

function readPoint(network: ModelPoint | ModelEntry, where: string): ModelPoint[] {
  const { name, multiplyAdds, parameters, accuracy, published, classes } = Object(network) as
    & Partial<ModelPoint>
    & Partial<ModelEntry>;
  const isEntry = published !== undefined || classes !== undefined;
  if (isEntry && (published?.top1 === undefined || classes !== 1000)) return [];
  const point = { name, multiplyAdds, parameters, accuracy: accuracy ?? published?.top1 };
  return [options(where, point, pointSchema)];
}

/** The extent of numbers with some space on both sides, in which labels and circles find room. */
function spread(values: readonly number[], log: boolean, share: number): [number, number] {
  const list = log ? values.map(Math.log10) : values;
  const low = Math.min(...list), high = Math.max(...list);
  const space = share * (high - low) || 1;
  const ends = [low - space, high + space];
  return (log ? ends.map((end) => 10 ** end) : ends) as [number, number];
}
