import { describeValue, outOfRange, wrongType } from "../../core/errors.ts";
import { flag, positiveInteger } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import type { Json } from "../../plotly_svg/mod.ts";
import { Figure } from "../figure.ts";
import type { Layout, Trace } from "../figure_data.ts";
import { labelDiscs } from "./disc_labels.ts";
import { type FigureOptions, figureSchema } from "./plot_options.ts";
import { type PanelNeeds, planGrid } from "./grid_plan.ts";
import {
  baseLayout,
  legend,
  legendHeight,
  logTicks,
  type Margin,
  paperNote,
  textWidth,
} from "./layout.ts";
import { extent } from "./numbers.ts";
import { type Box, hasColorBar, type Numbering, type Panel, panel } from "./panel.ts";

/** Settings of {@linkcode grid}. */
export interface GridOptions extends FigureOptions {
  /** Panels in a row; by default up to three. */
  readonly columns?: number;
  /** Whether the panels have the same y range, with numbers at the first column alone. */
  readonly shareY?: boolean;
  /** Whether there is a legend for all; by default if a panel has one. */
  readonly legend?: boolean;
}

const gridSchema = {
  ...figureSchema,
  columns: positiveInteger(),
  shareY: flag(false),
  legend: flag(),
} satisfies Schema<GridOptions>;

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
export function grid(figures: readonly Figure[], given: GridOptions = {}): Figure {
  const where = "plot.grid";
  const settings = options(where, given, gridSchema);
  checkFigures(figures, where);
  const moving = figures.findIndex(({ frames }) => frames.length > 0);
  if (moving >= 0) {
    throw new TypeError(`${where}: figures[${moving}]: expected a figure without steps`);
  }
  const columns = Math.min(figures.length, settings.columns ?? 3);
  const shown = settings.legend ?? figures.some(hasLegend);
  const traces = figures.map(({ data }, i) => {
    const right = (i + 1) % columns === 0 ? undefined : figures[i + 1];
    return data.map((trace) => sameScale(trace, right) ? { ...trace, showscale: false } : trace);
  });
  const needs = figures.map((figure, i) =>
    needsOf(figure, traces[i]!, settings.shareY && i % columns > 0 && isFlat(figure))
  );
  const legendWidth = shown ? widthOfLegend(figures, settings.legend === true) : 0;
  const { inner, boxes, margin, ...size } = planGrid(needs, columns, legendWidth, settings);

  const taken: Numbering = { x: 0, y: 0, scene: 0 };
  const panels = figures.map(({ layout }, i) => {
    const box = boxes[i]!;
    const [width, height] = [box.x[1] - box.x[0], box.y[1] - box.y[0]];
    const figure = { data: traces[i]!, layout };
    return panel(labelDiscs(figure, width * inner.width, height * inner.height), box, taken);
  });
  const axes = Object.assign({}, ...panels.map(({ axes }) => axes)) as Record<string, Json>;
  if (settings.shareY) shareY(axes, panels, figures, columns);
  const annotations = panels.flatMap(({ annotations }, i) => [
    ...annotations,
    ...panelTitle(figures[i]!.layout, boxes[i]!),
  ]);
  const shapes = panels.flatMap(({ shapes }) => shapes);
  const images = panels.flatMap(({ images }) => images);
  const data = panels.flatMap(({ traces }) => traces);
  const { barmode } = figures.map(({ layout }) => layout).find(({ barmode }) => barmode) ?? {};
  return new Figure({
    data: shown ? oneLegend(data) : data,
    layout: baseLayout({ ...settings, ...size }, {
      ...axes,
      annotations,
      shapes: shapes.length > 0 ? shapes : undefined,
      images: images.length > 0 ? images : undefined,
      barmode,
      showlegend: shown,
      legend: shown ? legend : undefined,
    }, margin),
  });
}

const hasLegend = ({ layout }: Figure) => layout.showlegend === true;

/** How wide a legend is with all names of figures, or of those that have one. */
function widthOfLegend(figures: readonly Figure[], all: boolean): number {
  const names = figures.flatMap((figure) =>
    all || hasLegend(figure) ? figure.data.flatMap(({ name }) => name ?? []) : []
  ) as string[];
  return 60 + Math.max(0, ...names.map((name) => textWidth(name)));
}

