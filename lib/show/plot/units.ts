import { outOfRange, wrongType } from "../../core/errors.ts";
import { custom, integer } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import type { Json } from "../../plotly_svg/mod.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import { baseLayout, faint, hiddenAxis, ink } from "./layout.ts";
import { checkLength, type Matrix } from "./numbers.ts";
import { type FigureOptions, figureSchema, texts } from "./plot_options.ts";

/** A multilayer perceptron at work: what its units hold. */
export interface UnitsOf {
  /** The activation of each unit, layer by layer, the inputs first; NaN where it is not known yet. */
  readonly activations: readonly ArrayLike<number>[];
  /** The weights between a layer and the next: [from][to]; they decide the lines' colour and width. */
  readonly weights?: readonly Matrix[];
  /** The error's derivative by each unit's net input; a list that is empty or NaN is not drawn. */
  readonly deltas?: readonly ArrayLike<number>[];
}

/** Settings of {@linkcode units}. */
export interface UnitsOptions extends FigureOptions {
  /** What stands below each layer. */
  readonly labels?: readonly string[];
  /** Digits after the point; 2 by default. */
  readonly decimals?: number;
  /** The layer that is lit, by number. */
  readonly active?: number;
}

const lists = custom(
  "a list of lists of numbers",
  (value): value is readonly ArrayLike<number>[] =>
    Array.isArray(value) && value.length > 0 &&
    value.every((list) => typeof Object(list).length === "number"),
);

const unitsSchema = {
  ...figureSchema,
  labels: texts,
  decimals: integer({ least: 0, most: 6 }, 2),
  active: integer({ least: 0 }),
} satisfies Schema<UnitsOptions>;

const givenSchema = {
  activations: lists,
  weights: custom(
    "a matrix for each pair of layers",
    (value): value is readonly Matrix[] => Array.isArray(value),
  ),
  deltas: lists,
};

/** More units than this in a layer cannot be told apart. */
const mostUnits = 12;

const [positive, negative, delta] = ["#3d6fa8", "#c0504d", "#b8306b"];

/**
 * A multilayer perceptron as circles and lines: the number in each circle is the unit's activation,
 * a line is a weight, blue if positive, red if negative, the thicker the larger. Deltas, if given,
 * stand below their units. With `plot.steps` such figures go forward and backward.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const figure = plot.units({
 *   activations: [[1, 0], [0.62, 0.18], [0.7]],
 *   weights: [[[0.5, -1.5], [1, 1]], [[1], [-0.4]]],
 * }, { labels: ["inputs", "hidden", "output"] });
 * console.log(`${figure}`); // Figure: 5 scatter
 * ```
 *
 * @throws {TypeError} if the lists do not fit each other.
 * @throws {RangeError} if a layer has more than 12 units, or for an unknown option.
 */
export function units(network: UnitsOf, given: UnitsOptions = {}): Figure {
  const where = "plot.units";
  const { labels, decimals, active, ...look } = options(where, given, unitsSchema);
  const { activations, weights = [], deltas = [] } = checked(network, where);
  if (labels !== undefined) checkLength(labels, activations.length, "layers", `${where}: labels`);
  const most = Math.max(...activations.map(({ length }) => length));
  const places = activations.map(({ length }, layer) =>
    Array.from({ length }, (_, i): [number, number] => [layer, (length - 1) / 2 - i])
  );
  const lines = weights.flatMap((matrix, layer) =>
    edges(matrix, places[layer]!, places[layer + 1]!)
  );
  const write = (value: number) => numberText(value, decimals);
  const circles = activations.map((list, layer): Trace => ({
    type: "scatter",
    mode: "markers+text",
    x: places[layer]!.map(([x]) => x),
    y: places[layer]!.map(([, y]) => y),
    text: Array.from(list, write),
    textfont: { size: 11 },
    hoverinfo: "text",
    marker: {
      size: 40,
      color: layer === active ? "#fff0c2" : layer === 0 ? "#f4f4f4" : "#e6effa",
      line: {
        color: layer === active ? "#b48a14" : "#6b7684",
        width: layer === active ? 2.5 : 1.2,
      },
    },
  }));
  const below = deltas.flatMap((list, layer) =>
    Array.from(list).flatMap((value, i): Json[] => {
      if (!Number.isFinite(value)) return [];
      const [x, y] = places[layer]![i]!;
      const text = `δ = ${numberText(value, decimals + 2)}`;
      return [{
        ...note,
        x,
        y: y - 0.36,
        text,
        font: { size: 11, color: delta },
        bgcolor: "#ffffffcc",
      }];
    })
  );
  const names = (labels ?? []).map((text, x): Json => ({
    ...note,
    x,
    y: -most / 2 - 0.15,
    text,
    font: { size: 12, color: faint },
  }));
  return new Figure({
    data: [...lines, ...circles],
    layout: baseLayout(
      { width: 150 * activations.length + 60, height: 78 * most + 80, ...look },
      {
        xaxis: { ...hiddenAxis, range: [-0.4, activations.length - 0.6] },
        yaxis: { ...hiddenAxis, range: [-most / 2 - 0.35, most / 2 + 0.1] },
        showlegend: false,
        annotations: [...below, ...names],
      },
      { l: 10, r: 10, b: 8 },
    ),
  });
}

