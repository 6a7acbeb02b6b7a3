import type { FigureOptions } from "./plot_options.ts";
import { fitTitle, type Margin } from "./layout.ts";
import type { Box } from "./panel.ts";

/** What a figure needs as a panel, in pixels. */
export interface PanelNeeds {
  /** The size that it has alone. */
  readonly width: number;
  readonly height: number;
  readonly margin: Margin;
  /** Room at its right for a colour bar. */
  readonly bar: number;
  /** Whether it has no numbers at its left. */
  readonly bare: boolean;
}

/** Where panels lie. */
export interface GridPlan {
  /** The size of the whole figure. */
  readonly width: number;
  readonly height: number;
  readonly margin: Margin;
  /** The size of the plots' space. */
  readonly inner: { readonly width: number; readonly height: number };
  /** The plot of each panel. */
  readonly boxes: readonly Box[];
}

const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

/** Lays out panels in rows of so many columns, with a legend of this width at the right. */
export function planGrid(
  panels: readonly PanelNeeds[],
  columns: number,
  legendWidth: number,
  options: FigureOptions,
): GridPlan {
  const widest = Math.max(...panels.map(({ width }) => Math.min(width, 420)));
  const width = options.width ?? Math.round(Math.min(1000, columns * widest) + legendWidth);
  const { lines } = fitTitle(options.title, width);
  const t = lines === 0 ? 6 : 24 + 20 * lines;
  const innerWidth = width - 12 - legendWidth;
  const heights = rowHeights(panels, columns, innerWidth / columns), natural = sum(heights);
  const height = options.height ?? Math.round(natural + t + 6);
  const inner = { width: innerWidth, height: height - t - 6 };
  const spans = columnSpans(panels, columns, innerWidth);
  const rowTop = (row: number) => sum(heights.slice(0, row)) / natural;
  const boxes = panels.map(({ margin }, i): Box => {
    const row = Math.floor(i / columns), cell = (rowTop(row + 1) - rowTop(row)) * inner.height;
    return {
      x: spans[i % columns]!,
      y: [
        1 - rowTop(row + 1) + Math.min(margin.b, cell / 3) / inner.height,
        1 - rowTop(row) - Math.min(margin.t, cell / 3) / inner.height,
      ],
    };
  });
  return { width, height, margin: { l: 6, r: 6 + legendWidth, t, b: 6 }, inner, boxes };
}

/** The heights of the rows: a panel keeps the shape that it has alone, as far as the width allows. */
function rowHeights(panels: readonly PanelNeeds[], columns: number, cellWidth: number): number[] {
  return Array.from({ length: Math.ceil(panels.length / columns) }, (_, row) =>
    Math.max(
      ...panels.slice(row * columns, (row + 1) * columns).map(({ width, height }) =>
        Math.max(150, height * Math.min(1, 1.15 * cellWidth / width))
      ),
    ));
}

/** From where to where in the width each column's plots go. */
function columnSpans(
  panels: readonly PanelNeeds[],
  columns: number,
  width: number,
): [from: number, to: number][] {
  const most = (need: (panel: PanelNeeds) => number) =>
    Array.from(
      { length: columns },
      (_, column) =>
        Math.max(...panels.map((panel, i) => i % columns === column ? need(panel) : 0)),
    );
  // Room for colour bars comes on top, so that plots are equally wide with and without one.
  const bars = most(({ bar }) => bar);
  // So does room for the numbers at the left, of which panels with the first one's have none.
  const sides = most(({ bare, margin }) => Math.min(bare ? 10 : margin.l, width / columns / 2));
  const plot = (width - sum(bars) - sum(sides)) / columns;
  return bars.map((_, column) => {
    const left = sum(bars.slice(0, column)) + sum(sides.slice(0, column + 1)) + column * plot;
    return [left / width, (left + plot) / width];
  });
}
