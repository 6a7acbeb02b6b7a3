import { integer, positiveInteger, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { type Json, mergeJson } from "../../plotly_svg/mod.ts";
import { Figure } from "../figure.ts";
import type { Frame, Layout, Trace } from "../figure_data.ts";
import { ink } from "./layout.ts";
import { labels, plotlyJson } from "./plot_options.ts";
import { checkFigures } from "./grid.ts";
import { checkLength } from "./numbers.ts";

/** Settings of {@linkcode steps}. */
export interface StepsOptions {
  /** What the slider says at each step; 1, 2, 3 … by default. */
  readonly labels?: ArrayLike<string | number>;
  /** The title of all steps; by default each has its own. */
  readonly title?: string;
  /** Steps in a row of the picture that shows several side by side. */
  readonly columns?: number;
  /** Steps that this picture shows at most, evenly chosen, the first and the last among them; 12. */
  readonly shown?: number;
  /** More of Plotly's layout, merged last and deeply. */
  readonly layout?: Layout;
}

const stepsSchema = {
  labels,
  title: text(),
  columns: positiveInteger(),
  shown: integer({ least: 1, most: 12 }),
  layout: plotlyJson,
} satisfies Schema<StepsOptions>;

/** What may differ between the layouts of steps. */
const listed = ["annotations", "shapes", "images"] as const;

/**
 * A slider through figures: training epoch by epoch, a convolution step by step, with the step's
 * name above it and buttons to play and to pause. Where no script runs, the steps are seen side by
 * side, at most twelve.
 *
 * ```ts
 * import { plot } from "@striate/striate";
 * const figures = [1, 2, 3].map((k) =>
 *   plot.line([0, 1, 2, 3].map((x) => Math.sin(k * x)), { yRange: [-1, 1] })
 * );
 * const figure = plot.steps(figures, { title: "Faster and faster", labels: ["1x", "2x", "3x"] });
 * console.log(`${figure}`); // Figure "Faster and faster": scatter, 3 steps
 * ```
 *
 * @throws {TypeError} if something is no figure, or the labels are not as many.
 * @throws {RangeError} if there is none, or for an unknown option.
 */
export function steps(figures: readonly Figure[], given: StepsOptions = {}): Figure {
  const where = "plot.steps";
  const { title, columns, shown, layout = {}, ...settings } = options(where, given, stepsSchema);
  checkFigures(figures, where);
  const labels = Array.from(settings.labels ?? figures.map((_, i) => i + 1), String);
  checkLength(labels, figures.length, "figures", `${where}: labels`);
  // A frame is known by its name, which must be its own.
  const names = labels.map((label, i) =>
    labels.indexOf(label) === i ? label : `${label} (${i + 1})`
  );
  const traces = aligned(figures);
  const lengthOf = (key: string) =>
    Math.max(...figures.map(({ layout }) => listAt(layout, key).length));
  const most = Object.fromEntries(listed.map((key) => [key, lengthOf(key)]));
  const layouts = changing(figures.map((figure) => stepLayout(figure, most)));
  const moving = movingTraces(traces);
  const frames = figures.map((_, i): Frame => ({
    name: names[i]!,
    data: moving.map((at) => traces[i]![at]!),
    ...moving.length < traces[i]!.length && { traces: moving },
    layout: { ...layouts[i]!, ...title === undefined ? {} : { title: { text: title } } },
  }));
  const first = figures[0]!.layout;
  const { t = 0, b = 52 } = (first.margin ?? {}) as { t?: number; b?: number };
  const base: Json = {
    ...first,
    ...stepLayout(figures[0]!, most),
    ...title === undefined
      ? {}
      : { title: { x: 0.5, xanchor: "center", font: { size: 16 }, text: title } },
    width: largest(figures, "width", 640),
    height: largest(figures, "height", 400) + controls,
    margin: {
      ...first.margin as Json | undefined,
      ...title === undefined ? {} : { t: Math.max(48, t) },
      b: b + controls,
    },
    sliders: [slider(names, labels, b)],
    updatemenus: [buttons(b)],
    ...columns === undefined && shown === undefined ? {} : {
      meta: { ...columns && { columns }, ...shown && { steps: shown } },
    },
  };
  return new Figure({ data: traces[0]!, layout: mergeJson(base, layout), frames });
}

/** The largest width or height of figures. */
const largest = (figures: readonly Figure[], side: "width" | "height", usual: number): number =>
  Math.max(...figures.map(({ layout }) => (layout[side] ?? usual) as number));

/** Pixels below the plot for the slider and the buttons. */
const controls = 110;

/** Milliseconds that a step stands while the steps are played. */
const pace = 900;

/** A slider below a plot whose lower margin is this wide; above it the name of the step. */
const slider = (names: readonly string[], labels: readonly string[], margin: number): Json => ({
  active: 0,
  x: 0.16,
  len: 0.76,
  y: 0,
  yanchor: "top",
  pad: { t: 6 + margin, b: 10, l: 10, r: 10 },
  currentvalue: { visible: true, xanchor: "left", prefix: "", font: { size: 14, color: ink } },
  steps: names.map((name, i) => ({
    label: labels[i],
    method: "animate",
    args: [[name], {
      mode: "immediate",
      frame: { duration: 0, redraw: true },
      transition: { duration: 0 },
    }],
  })),
});

/** Buttons to play all steps, from the one that is seen on, and to stop there. */
const buttons = (margin: number): Json => ({
  type: "buttons",
  direction: "left",
  showactive: false,
  x: 0,
  xanchor: "left",
  y: 0,
  yanchor: "top",
  pad: { t: 36 + margin, l: 4 },
  buttons: [
    {
      label: "▶",
      method: "animate",
      args: [null, {
        mode: "immediate",
        fromcurrent: true,
        frame: { duration: pace, redraw: true },
        transition: { duration: 0 },
      }],
    },
    {
      label: "❚❚",
      method: "animate",
      args: [[null], { mode: "immediate", frame: { duration: 0, redraw: false } }],
    },
  ],
});

const listAt = (layout: Layout, key: string): readonly Json[] =>
  Array.isArray(layout[key]) ? layout[key] as Json[] : [];

/** The layout of a step: notes and shapes are as many in every step, those too many unseen. */
function stepLayout({ layout }: Figure, most: Readonly<Record<string, number>>): Json {
  const { width: _, height: __, margin: ___, ...rest } = layout as Record<string, unknown>;
  const lists = listed.flatMap((key) => {
    if (most[key] === 0) return [];
    const items = listAt(layout, key);
    const unseen = Array.from({ length: most[key]! - items.length }, () => ({ visible: false }));
    return [[key, [...items.map((item) => ({ visible: true, ...item })), ...unseen]]];
  });
  return { ...rest, ...Object.fromEntries(lists) };
}

/** The traces that are not the same in all steps, by number; the first, if all are. */
function movingTraces(steps: readonly (readonly Trace[])[]): number[] {
  const texts = steps.map((traces) => traces.map((trace) => JSON.stringify(trace)));
  const found = texts[0]!.flatMap((text, at) => texts.some((own) => own[at] !== text) ? [at] : []);
  return found.length === 0 ? [0] : found;
}

/** The parts of layouts that are not the same in all steps: the axes of many panels are, say. */
function changing(layouts: readonly Json[]): Json[] {
  const texts = layouts.map((layout) =>
    new Map(Object.entries(layout).map(([key, part]) => [key, JSON.stringify(part)]))
  );
  const differs = (key: string) => texts.some((text) => text.get(key) !== texts[0]!.get(key));
  return layouts.map((layout) =>
    Object.fromEntries(Object.entries(layout).filter(([key]) => key === "title" || differs(key)))
  );
}

/**
 * The traces of all figures, brought to the same number and the same types in the same order: what a
 * step lacks is there, but unseen. Plotly replaces traces one by one, and not by another type.
 */
function aligned(figures: readonly Figure[]): Trace[][] {
  const slots: string[] = [];
  const places = figures.map(({ data }) => {
    const taken = new Set<number>();
    return data.map(({ type }) => {
      let slot = slots.findIndex((name, i) => name === type && !taken.has(i));
      if (slot < 0) slot = slots.push(type) - 1;
      taken.add(slot);
      return slot;
    });
  });
  return figures.map(({ data }, i) =>
    slots.map((type, slot): Trace => {
      const trace = data[places[i]!.indexOf(slot)];
      return trace === undefined ? { type, visible: false } : { visible: true, ...trace };
    })
  );
}
