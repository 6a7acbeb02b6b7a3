import { describeValue, outOfRange, wrongType } from "../../core/errors.ts";
import { checkedBy, integer, number, required } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape } from "../../core/shape.ts";
import { isolinePieces, traceColor } from "../../plotly_svg/mod.ts";
import { tensor } from "../../tensor/create.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { Model } from "../../train/model.ts";
import { tint } from "../cells.ts";
import { Figure } from "../figure.ts";
import { PendingFigure } from "../pending_figure.ts";
import type { Trace } from "../figure_data.ts";
import { type CartesianOptions, cartesianSchema, texts } from "./plot_options.ts";
import { cartesianLayout } from "./layout.ts";
import {
  checkLength,
  checkMatrix,
  checkNumbers,
  evenly,
  extent,
  type Matrix,
  mostPoints,
  type Numbers,
  rounded,
  spread,
  tableOf,
} from "./numbers.ts";

/** Points of the plane with their classes. */
export interface LabelledPoints {
  /** The points: pairs [x, y], or a tensor [n, 2]. */
  readonly x: Matrix | Tensor;
  /** The class of each: 0, 1, 2 …; of two also -1 and 1. */
  readonly labels: Numbers;
}

/** What says of points [n, 2] to which class they belong. */
export type PointClassifier = Model | ((points: Tensor) => Tensor | Promise<Tensor>);

/** Settings of {@linkcode decisionBoundary}. */
export interface DecisionBoundaryOptions extends CartesianOptions {
  /** Points on a side of the grid; 100 by default. */
  readonly resolution?: number;
  /** Names of the classes. */
  readonly classes?: readonly string[];
  /** How far the plane goes on around the points, as a share of their spread; 0.15 by default. */
  readonly margin?: number;
  /** Where the border of a single score is: 0 (the default) for logits, 0.5 for probabilities. */
  readonly threshold?: number;
}

const boundarySchema = {
  ...cartesianSchema,
  resolution: integer({ least: 1, most: 500 }, 100),
  classes: texts,
  margin: number({}, 0.15),
  threshold: number({}, 0),
} satisfies Schema<DecisionBoundaryOptions>;

const pointsSchema = {
  x: required(checkedBy((x: unknown, where) => x instanceof Tensor ? x : checkMatrix(x, where))),
  labels: required(checkedBy(checkLabels)),
} satisfies Schema<LabelledPoints>;

/**
 * Which class a model, or a function of points [n, 2], holds each point of the plane for, with
 * labelled points over it. A result [n] or [n, 1] is a score with its border at `threshold`; of
 * [n, k] the greatest is the class.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const points = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], labels: [0, 0, 0, 1] };
 * const figure = await plot.decisionBoundary((x) => x.sum(1).sub(1.5), points, { title: "AND" });
 * console.log(`${figure}`); // Figure "AND": heatmap, 3 scatter
 * ```
 *
 * @throws {TypeError} if the points are not pairs, or the result does not fit them.
 * @throws {RangeError} for an unknown option.
 */
export function decisionBoundary(
  predict: PointClassifier,
  points: LabelledPoints,
  given: DecisionBoundaryOptions = {},
): PendingFigure {
  return PendingFigure.of(drawDecisionBoundary(predict, points, given));
}

async function drawDecisionBoundary(
  predict: PointClassifier,
  points: LabelledPoints,
  given: DecisionBoundaryOptions,
): Promise<Figure> {
  const where = "plot.decisionBoundary";
  const settings = options(where, given, boundarySchema);
  const { classes, margin, threshold } = settings;
  const n = Math.max(2, settings.resolution);
  const { px, py, labels } = await readPoints(points, `${where}: points`);
  const xs = gridLine(px, settings.xRange, margin, n);
  const ys = gridLine(py, settings.yRange, margin, n);
  const scores = await scoresOf(predict, xs, ys, where);
  const single = scores.width === 1;
  const outside = outsideOf(scores, xs.length, ys.length, threshold);
  const classOf = (label: number) => single ? (label > 0 ? 1 : 0) : label;
  const nameOf = (label: number) => classes?.[classOf(label)] ?? `class ${label}`;
  const found = [...new Set(labels)].sort((a, b) => a - b);
  const data: Trace[] = [
    regionTrace(xs, ys, outside),
    borderTrace(xs, ys, outside),
    ...found.map((label) => {
      const own = [...labels.keys()].filter((i) => labels[i] === label);
      return pointTrace(px, py, own, nameOf(label), traceColor(classOf(label)));
    }),
  ];
  const layout = cartesianLayout(where, settings, {
    names: found.map(nameOf),
    xaxis: { range: [xs[0], xs[n - 1]], zeroline: false },
    yaxis: { range: [ys[0], ys[n - 1]], zeroline: false },
  });
  return new Figure({ data, layout });
}

/** The places of the grid along an axis: over its range, or around the points. */
function gridLine(
  values: Numbers,
  range: readonly [number, number] | undefined,
  margin: number,
  n: number,
): number[] {
  const [low, high] = range ?? extent(values) ?? [0, 0];
  const more = range === undefined ? margin * (high - low) || 1 : 0;
  return spread(low - more, high - low + 2 * more, n);
}

