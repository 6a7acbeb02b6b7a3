import { colorway } from "../colors.ts";
import { Figure } from "../figure.ts";
import { count, describe } from "./numbers.ts";
import {
  cartesianLayout,
  cartesianNames,
  type CartesianOptions,
  checkOptions,
  textWidth,
} from "./options.ts";

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

/**
 * Networks by multiply-adds and accuracy; the area of a circle is the number of parameters. Of
 * `zoo()` those are drawn that have a published accuracy on ImageNet.
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
  options: ModelsOptions = {},
): Figure {
  const where = "plot.models";
  checkOptions(where, options, [...cartesianNames, "largest"]);
  const { largest = 50 } = options;
  if (!Array.isArray(networks)) {
    throw new TypeError(`${where}: expected a list of networks, found ${describe(networks)}`);
  }
  const points = networks.flatMap((network, i) => readPoint(network, `${where}: networks[${i}]`));
  if (points.length === 0) {
    throw new RangeError(`${where}: expected networks with an accuracy, found none`);
  }
  const most = Math.max(...points.map(({ parameters }) => parameters));
  // The small ones lie above the large ones.
  points.sort((a, b) => b.parameters - a.parameters);
  const x = points.map(({ multiplyAdds }) => Number((multiplyAdds / 1e9).toPrecision(6)));
  const y = points.map(({ accuracy }) => accuracy);
  const size = points.map(({ parameters }) =>
    Number(Math.max(4, largest * Math.sqrt(parameters / most)).toPrecision(3))
  );
  const { width = 860, height = 560 } = options;
  const xRange = options.xRange ?? spread(x, options.xLog ?? false, 0.12);
  const yRange = options.yRange ?? spread(y, false, 0.12);
  const scale = (value: number, [low, high]: readonly [number, number], log: boolean) => {
    const f = log ? Math.log10 : (v: number) => v;
    return (f(value) - f(low)) / (f(high) - f(low));
  };
  const places = placeLabels(
    points.map(({ name }, i) => ({
      x: scale(x[i]!, xRange, options.xLog ?? false) * (width - 90),
      y: scale(y[i]!, yRange, options.yLog ?? false) * (height - 90),
      radius: size[i]! / 2,
      width: textWidth(name, 11),
    })),
    width - 90,
    height - 90,
  );
  return new Figure({
    data: [{
      type: "scatter",
      mode: "markers+text",
      x,
      y,
      text: points.map(({ name }) => name),
      textposition: places,
      textfont: { size: 11 },
      cliponaxis: false,
      hovertext: points.map(({ name, parameters, multiplyAdds }) =>
        `${name}: ${count(parameters)} parameters, ${count(multiplyAdds)} multiply-adds`
      ),
      marker: {
        size,
        color: points.map((_, i) => colorway[i % colorway.length]!),
        opacity: 0.7,
        line: { color: "white", width: 1 },
      },
    }],
    layout: cartesianLayout(where, {
      xLabel: "multiply-adds (10<sup>9</sup>)",
      yLabel: "top-1 accuracy (%)",
      ...options,
      width,
      height,
      xRange,
      yRange,
      legend: false,
    }),
  });
}

function readPoint(network: ModelPoint | ModelEntry, where: string): ModelPoint[] {
  if (typeof network !== "object" || network === null) {
    throw new TypeError(
      `${where}: expected { name, multiplyAdds, parameters, accuracy }, found ${describe(network)}`,
    );
  }
  const accuracy = "published" in network
    ? network.published?.top1
    : (network as ModelPoint).accuracy;
  const isEntry = "published" in network;
  if (isEntry && (accuracy === undefined || network.classes !== 1000)) return [];
  const { name, multiplyAdds, parameters } = network;
  for (const [key, value] of Object.entries({ multiplyAdds, parameters, accuracy })) {
    if (typeof value === "number" && value > 0) continue;
    throw new TypeError(`${where}.${key}: expected a positive number, found ${describe(value)}`);
  }
  if (typeof name !== "string") {
    throw new TypeError(`${where}.name: expected a text, found ${describe(name)}`);
  }
  return [{ name, multiplyAdds, parameters, accuracy: accuracy! }];
}

/** The extent of numbers with some space on both sides, in which labels and circles find room. */
function spread(values: readonly number[], log: boolean, share: number): [number, number] {
  const list = log ? values.map(Math.log10) : values;
  const low = Math.min(...list), high = Math.max(...list);
  const space = share * (high - low) || 1;
  const ends = [low - space, high + space];
  return (log ? ends.map((end) => 10 ** end) : ends) as [number, number];
}

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly width: number;
}

/** On which side of its point each label stands, so that labels lie apart where they can. */
function placeLabels(spots: readonly Spot[], width: number, height: number): string[] {
  const line = 13;
  const taken: [number, number, number, number][] = [];
  const overlap = (a: readonly number[], b: readonly number[]) =>
    Math.max(0, Math.min(a[2]!, b[2]!) - Math.max(a[0]!, b[0]!)) *
    Math.max(0, Math.min(a[3]!, b[3]!) - Math.max(a[1]!, b[1]!));
  return spots.map(({ x, y, radius, width: long }, i) => {
    const box = (left: number, bottom: number): [number, number, number, number] => [
      left,
      bottom,
      left + long,
      bottom + line,
    ];
    const choices = [
      ["middle right", box(x + radius + 3, y - line / 2)],
      ["middle left", box(x - radius - 3 - long, y - line / 2)],
      ["top center", box(x - long / 2, y + radius + 2)],
      ["bottom center", box(x - long / 2, y - radius - 2 - line)],
    ] as const;
    const inside = [0, 0, width, height];
    const cost = (place: readonly number[]) =>
      5 * (long * line - overlap(place, inside)) +
      taken.reduce((sum, other) => sum + 3 * overlap(place, other), 0) +
      spots.reduce((sum, spot, k) => {
        const circle = [
          spot.x - spot.radius,
          spot.y - spot.radius,
          spot.x + spot.radius,
          spot.y + spot.radius,
        ];
        return k === i ? sum : sum + overlap(place, circle);
      }, 0);
    const [name, place] = choices.reduce((best, one) => cost(one[1]) < cost(best[1]) ? one : best);
    taken.push([...place]);
    return name;
  });
}
