import { flag } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import type { Figure } from "../figure.ts";
import {
  type AxesOptions,
  axesSchema,
  type ColorScale,
  colorScale,
  texts,
} from "./plot_options.ts";
import { drawMatrix } from "./heatmap.ts";
import { checkLength, checkMatrix, type Matrix, tableOf } from "./numbers.ts";

/** Counts of how often each class (row) was taken for each (column): a `ConfusionMatrix`. */
export interface ConfusionCounts {
  /** The number of classes. */
  readonly classes: number;
  /** The counts, row by row. */
  readonly counts: ArrayLike<number>;
}

/** Plotly's "Blues" begins with the dark end, so that the many zeros would stand out. */
const whiteToBlue = [[0, "#ffffff"], [0.5, "#6baed6"], [1, "#08519c"]] as const;

/** Settings of {@linkcode confusion}. */
export interface ConfusionOptions extends AxesOptions {
  /** Names of the classes. */
  readonly classes?: readonly string[];
  /** Whether each row is shown as shares of its sum. */
  readonly normalize?: boolean;
  /** Whether the numbers are written into the cells; by default for 20 classes or fewer. */
  readonly annotate?: boolean;
  /** The colours; by default from white (never) to dark blue. */
  readonly colorScale?: ColorScale;
}

const confusionSchema = {
  ...axesSchema,
  classes: texts,
  normalize: flag(false),
  annotate: flag(),
  colorScale: colorScale(whiteToBlue),
} satisfies Schema<ConfusionOptions>;

/**
 * How often each class was taken for each: a row for each right class, a column for each prediction.
 *
 * ```ts
 * import { confusionMatrix, plot } from "@striate/striate";
 * const matrix = confusionMatrix([0, 0, 1, 1, 2], [0, 1, 1, 1, 2], 3);
 * const figure = plot.confusion(matrix, { classes: ["cat", "dog", "owl"], normalize: true });
 * console.log(`${figure}`); // Figure: heatmap
 * ```
 *
 * @throws {TypeError} if the matrix is not square, or the names are not as many as the classes.
 */
export function confusion(matrix: ConfusionCounts | Matrix, given: ConfusionOptions = {}): Figure {
  const where = "plot.confusion";
  const { classes, normalize, annotate, ...look } = options(where, given, confusionSchema);
  const rows = checkMatrix(rowsOf(matrix), `${where}: matrix`), n = rows.length;
  checkLength(rows[0]!, n, "each column", `${where}: matrix[0]`);
  if (classes !== undefined) checkLength(classes, n, "the matrix", `${where}: classes`);
  const names = classes ?? (n <= 20 ? Array.from({ length: n }, (_, i) => i) : undefined);
  const z = normalize ? rows.map(shares) : rows;
  const write = (value: number) =>
    normalize ? (value > 0 ? `${Math.round(100 * value)}%` : "") : value.toLocaleString("en");
  return drawMatrix(
    z,
    {
      xLabel: "predicted",
      yLabel: "true",
      ...look,
      ...names === undefined ? {} : { xLabels: names, yLabels: names },
      zMin: 0,
      ...normalize ? { zMax: 1 } : {},
      equal: true,
    },
    where,
    annotate ?? n <= 20 ? z.map((row) => Array.from(row, write)) : undefined,
  );
}

const shares = (row: ArrayLike<number>): number[] => {
  const values = Array.from(row), sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => sum > 0 ? value / sum : 0);
};

function rowsOf(matrix: ConfusionCounts | Matrix): Matrix {
  const { classes, counts } = Object(matrix) as ConfusionCounts;
  if (counts === undefined) return matrix as Matrix;
  return tableOf(classes, classes, (row, column) => counts[row * classes + column]!);
}
