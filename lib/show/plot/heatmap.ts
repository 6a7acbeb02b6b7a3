import { outOfRange, wrongType } from "../../core/errors.ts";
import { custom, flag, number, text } from "../../core/option_kinds.ts";
import { options, type Schema, type Values } from "../../core/options.ts";
import type { Json, Size } from "../../plotly_svg/mod.ts";
import { Figure } from "../figure.ts";
import type { Trace } from "../figure_data.ts";
import {
  type AxesOptions,
  axesSchema,
  type ColorScale,
  colorScale,
  labels,
} from "./plot_options.ts";
import {
  axis,
  baseLayout,
  colorBar,
  fitTitle,
  type Margin,
  note,
  textWidth,
  widthForTitle,
} from "./layout.ts";
import {
  checkMatrix,
  count,
  extentOf,
  type Matrix,
  mostCells,
  rounded,
  roundedRows,
} from "./numbers.ts";

/** From blue over white to red: what has two signs. */
export const diverging = [
  [0, "#2166ac"],
  [0.25, "#92c5de"],
  [0.5, "#ffffff"],
  [0.75, "#f4a582"],
  [1, "#b2182b"],
] as const;

/** Settings of {@linkcode heatmap}. */
export interface HeatmapOptions extends AxesOptions {
  /** Labels of the columns. */
  readonly xLabels?: ArrayLike<string | number>;
  /** Labels of the rows. */
  readonly yLabels?: ArrayLike<string | number>;
  /** The colours; "Viridis" by default, blue over white to red if `symmetric`. */
  readonly colorScale?: ColorScale;
  /** What the colours stand for. */
  readonly colorLabel?: string;
  /** The number at the low end of the colours; the least one by default. */
  readonly zMin?: number;
  /** The number at the high end of the colours; the greatest one by default. */
  readonly zMax?: number;
  /** Whether 0 has the middle colour. */
  readonly symmetric?: boolean;
  /** Whether the numbers are written into the cells; a number says with how many decimals. */
  readonly annotate?: boolean | number;
  /** Whether the cells are squares. */
  readonly equal?: boolean;
  /** Whether there is a colour bar; `true` by default. */
  readonly colorBar?: boolean;
}

const heatmapSchema = {
  ...axesSchema,
  xLabels: labels,
  yLabels: labels,
  colorScale: colorScale(),
  colorLabel: text(),
  zMin: number(),
  zMax: number(),
  symmetric: flag(false),
  annotate: custom(
    "true or false, or 0 to 20 decimals",
    (value): value is boolean | number =>
      typeof value === "boolean" ||
      Number.isInteger(value) && value as number >= 0 && value as number <= 20,
    false,
    "number",
  ),
  equal: flag(false),
  colorBar: flag(true),
} satisfies Schema<HeatmapOptions>;

type Settings = Values<typeof heatmapSchema>;

/**
 * A matrix in colours, its rows from the top as they are printed.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const figure = plot.heatmap([[1, 0, -1], [2, 0, -2], [1, 0, -1]], {
 *   title: "Sobel kernel",
 *   symmetric: true,
 *   annotate: true,
 *   equal: true,
 * });
 * console.log(`${figure}`); // Figure "Sobel kernel": heatmap
 * ```
 *
 * A matrix of more than 1,000 rows or columns is averaged down, and a note in the figure says so.
 *
 * @throws {TypeError} if rows differ in length or something is no number.
 * @throws {RangeError} if no number is finite, or for an unknown option.
 */
export function heatmap(matrix: Matrix, options: HeatmapOptions = {}): Figure {
  const where = "plot.heatmap";
  return drawMatrix(checkMatrix(matrix, `${where}: matrix`), options, where);
}