type Row = readonly number[];

/** Scores of the points of a grid, row by row. */
interface Scores {
  readonly data: ArrayLike<number>;
  /** How many scores each point has. */
  readonly width: number;
}

/**
 * For each class but 0 how far the points of the grid are outside of it: negative inside, zero at its
 * border. Every border has a class other than 0 on one side.
 */
function outsideOf({ data, width }: Scores, columns: number, rows: number, threshold: number) {
  const outside = (at: number, label: number): number => {
    if (width === 1) return threshold - data[at]!;
    let other = -Infinity;
    for (let c = 0; c < width; c++) {
      if (c !== label && data[at + c]! > other) other = data[at + c]!;
    }
    return other - data[at + label]!;
  };
  return Array.from(
    { length: Math.max(1, width - 1) },
    (_, c) =>
      tableOf(rows, columns, (row, column) => outside((row * columns + column) * width, c + 1)),
  );
}

/** The plane in the pale colours of the classes. */
function regionTrace(xs: Row, ys: Row, outside: readonly (readonly Row[])[]): Trace {
  const last = outside.length;
  const classAt = (row: number, column: number) =>
    1 + outside.findLastIndex((table) => table[row]![column]! < 0);
  return {
    type: "heatmap",
    x: rounded(xs),
    y: rounded(ys),
    z: tableOf(ys.length, xs.length, classAt),
    zmin: 0,
    zmax: last,
    colorscale: Array.from({ length: last + 1 }, (_, c) => [c / last, tint(traceColor(c), 0.28)]),
    showscale: false,
    hoverinfo: "skip",
  };
}

/** The borders between the classes, as pieces of line with gaps between them. */
function borderTrace(xs: Row, ys: Row, outside: readonly (readonly Row[])[]): Trace {
  const pieces = outside.flatMap((table) => [...isolinePieces(table, 0, xs, ys)]);
  return {
    type: "scatter",
    mode: "lines",
    x: rounded(pieces.flatMap(([from, to]) => [from[0], to[0], NaN])),
    y: rounded(pieces.flatMap(([from, to]) => [from[1], to[1], NaN])),
    line: { color: "#2a3f5f", width: 1.5 },
    showlegend: false,
    hoverinfo: "skip",
  };
}

/** The points of one class, given by their numbers. */
function pointTrace(px: Row, py: Row, own: Row, name: string, color: string): Trace {
  const chosen = evenly(own.length, mostPoints).map((i) => own[i]!);
  return {
    type: "scatter",
    mode: "markers",
    x: rounded(chosen.map((i) => px[i]!)),
    y: rounded(chosen.map((i) => py[i]!)),
    name,
    marker: { color, size: own.length > 500 ? 5 : 8, line: { color: "white", width: 1 } },
  };
}

function checkLabels(given: unknown, where: string): Numbers {
  const labels = Array.from(checkNumbers(given, where));
  const bad = labels.find((label) => !Number.isInteger(label));
  if (bad === undefined) return labels;
  throw outOfRange(where, "whole numbers", bad);
}

async function readPoints(points: LabelledPoints, where: string) {
  const { x, labels } = options(where, points, pointsSchema);
  const rows = x instanceof Tensor ? await pairsOf(x, `${where}: x`) : x;
  checkLength(rows[0]!, 2, "a point of the plane", `${where}: x[0]`);
  checkLength(labels, rows.length, "x", `${where}: labels`);
  const [px, py] = [rows.map((row) => row[0]!), rows.map((row) => row[1]!)] as const;
  return { px, py, labels: Array.from(labels) };
}

async function pairsOf(points: Tensor, where: string): Promise<Matrix> {
  const { shape } = points;
  if (shape.length !== 2 || shape[1] !== 2) {
    throw wrongType(where, "shape [n, 2]", formatShape(shape));
  }
  const data = await points.data();
  return Array.from({ length: shape[0]! }, (_, i) => data.subarray(2 * i, 2 * i + 2));
}

/** The scores of all points of the grid, row by row. */
async function scoresOf(predict: PointClassifier, xs: Row, ys: Row, where: string) {
  if (!(predict instanceof Model) && typeof predict !== "function") {
    throw wrongType(`${where}: predict`, "a model or a function of points", describeValue(predict));
  }
  const n = xs.length * ys.length;
  const grid = new Float32Array(2 * n);
  ys.forEach((y, row) =>
    xs.forEach((x, column) => grid.set([x, y], 2 * (row * xs.length + column)))
  );
  const plane = tensor(grid, { shape: [n, 2] });
  const result = predict instanceof Model
    ? await predict.predict(plane, { batchSize: 4096 })
    : await predict(plane);
  if (!(result instanceof Tensor)) {
    throw wrongType(`${where}: predict`, "a tensor from it", describeValue(result));
  }
  const { shape } = result;
  if (shape[0] !== n || shape.length > 2) {
    throw wrongType(
      `${where}: predict`,
      `[n], [n, 1] or [n, classes] for the ${n} points [n, 2]`,
      formatShape(shape),
    );
  }
  return { data: await result.data(), width: shape[1] ?? 1 };
}
