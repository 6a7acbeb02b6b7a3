import { checkPositive } from "../../train/options.ts";
import { Figure } from "../figure.ts";
import type { Layout, Trace } from "../figure_data.ts";
import { labelDiscs } from "./disc_labels.ts";
import { describe, extent } from "./numbers.ts";
import {
  baseLayout,
  checkOptions,
  figureNames,
  type FigureOptions,
  fitTitle,
  type Json,
  legend,
  legendHeight,
  logTicks,
  type Margin,
  textWidth,
} from "./options.ts";
import { type Box, hasColorBar, type Numbering, panel } from "./panel.ts";

/** Settings of {@linkcode grid}. */
export interface GridOptions extends FigureOptions {
  /** Panels in a row; by default up to three. */
  readonly columns?: number;
  /** Whether the panels have the same y range, with numbers at the first column alone. */
  readonly shareY?: boolean;
  /** Whether there is a legend for all; by default if a panel has one. */
  readonly legend?: boolean;
}

/**
 * Figures as panels of one figure, row by row. Titles stand above the panels; names that occur in
 * several panels stand once in the legend.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const figure = plot.grid([
 *   plot.line([3, 2, 1], { title: "Loss" }),
 *   plot.bar([1, 2, 3], { title: "Counts" }),
 * ], { title: "Side by side" });
 * console.log(`${figure}`); // Figure "Side by side": scatter, bar
 * ```
 *
 * @throws {TypeError} if something is no figure, or moves.
 * @throws {RangeError} if there is none, or for an unknown option.
 */