/** A number with a real minus sign; nothing for one that is not known. */
const numberText = (value: number, decimals: number): string =>
  Number.isFinite(value) ? value.toFixed(decimals).replace("-", "−") : "";

const note = {
  xref: "x",
  yref: "y",
  showarrow: false,
  xanchor: "center",
  yanchor: "middle",
  font: { size: 12, color: ink },
};

/** The weights between two layers as lines of one colour and about one width each. */
function edges(
  matrix: Matrix,
  from: readonly [number, number][],
  to: readonly [number, number][],
): Trace[] {
  const all = from.flatMap((begin, i) =>
    to.map((end, j) => ({ begin, end, weight: matrix[i]![j]! }))
  );
  const largest = Math.max(1e-12, ...all.map(({ weight }) => Math.abs(weight)));
  return [positive, negative].flatMap((color, sign) =>
    [1, 2, 3].flatMap((width): Trace[] => {
      const some = all.filter(({ weight }) =>
        (sign === 0) === (weight >= 0) &&
        Math.max(1, Math.ceil(3 * Math.abs(weight) / largest)) === width
      );
      if (some.length === 0) return [];
      return [{
        type: "scatter",
        mode: "lines",
        x: some.flatMap(({ begin, end }) => [begin[0], end[0], null]),
        y: some.flatMap(({ begin, end }) => [begin[1], end[1], null]),
        line: { color, width: 0.8 * width },
        opacity: 0.75,
        hoverinfo: "skip",
      }];
    })
  );
}

/** What is given, if its parts fit each other. */
function checked(network: UnitsOf, where: string): UnitsOf {
  const { activations, weights = [], deltas = [] } = options(where, Object(network), givenSchema);
  if (activations === undefined || activations.length < 2) {
    throw wrongType(`${where}: activations`, "at least two layers", activations?.length ?? "none");
  }
  const widest = activations.findIndex(({ length }) => length < 1 || length > mostUnits);
  if (widest >= 0) {
    const found = `${activations[widest]!.length}`;
    throw outOfRange(`${where}: activations[${widest}]`, `1 to ${mostUnits} units`, found);
  }
  if (weights.length > 0) {
    checkLength(weights, activations.length - 1, "pairs of layers", `${where}: weights`);
  }
  weights.forEach((matrix, i) => {
    checkLength(matrix, activations[i]!.length, "the layer before", `${where}: weights[${i}]`);
    Array.from(matrix).forEach((row, j) =>
      checkLength(
        row,
        activations[i + 1]!.length,
        "the next layer",
        `${where}: weights[${i}][${j}]`,
      )
    );
  });
  if (deltas.length > 0) checkLength(deltas, activations.length, "layers", `${where}: deltas`);
  deltas.forEach((list, i) => {
    if (list.length > 0) {
      checkLength(list, activations[i]!.length, "its layer", `${where}: deltas[${i}]`);
    }
  });
  return { activations, weights, deltas };
}