/** The heat map of a checked matrix; `texts` stand in the cells instead of the numbers. */
export function drawMatrix(
  matrix: Matrix,
  given: HeatmapOptions,
  where: string,
  texts?: readonly (readonly string[])[],
): Figure {
  const settings = options(where, given, heatmapSchema);
  const { title, equal, colorLabel } = settings;
  const [rows, columns] = [matrix.length, matrix[0]!.length];
  const down = Math.ceil(rows / mostCells), across = Math.ceil(columns / mostCells);
  const shrunk = down > 1 || across > 1;
  const z = shrunk ? averaged(matrix, down, across) : matrix;
  const trace = cellTrace(z, down, across, settings, where, texts);
  const plot = plotSize(columns, rows, settings);
  const ticks = matrixTicks(columns, rows, plot, settings, where);
  const sizeOf = (cells: Matrix) => `${count(cells.length)} x ${count(cells[0]!.length)}`;
  const notes = shrunk ? [`${sizeOf(matrix)} cells, averaged to ${sizeOf(z)}`] : [];
  const r = trace.showscale ? (colorLabel === undefined ? 80 : 100) : 24;
  const { l = 60, b = 52 } = ticks.margin;
  const noteWidth = Math.max(0, ...notes.map((text) => textWidth(text, 10))) + r;
  const width = Math.round(Math.max(plot.width + l + r, widthForTitle(title), noteWidth));
  const { lines } = fitTitle(title, settings.width ?? width);
  const above = lines === 0 ? 24 : 28 + 20 * lines;
  const size = equal ? { width, height: Math.round(plot.height + b + above) } : {};
  // White cells need an edge.
  const constrain = equal ? "domain" : undefined;
  const plain = { showgrid: false, zeroline: false, showline: true, mirror: true };
  const parts = {
    xaxis: axis(settings.xLabel, { ...plain, ...ticks.x, constrain }),
    yaxis: axis(settings.yLabel, {
      ...plain,
      ...ticks.y,
      constrain,
      autorange: "reversed",
      scaleanchor: equal ? "x" : undefined,
    }),
    annotations: notes.length > 0 ? notes.map(note) : undefined,
  };
  const layout = baseLayout({ ...size, ...settings }, parts, { l, b, r });
  return new Figure({ data: [trace], layout });
}

/** The trace of a matrix whose cells stand for `down` rows and `across` columns each. */
function cellTrace(
  z: Matrix,
  down: number,
  across: number,
  settings: Settings,
  where: string,
  texts: readonly (readonly string[])[] = cellTexts(z, settings.annotate),
): Trace {
  const [low, high] = colorRange(z, settings, where);
  // Where cells were averaged, the axes still count the rows and columns of the matrix.
  const places = (count: number, step: number) =>
    Array.from({ length: count }, (_, i) => (i + 0.5) * step - 0.5);
  return {
    type: "heatmap",
    z: roundedRows(z),
    x: across > 1 ? places(z[0]!.length, across) : undefined,
    y: down > 1 ? places(z.length, down) : undefined,
    colorscale: settings.colorScale ?? (settings.symmetric ? diverging : "Viridis"),
    zmin: low,
    zmax: high,
    showscale: settings.colorBar,
    colorbar: colorBar(settings.colorLabel),
    ...texts.length > 0 && { text: texts, texttemplate: "%{text}" },
  };
}

/** About how large the matrix is drawn, in pixels: cells that are squares decide themselves. */
function plotSize(columns: number, rows: number, { width, height, equal }: Settings): Size {
  if (!equal || width !== undefined || height !== undefined) {
    return { width: (width ?? 640) - 140, height: (height ?? 400) - 90 };
  }
  const cell = Math.min(80, 500 / columns, 400 / rows);
  return { width: cell * columns, height: cell * rows };
}

/** From where to where the colours go. */
function colorRange(z: Matrix, { zMin, zMax, symmetric }: Settings, where: string) {
  const found = extentOf(z);
  if (found === undefined) throw outOfRange(`${where}: matrix`, "finite numbers", "none");
  let [low, high] = [zMin ?? found[0], zMax ?? found[1]];
  if (symmetric) {
    const most = Math.max(Math.abs(low), Math.abs(high));
    [low, high] = [-most, most];
  }
  // Colours need a range, and where all numbers are one, any around it will do.
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  if (low > high) throw outOfRange(`${where}: zMin`, "less than zMax", `${low} and ${high}`);
  return rounded([low, high]) as [number, number];
}