export function grid(figures: readonly Figure[], options: GridOptions = {}): Figure {
  const where = "plot.grid";
  checkOptions(where, options, [...figureNames, "columns", "shareY", "legend"]);
  checkFigures(figures, where);
  const moving = figures.findIndex(({ frames }) => frames.length > 0);
  if (moving >= 0) {
    throw new TypeError(`${where}: figures[${moving}]: expected a figure without steps`);
  }
  const n = figures.length;
  const columns = Math.min(
    n,
    checkPositive(options.columns ?? Math.min(n, 3), `${where}: columns`),
  );
  const rows = Math.ceil(n / columns);
  const margins = figures.map(marginOf);
  const shown = options.legend ?? figures.some(({ layout }) => layout.showlegend === true);
  const traces = figures.map(({ data }, i) => {
    const right = (i + 1) % columns === 0 ? undefined : figures[i + 1];
    return data.map((trace) => sameScale(trace, right) ? { ...trace, showscale: false } : trace);
  });
  const names = new Set(
    figures.flatMap(({ data, layout }) =>
      layout.showlegend === true || options.legend ? data.flatMap(({ name }) => name ?? []) : []
    ) as string[],
  );
  // A panel keeps the shape that its figure has alone, as far as the width allows.
  const sizes = figures.map((figure) => [
    (figure.layout.width ?? 640) as number,
    (figure.layout.height ?? 400) as number - belowOf(figure),
  ]);
  const legendWidth = shown ? 60 + Math.max(0, ...[...names].map((name) => textWidth(name))) : 0;
  const width = options.width ??
    Math.round(
      Math.min(1000, columns * Math.max(...sizes.map(([w]) => Math.min(w!, 420)))) + legendWidth,
    );
  const { title } = options;
  const t = title === undefined ? 6 : 24 + 20 * fitTitle(title, width).lines;
  const cellWidth = (width - 12 - legendWidth) / columns;
  const heights = Array.from({ length: rows }, (_, row) => {
    const list = sizes.slice(row * columns, (row + 1) * columns);
    return Math.max(
      ...list.map(([w, h]) => Math.max(150, h! * Math.min(1, 1.15 * cellWidth / w!))),
    );
  });
  const natural = heights.reduce((a, b) => a + b, 0);
  const height = options.height ?? Math.round(natural + t + 6);
  const inner = { width: width - 12 - legendWidth, height: height - t - 6 };

  const taken: Numbering = { x: 0, y: 0, scene: 0 };
  const parts: Record<string, unknown> = {};
  const [data, annotations, shapes, images]: [Trace[], Json[], Json[], Json[]] = [[], [], [], []];
  const rowTop = (row: number) => heights.slice(0, row).reduce((a, b) => a + b, 0) / natural;
  // Room for colour bars comes on top, so that panels are equally wide with and without one.
  const bars = Array.from({ length: columns }, (_, column) =>
    Math.max(...figures.map((_, i) => {
      if (i % columns !== column) return 0;
      return traces[i]!.some(hasColorBar) ? Math.max(50, Math.min(margins[i]!.r, 75)) : 10;
    })));
  // So does room for the numbers at the left, of which panels with the first one's have none.
  const sides = Array.from(
    { length: columns },
    (_, column) =>
      Math.max(...figures.map((figure, i) => {
        if (i % columns !== column) return 0;
        const bare = options.shareY && column > 0 && isFlat(figure);
        return Math.min(bare ? 10 : margins[i]!.l, inner.width / columns / 2);
      })),
  );
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  const panelWidth = (inner.width - sum(bars) - sum(sides)) / columns;
  const left = (column: number) =>
    sum(bars.slice(0, column)) + sum(sides.slice(0, column + 1)) + column * panelWidth;
  const mainY = figures.map((figure, i): string | undefined => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const margin = margins[i]!, cell = (rowTop(row + 1) - rowTop(row)) * inner.height;
    const box: Box = {
      x: [
        left(column) / inner.width,
        (left(column) + panelWidth) / inner.width,
      ],
      y: [
        1 - rowTop(row + 1) + Math.min(margin.b, cell / 3) / inner.height,
        1 - rowTop(row) - Math.min(margin.t, cell / 3) / inner.height,
      ],
    };
    const { traces: moved, axes, y, ...rest } = panel(
      labelDiscs(
        new Figure({ data: traces[i]!, layout: figure.layout }),
        (box.x[1] - box.x[0]) * inner.width,
        (box.y[1] - box.y[0]) * inner.height,
      ),
      box,
      taken,
    );
    data.push(...moved);
    Object.assign(parts, axes);
    annotations.push(...rest.annotations, ...panelTitle(figure.layout, box));
    shapes.push(...rest.shapes);
    images.push(...rest.images);
    return y;
  });
  if (options.shareY) shareY(parts, mainY, figures, columns);
  const { barmode } = figures.map(({ layout }) => layout).find(({ barmode }) => barmode) ?? {};
  return new Figure({
    data: shown ? oneLegend(data) : data,
    layout: baseLayout({ ...options, width, height }, {
      ...parts,
      annotations,
      ...shapes.length > 0 ? { shapes } : {},
      ...images.length > 0 ? { images } : {},
      ...barmode === undefined ? {} : { barmode },
      showlegend: shown,
      ...shown ? { legend } : {},
    }, { l: 6, r: 6 + legendWidth, t, b: 6 }),
  });
}

/** Checks that a list holds figures, at least one. */
export function checkFigures(figures: readonly Figure[], where: string): void {
  if (!Array.isArray(figures)) {
    throw new TypeError(
      `${where}: figures: expected a list of figures, found ${describe(figures)}`,
    );
  }
  if (figures.length === 0) {
    throw new RangeError(`${where}: expected at least one figure, found none`);
  }
  figures.forEach((figure, i) => {
    if (figure instanceof Figure) return;
    const hint = (figure as unknown) instanceof Promise
      ? "a promise: await it first"
      : describe(figure);
    throw new TypeError(`${where}: figures[${i}]: expected a figure, found ${hint}`);
  });
}

/** Whether a figure has one pair of axes, x and y. */
const isFlat = ({ data, layout }: Figure) =>
  data.every(({ scene, xaxis = "x", yaxis = "y" }) =>
    scene === undefined && xaxis === "x" && yaxis === "y"
  ) && layout.scene === undefined;

/** Pixels for a legend of its own that a figure has below its plot: as a panel it has none. */
function belowOf({ data, layout }: Figure): number {
  const { y = 1, orientation = "v" } = (layout.legend ?? {}) as Json;
  const isBelow = layout.showlegend === true && orientation === "v" && y as number < 0;
  return isBelow ? legendHeight(data.filter(({ name }) => name !== undefined).length) : 0;
}

