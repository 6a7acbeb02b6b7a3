/// <reference lib="dom" />
import { colorOf, dashOf } from "./colors.ts";
import { button, check, choice, element, nothing } from "./element.ts";
import { isMemory, isShare, measure, metricTitle } from "./format.ts";
import { type Line, onZoom, plot, Sight, unplot } from "./plot.ts";
import { smoothed } from "./smooth.ts";
import { source } from "./source.ts";
import { state, type View } from "./state.ts";
import type { Axis, Points, Series } from "./types.ts";

const axes: readonly (readonly [Axis, string])[] = [
  ["step", "Step"],
  ["epoch", "Epoch"],
  ["seconds", "Time"],
];

/** Milliseconds between drawings of a chart that grows. */
const drawInterval = 400;

const groups = ["Validation", "Training", "Rate and speed", "Memory", "Head alone"] as const;

/** The group of charts that a metric belongs to. */
function groupOf(metric: string): typeof groups[number] {
  if (metric.startsWith("head/")) return "Head alone";
  if (metric.startsWith("validation/")) return "Validation";
  if (/^(learningRate|imagesPerSecond|ranks)\b/.test(metric)) return "Rate and speed";
  return isMemory(metric) ? "Memory" : "Training";
}

/** The chart of a metric: those of all ranks are in one. */
const chartOf = (metric: string) => metric.replace(/(^|\/)ranks\/.*/, "$1ranks");

/** Curves of the runs that are shown, a chart for each metric. */
export class CurvesView implements View {
  readonly title = "Curves";
  #place: HTMLElement | undefined;
  #charts = new Map<string, Chart>();
  #sight: Sight | undefined;

  open(place: HTMLElement): void {
    this.#place = element("div", { class: "charts" });
    place.append(this.#toolbar(), this.#place);
    this.#sight = new Sight((card) => {
      for (const chart of this.#charts.values()) if (chart.card === card) chart.draw();
    });
    this.update(new Set());
  }