/** What a figure needs as a panel: a `bare` one has no numbers at its left. */
function needsOf(figure: Figure, traces: readonly Trace[], bare: boolean): PanelNeeds {
  const { width = 640, height = 400 } = figure.layout as { width?: number; height?: number };
  const margin = marginOf(figure);
  const bar = traces.some(hasColorBar) ? Math.max(50, Math.min(margin.r, 75)) : 10;
  return { width, height: height - belowOf(figure), margin, bar, bare };
}

/** Checks that a list holds figures, at least one. */
export function checkFigures(figures: readonly Figure[], where: string): void {
  if (!Array.isArray(figures)) {
    throw wrongType(`${where}: figures`, "a list of figures", describeValue(figures));
  }
  if (figures.length === 0) throw outOfRange(where, "at least one figure", "none");
  figures.forEach((figure, i) => {
    if (figure instanceof Figure) return;
    const hint = (figure as unknown) instanceof Promise
      ? "a promise: await it first"
      : describeValue(figure);
    throw wrongType(`${where}: figures[${i}]`, "a figure", hint);
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

/** Whether a figure has a note in the corner above its plot. */
const hasNote = ({ annotations }: Layout) =>
  ((annotations ?? []) as Json[]).some(({ yanchor, yref, y }) =>
    yref === "paper" && y === 1 && yanchor === "bottom"
  );

const titleOf = ({ title }: Layout): string => (title as { text?: string } | undefined)?.text ?? "";

/** The margins of a figure, of which its title takes less as a panel. */
function marginOf(figure: Figure): Margin {
  const { layout } = figure, title = titleOf(layout);
  const { l = 60, r = 24, b = 52 } = (layout.margin ?? {}) as Partial<Margin>;
  const lines = title === "" ? 0 : title.split("<br>").length;
  const t = Math.max(12, 10 + 18 * lines) + (hasNote(layout) ? 14 : 0);
  return { l, r, b: b - belowOf(figure), t };
}

/** The title of a figure as a note above its panel. */
function panelTitle(layout: Layout, { x, y }: Box): Json[] {
  const text = titleOf(layout);
  if (text === "") return [];
  return [paperNote(text, {
    x: (x[0] + x[1]) / 2,
    y: y[1],
    xanchor: "center",
    yanchor: "bottom",
    ...hasNote(layout) ? { yshift: 14 } : {},
  }, { size: 13 })];
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
  axes: Record<string, Json>,
  panels: readonly Panel[],
  figures: readonly Figure[],
  columns: number,
): void {
  const ranges = figures.flatMap((figure, i) => panels[i]!.y === undefined ? [] : yRangeOf(figure));
  const upwards = [Math.min(...ranges), Math.max(...ranges)];
  panels.forEach(({ y }, i) => {
    if (y === undefined) return;
    const { title, autorange, ...own } = axes[y]!;
    const powers = upwards.map((end) => 10 ** end);
    const axis = own.type === "log" ? { ...own, ...logTicks([powers]) } : own;
    const range = autorange === "reversed" ? upwards.toReversed() : upwards;
    axes[y] = i % columns === 0
      ? { ...axis, title, range }
      : { ...axis, range, showticklabels: false };
  });
}

/** The range of a figure's first y axis: as it is set, or so that everything is seen. */
function yRangeOf({ data, layout }: Figure): readonly number[] {
  const { range, type } = (layout.yaxis ?? {}) as { range?: number[]; type?: string };
  if (range !== undefined) return range;
  // The rows of a heat map are cells: they fill the panel from edge to edge.
  const rows = data.flatMap(({ type, y, z }) =>
    type === "heatmap" && y === undefined ? [-0.5, (z as unknown[]).length - 0.5] : []
  );
  if (rows.length > 0) return rows;
  const hasBars = data.some(({ type }) => type === "bar");
  const values = data.flatMap(({ type, y }) => [
    ...type === "bar" ? [0] : [],
    ...((y ?? []) as unknown[]).filter((value) => typeof value === "number"),
  ]);
  const [low, high] = extent(values) ?? [0, 1];
  const ends = type === "log" ? [Math.log10(low), Math.log10(high)] : [low, high];
  const space = 0.05 * (ends[1]! - ends[0]!) || 0.5;
  return [low === 0 && hasBars ? 0 : ends[0]! - space, ends[1]! + space];
}