/** The margins of a figure, of which its title takes less as a panel. */
function marginOf(figure: Figure): Margin {
  const { layout } = figure;
  const { l = 60, r = 24, b = 52 } = (layout.margin ?? {}) as Partial<Margin>;
  const title = (layout.title as { text?: string } | undefined)?.text;
  const lines = title === undefined ? 0 : title.split("<br>").length;
  const notes = ((layout.annotations ?? []) as Json[]).some(({ yanchor, yref, y }) =>
    yref === "paper" && y === 1 && yanchor === "bottom"
  );
  return { l, r, b: b - belowOf(figure), t: Math.max(12, 10 + 18 * lines) + (notes ? 14 : 0) };
}

/** The title of a figure as a note above its panel. */
function panelTitle({ title, annotations }: Layout, { x, y }: Box): Json[] {
  const { text } = (title ?? {}) as { text?: string };
  if (text === undefined || text === "") return [];
  const above = ((annotations ?? []) as Json[]).some(({ yref, y, yanchor }) =>
    yref === "paper" && y === 1 && yanchor === "bottom"
  );
  return [{
    text,
    xref: "paper",
    yref: "paper",
    x: (x[0] + x[1]) / 2,
    y: y[1],
    xanchor: "center",
    yanchor: "bottom",
    ...above ? { yshift: 14 } : {},
    showarrow: false,
    font: { size: 13 },
  }];
}

/** Whether the panel to the right shows the same colour bar, so that one is enough. */
function sameScale(trace: Trace, right: Figure | undefined): boolean {
  if (trace.type !== "heatmap" || !hasColorBar(trace) || right === undefined) return false;
  const scale = ({ colorscale, zmin, zmax }: Trace) => JSON.stringify([colorscale, zmin, zmax]);
  return right.data.some((other) =>
    other.type === "heatmap" && hasColorBar(other) && scale(other) === scale(trace)
  );
}

/** Each name in the legend once; a click there hides its traces in all panels. */
function oneLegend(traces: readonly Trace[]): Trace[] {
  const seen = new Set<unknown>();
  return traces.map((trace) => {
    const { name, showlegend } = trace;
    if (name === undefined) return { ...trace, showlegend: false };
    if (showlegend === false) return trace;
    const again = seen.has(name);
    seen.add(name);
    return { ...trace, legendgroup: name, ...again ? { showlegend: false } : {} };
  });
}

/** Gives all panels the y range that holds them all, and numbers only to the first column. */
function shareY(
  parts: Record<string, unknown>,
  axes: readonly (string | undefined)[],
  figures: readonly Figure[],
  columns: number,
): void {
  const ranges = figures.flatMap(({ data, layout }, i) => {
    if (axes[i] === undefined) return [];
    const { range, type } = (layout.yaxis ?? {}) as { range?: number[]; type?: string };
    if (range !== undefined) return range;
    // The rows of a heat map are cells: they fill the panel from edge to edge.
    const rows = data.flatMap(({ type, y, z }) =>
      type === "heatmap" && y === undefined ? [-0.5, (z as unknown[]).length - 0.5] : []
    );
    if (rows.length > 0) return rows;
    const values = data.flatMap((trace) => {
      const base = trace.type === "bar" ? [0] : [];
      return [...base, ...(trace.y ?? []) as number[]].filter((y) => typeof y === "number");
    });
    const [low, high] = extent(values) ?? [0, 1];
    const ends = type === "log" ? [Math.log10(low), Math.log10(high)] : [low, high];
    const space = 0.05 * (ends[1]! - ends[0]!) || 0.5;
    return [low === 0 && base(data) ? 0 : ends[0]! - space, ends[1]! + space];
  });
  const upwards = [Math.min(...ranges), Math.max(...ranges)];
  axes.forEach((name, i) => {
    if (name === undefined) return;
    const { title, autorange, ...own } = parts[name] as Json;
    const powers = upwards.map((end) => 10 ** end!);
    const axis = own.type === "log" ? { ...own, ...logTicks([powers]) } : own;
    const range = autorange === "reversed" ? upwards.toReversed() : upwards;
    parts[name] = i % columns === 0
      ? { ...axis, ...title === undefined ? {} : { title }, range }
      : { ...axis, range, showticklabels: false };
  });
}

const base = (data: readonly Trace[]): boolean => data.some(({ type }) => type === "bar");