  #toolbar(): HTMLElement {
    const { axis, smoothing, isLog, metricFilter } = state.choices;
    const shown = element("output", {}, smoothing.toFixed(2));
    const range = element("input", {
      type: "range",
      min: 0,
      max: 0.99,
      step: 0.01,
      value: smoothing,
      on: {
        input: () => {
          shown.textContent = Number(range.value).toFixed(2);
          state.choose({ smoothing: Number(range.value) });
        },
      },
    });
    const search = element("input", {
      type: "search",
      placeholder: "Filter metrics",
      "aria-label": "Filter metrics",
      value: metricFilter,
      on: { input: () => state.choose({ metricFilter: search.value }) },
    });
    return element(
      "div",
      { class: "toolbar" },
      choice("Horizontal axis", axes, axis, (axis) => state.choose({ axis })),
      element("label", { class: "field" }, element("span", {}, "Smoothing"), range, shown),
      check("Logarithmic", isLog, (isLog) => state.choose({ isLog })),
      search,
    );
  }

  async update(changed: ReadonlySet<string>): Promise<void> {
    const place = this.#place;
    if (place === undefined) return;
    const runs = state.visible;
    const series = new Map<string, Series>();
    await Promise.all(runs.map(async ({ id }) => {
      try {
        series.set(id, await state.series(id));
      } catch {
        // It is gone, or the server is: what is drawn stays.
      }
    }));
    if (place !== this.#place) return;
    const words = state.choices.metricFilter.toLowerCase();
    const names = [...new Set([...series.values()].flatMap((one) => Object.keys(one)))]
      // The k of top-k is mostly 5.
      .filter((name) => !name.endsWith("topK") || !anyHas(series, name.replace(/K$/, "5")))
      .filter((name) => `${metricTitle(name)} ${name}`.toLowerCase().includes(words));
    const wanted = new Set(names.map(chartOf));
    this.#arrange(place, wanted);
    const isShown = changed.size === 0 || runs.some(({ id }) => changed.has(id));
    for (const [name, chart] of this.#charts) {
      chart.take(series, names.filter((metric) => chartOf(metric) === name));
      if (isShown && this.#sight!.sees(chart.card)) chart.draw();
    }
    if (names.length > 0) return;
    this.#charts.clear();
    place.replaceChildren(
      state.runs.size === 0
        ? nothing(
          "No runs yet",
          "Runs appear here as soon as they begin.",
          "deno task train --record",
        )
        : runs.length === 0
        ? nothing("No run is shown", "Check some in the list.")
        : nothing("No curves", "There are none yet, or none of this name."),
    );
  }

  /** Has a section for each group with a chart for each name; charts that are there stay. */
  #arrange(place: HTMLElement, wanted: ReadonlySet<string>): void {
    const isSame = wanted.size === this.#charts.size &&
      [...wanted].every((n) => this.#charts.has(n));
    if (isSame) return;
    for (const [name, chart] of this.#charts) {
      if (wanted.has(name)) continue;
      chart.close();
      this.#charts.delete(name);
    }
    for (const name of wanted) this.#charts.getOrInsertComputed(name, () => new Chart(name));
    const sections = groups.flatMap((group) => {
      const found = [...this.#charts].filter(([name]) => groupOf(name) === group);
      if (found.length === 0) return [];
      return [element(
        "section",
        {},
        element("h2", {}, group),
        element("div", { class: "grid" }, ...found.map(([, { card }]) => card)),
      )];
    });
    place.replaceChildren(...sections);
    for (const { card } of this.#charts.values()) this.#sight!.watch(card);
  }

  close(): void {
    this.#sight?.close();
    for (const chart of this.#charts.values()) chart.close();
    this.#charts.clear();
    this.#place = undefined;
  }
}

const anyHas = (series: ReadonlyMap<string, Series>, name: string) =>
  [...series.values()].some((one) => name in one);

/** Values that stand below a chart. */
const mostValues = 24;

/** A curve of a chart. */
interface Curve {
  readonly id: string;
  readonly name: string;
  readonly metric: string;
  readonly points: Points;
  readonly color: string;
  readonly dash: string;
}

/** A chart of a metric, or of the speeds of all ranks. */
class Chart {
  readonly card: HTMLElement;
  readonly #name: string;
  readonly #body = element("div", { class: "plot" });
  readonly #values = element("ul", { class: "values" });
  #series: ReadonlyMap<string, Series> = new Map();
  #metrics: readonly string[] = [];
  /** Between which steps it shows curves closely. */
  #close: ReadonlyMap<string, Series> | undefined;
  #drawnAt = -Infinity;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #isZoomable = false;

  constructor(name: string) {
    this.#name = name;
    const title = metricTitle(name);
    const expand = button("⤢", () => {
      const isWide = this.card.classList.toggle("wide");
      expand.setAttribute("aria-pressed", String(isWide));
      this.#redraw();
    }, {
      class: "icon",
      "aria-label": `Enlarge ${title}`,
      "aria-pressed": "false",
      title: "Enlarge",
    });
    this.card = element(
      "article",
      { class: "card", "data-metric": name, "aria-label": title },
      element("header", {}, element("h3", {}, title), expand),
      this.#body,
      this.#values,
    );
  }

  /** Has other curves; `draw` shows them. */
  take(series: ReadonlyMap<string, Series>, metrics: readonly string[]): void {
    [this.#series, this.#metrics] = [series, metrics];
  }

  /** Draws it, now or as soon as the last drawing is old enough. */
  draw(): void {
    if (this.#waiting !== undefined) return;
    const wait = this.#drawnAt + drawInterval - performance.now();
    this.#waiting = setTimeout(() => {
      this.#waiting = undefined;
      this.#redraw();
    }, Math.max(0, wait));
  }

  /** The curves in it: of its metric, or of each rank, for each run. */
  #curves(): Curve[] {
    const { labels } = state;
    return state.visible.flatMap(({ id }) => {
      const series = (this.#close ?? this.#series).get(id) ?? this.#series.get(id);
      const index = state.indexOf(id) ?? 0, label = labels.get(id) ?? id;
      return this.#metrics.flatMap((metric, i): Curve[] => {
        const points = series?.[metric];
        if (points === undefined) return [];
        const rank = /(?:^|\/)ranks\/(\d+)$/.exec(metric)?.[1];
        const own = { id, metric, points, dash: dashOf(index) };
        if (rank === undefined) return [{ ...own, name: label, color: colorOf(index) }];
        return [{ ...own, name: `${label}, rank ${rank}`, color: colorOf(index + i) }];
      });
    });
  }

  #lines(): Line[] {
    const { axis, smoothing } = state.choices;
    return this.#curves().flatMap(({ metric, points, ...line }): Line[] => {
      const x = points[axis], y = points.value;
      const told = (y: readonly (number | null)[]) => y.map((value) => measure(metric, value));
      if (smoothing === 0 || y.length < 3) return [{ ...line, x, y, texts: told(y) }];
      const smooth = smoothed(x, y, smoothing);
      return [
        { ...line, x, y, isFaint: true },
        { ...line, x, y: smooth, texts: told(smooth) },
      ];
    });
  }

  async #redraw(): Promise<void> {
    if (!this.card.isConnected) return;
    this.#drawnAt = performance.now();
    try {
      await this.#plot();
    } catch (error) {
      this.#body.textContent = (error as Error).message;
    }
  }

  async #plot(): Promise<void> {
    const { axis, isLog } = state.choices;
    await plot(this.#body, this.#lines(), {
      xTitle: axis === "seconds" ? "seconds" : axis,
      isLog,
      revision: `${axis} ${isLog}`,
      ...isShare(this.#name) && { yFormat: ".2~%" },
      ...isMemory(this.#name) && { yFormat: "~s", isFromZero: true },
      ...groupOf(this.#name) === "Rate and speed" && { isFromZero: true },
    });
    if (!this.#isZoomable) {
      this.#isZoomable = true;
      onZoom(this.#body, (range) => this.#zoom(range));
    }
    this.#showValues();
  }

  /** The last values, which also say which colour is which run, or rank. */
  #showValues(): void {
    const items = this.#curves().slice(0, mostValues).map(({ id, name, metric, points, color }) => {
      const mark = element("span", { class: "swatch" });
      mark.style.background = color;
      return element(
        "li",
        {},
        mark,
        element("span", { class: "name", title: id }, name),
        element("b", {}, measure(metric, points.value.at(-1))),
      );
    });
    this.#values.replaceChildren(...items);
  }

  /** Where a reader looks closely, more points are fetched. */
  async #zoom(range?: readonly [number, number]): Promise<void> {
    if (range === undefined || !source.isLive) {
      this.#close = undefined;
    } else {
      const { axis } = state.choices, close = new Map<string, Series>();
      await Promise.all(state.visible.map(async ({ id }) => {
        const points = this.#series.get(id)?.[this.#metrics[0] ?? ""];
        if (points === undefined) return;
        close.set(id, await source.series(id, stepsIn(points, axis, range)));
      }));
      this.#close = close;
    }
    await this.#redraw();
  }

  close(): void {
    clearTimeout(this.#waiting);
    unplot(this.#body);
  }
}

/** The steps between two places of an axis. */
function stepsIn(points: Points, axis: Axis, [from, to]: readonly [number, number]) {
  const places = points[axis], { step } = points;
  const first = places.findLastIndex((x) => x <= from), last = places.findIndex((x) => x >= to);
  return { from: step[Math.max(0, first)]!, to: step[last < 0 ? step.length - 1 : last]! };
}