/** The numbers as texts for the cells; none where they are not to be written. */
function cellTexts(z: Matrix, annotate: boolean | number): string[][] {
  if (annotate === false) return [];
  if (annotate === true) {
    return z.map((row) => rounded(row, 3).map((value) => value === null ? "" : `${value}`));
  }
  return z.map((row) =>
    Array.from(row, (value) => Number.isFinite(value) ? value.toFixed(annotate) : "")
  );
}

/** The ticks of both axes, and margins that hold their labels. */
function matrixTicks(
  columns: number,
  rows: number,
  plot: Size,
  { xLabels, yLabels, xLabel, yLabel, equal }: Settings,
  where: string,
): { readonly x: Json; readonly y: Json; readonly margin: Partial<Margin> } {
  const x = labelTicks(xLabels, columns, "column", `${where}: xLabels`);
  const y = labelTicks(yLabels, rows, "row", `${where}: yLabels`);
  const wide = Math.max(0, ...x.map((label) => textWidth(label))) + 8;
  const tall = Math.max(0, ...y.map((label) => textWidth(label)));
  const l = 16 + tall + (yLabel === undefined ? 0 : 26);
  // Where the figure does not grow with its margins, the matrix gets smaller.
  const across = plot.width - (equal ? 0 : Math.max(0, l - 60));
  const turned = wide > across / x.length;
  const b = 16 + wide * 0.72 + (xLabel === undefined ? 0 : 26);
  const up = plot.height - (equal || !turned ? 0 : Math.max(0, b - 52));
  const shownX = everyFew(x.length, across / (turned ? 18 : wide));
  const shownY = everyFew(y.length, up / 14);
  return {
    x: x.length === 0 ? {} : {
      tickvals: shownX,
      ticktext: shownX.map((i) => x[i]),
      ...turned ? { tickangle: -45 } : {},
    },
    y: y.length === 0 ? {} : { tickvals: shownY, ticktext: shownY.map((i) => y[i]) },
    margin: {
      ...tall > 0 ? { l } : {},
      ...turned && x.length > 0 ? { b } : {},
    },
  };
}

/** Every index of n, or every second, third …, so that they are at most as many as there is room for. */
function everyFew(n: number, room: number): number[] {
  const step = Math.ceil(n / Math.max(1, Math.floor(room)));
  return Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);
}

function labelTicks(
  labels: ArrayLike<string | number> | undefined,
  n: number,
  of: string,
  where: string,
): string[] {
  // Of few rows and columns each has its number; axes that count further do so by themselves.
  if (labels === undefined) return n <= 12 ? Array.from({ length: n }, (_, i) => `${i}`) : [];
  if (labels.length === n) return Array.from(labels, String);
  throw wrongType(where, `${n} labels, one for each ${of}`, labels.length);
}

/** Means of blocks of `down` rows and `across` columns; cells that are not finite are left out. */
function averaged(matrix: Matrix, down: number, across: number): Float64Array[] {
  const columns = matrix[0]!.length, width = Math.ceil(columns / across);
  return Array.from({ length: Math.ceil(matrix.length / down) }, (_, r) => {
    const sums = new Float64Array(width), counts = new Uint32Array(width);
    for (let i = r * down; i < Math.min(matrix.length, (r + 1) * down); i++) {
      const row = matrix[i]!;
      for (let j = 0, cell = 0, left = across; j < columns; j++) {
        const value = row[j]!;
        if (value - value === 0) {
          sums[cell]! += value;
          counts[cell]!++;
        }
        if (--left === 0) [cell, left] = [cell + 1, across];
      }
    }
    return sums.map((sum, i) => sum / counts[i]!);
  });
}
