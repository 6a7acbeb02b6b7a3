import { formatShape } from "../../core/shape.ts";
import { tensor } from "../../tensor/create.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { Model } from "../../train/model.ts";
import { checkNames, checkPositive } from "../../train/options.ts";
import { colorway } from "../../plotly_svg/mod.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import { zeroLine } from "./border.ts";
import {
  checkLength,
  checkMatrix,
  checkNumbers,
  describe,
  evenly,
  extent,
  type Matrix,
  mostPoints,
  type Numbers,
  rounded,
} from "./numbers.ts";
import { cartesianLayout, cartesianNames, type CartesianOptions, checkOptions } from "./options.ts";

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
export async function decisionBoundary(
  predict: PointClassifier,
  points: LabelledPoints,
  options: DecisionBoundaryOptions = {},
): Promise<Figure> {
  const where = "plot.decisionBoundary";
  const known = [...cartesianNames, "resolution", "classes", "margin", "threshold"];
  checkOptions(where, options, known);
  const { resolution = 100, classes, margin = 0.15, threshold = 0 } = options;
  const n = Math.max(2, checkPositive(resolution, `${where}: resolution`));
  if (n > 500) throw new RangeError(`${where}: resolution: expected at most 500, found ${n}`);
  const { px, py, labels } = await readPoints(points, where);
  const spread = (values: Numbers, range?: readonly [number, number]) => {
    const [low, high] = range ?? extent(values) ?? [0, 0];
    const more = range === undefined ? margin * (high - low) || 1 : 0;
    return Array.from(
      { length: n },
      (_, i) => low - more + (high - low + 2 * more) * i / (n - 1),
    );
  };
  const xs = spread(px, options.xRange), ys = spread(py, options.yRange);
  const scores = await scoresOf(predict, xs, ys, where);
  const k = Math.max(2, scores.width);
  const single = scores.width === 1;
  /** How far a point of the grid is inside a class: positive there, zero at its border. */
  const inside = (row: number, column: number, label: number): number => {
    const at = (row * n + column) * scores.width, { data } = scores;
    if (single) return (label === 1 ? 1 : -1) * (data[at]! - threshold);
    let other = -Infinity;
    for (let c = 0; c < k; c++) if (c !== label && data[at + c]! > other) other = data[at + c]!;
    return data[at + label]! - other;
  };
  const regions = ys.map((_, row) =>
    xs.map((_, column) => {
      for (let label = k - 1; label > 0; label--) if (inside(row, column, label) > 0) return label;
      return 0;
    })
  );
  // Every border has a class other than 0 on one side.
  const borders = Array.from(
    { length: k - 1 },
    (_, c) => zeroLine(xs, ys, (row, column) => inside(row, column, c + 1)),
  );
  const classOf = (label: number) => single ? (label > 0 ? 1 : 0) : label;
  const found = [...new Set(labels)].sort((a, b) => a - b);
  const nameOf = (label: number) => classes?.[classOf(label)] ?? `class ${label}`;
  const color = (c: number) => colorway[c % colorway.length]!;
  const data: Trace[] = [
    {
      type: "heatmap",
      x: rounded(xs),
      y: rounded(ys),
      z: regions,
      zmin: 0,
      zmax: k - 1,
      colorscale: Array.from({ length: k }, (_, c) => [c / (k - 1), pale(color(c))]),
      showscale: false,
      hoverinfo: "skip",
    },
    {
      type: "scatter",
      mode: "lines",
      x: rounded(borders.flatMap(({ x }) => x)),
      y: rounded(borders.flatMap(({ y }) => y)),
      line: { color: "#2a3f5f", width: 1.5 },
      showlegend: false,
      hoverinfo: "skip",
    },
    ...found.map((label): Trace => {
      const own = [...labels.keys()].filter((i) => labels[i] === label);
      const chosen = evenly(own.length, mostPoints).map((i) => own[i]!);
      return {
        type: "scatter",
        mode: "markers",
        x: rounded(chosen.map((i) => px[i]!)),
        y: rounded(chosen.map((i) => py[i]!)),
        name: nameOf(label),
        marker: {
          color: color(classOf(label)),
          size: own.length > 500 ? 5 : 8,
          line: { color: "white", width: 1 },
        },
      };
    }),
  ];
  const layout = cartesianLayout(where, options, {
    names: found.map(nameOf),
    xaxis: { range: [xs[0], xs[n - 1]], zeroline: false },
    yaxis: { range: [ys[0], ys[n - 1]], zeroline: false },
  });
  return new Figure({ data, layout });
}

async function readPoints(
  points: LabelledPoints,
  where: string,
): Promise<{ px: number[]; py: number[]; labels: number[] }> {
  if (typeof points !== "object" || points === null) {
    throw new TypeError(`${where}: points: expected { x, labels }, found ${describe(points)}`);
  }
  checkNames(`${where}: points`, points, ["x", "labels"]);
  const labels = Array.from(checkNumbers(points.labels, `${where}: points.labels`));
  const bad = labels.find((label) => !Number.isInteger(label));
  if (bad !== undefined) {
    throw new RangeError(`${where}: points.labels: expected whole numbers, found ${bad}`);
  }
  let rows: Matrix;
  if (points.x instanceof Tensor) {
    const { shape } = points.x;
    if (shape.length !== 2 || shape[1] !== 2) {
      throw new TypeError(`${where}: points.x: expected shape [n, 2], found ${formatShape(shape)}`);
    }
    const data = await points.x.data();
    rows = Array.from({ length: shape[0]! }, (_, i) => data.subarray(2 * i, 2 * i + 2));
  } else {
    rows = checkMatrix(points.x, `${where}: points.x`);
    checkLength(rows[0]!, 2, "a point of the plane", `${where}: points.x[0]`);
  }
  checkLength(labels, rows.length, "points.x", `${where}: points.labels`);
  return { px: rows.map((row) => row[0]!), py: rows.map((row) => row[1]!), labels };
}

/** The scores of all points of the grid, row by row. */
async function scoresOf(
  predict: PointClassifier,
  xs: readonly number[],
  ys: readonly number[],
  where: string,
): Promise<{ data: ArrayLike<number>; width: number }> {
  if (!(predict instanceof Model) && typeof predict !== "function") {
    throw new TypeError(
      `${where}: predict: expected a model or a function of points, found ${describe(predict)}`,
    );
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
    throw new TypeError(`${where}: predict: expected a tensor from it, found ${describe(result)}`);
  }
  const { shape } = result;
  if (shape[0] !== n || shape.length > 2) {
    throw new TypeError(
      `${where}: predict: expected [n], [n, 1] or [n, classes] for the ${n} points [n, 2], found ${
        formatShape(shape)
      }`,
    );
  }
  return { data: await result.data(), width: shape[1] ?? 1 };
}

/** A colour of the background: a quarter of the colour, the rest white. */
function pale(color: string): string {
  const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return `#${
    parts.map((part) => Math.round(255 - 0.28 * (255 - part)).toString(16).padStart(2, "0")).join(
      "",
    )
  }`;
}
