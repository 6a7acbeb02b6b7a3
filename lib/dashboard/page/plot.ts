/// <reference lib="dom" />
import { themed } from "./colors.ts";

/** A line of a chart. */
export interface Line {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly color: string;
  readonly dash?: string;
  /** Whether it stands behind the others, and says nothing. */
  readonly isFaint?: boolean;
  /** What is said of its points, in the order of y. */
  readonly texts?: readonly string[];
}

/** How a chart is drawn. */
export interface PlotOptions {
  readonly xTitle: string;
  readonly isLog?: boolean;
  /** How the ticks of y are written, by d3-format. */
  readonly yFormat?: string;
  /** The least range of y. */
  readonly isFromZero?: boolean;
  readonly hasLegend?: boolean;
  /** What keeps its zoom while it is the same. */
  readonly revision: string;
}

/** As much of plotly.js as is used here. */
interface Plotly {
  react(place: HTMLElement, data: unknown[], layout: unknown, config: unknown): Promise<unknown>;
  purge(place: HTMLElement): void;
}

/** Curves of so many points show where these are. */
const mostMarked = 30;

let loading: Promise<Plotly> | undefined;

/** plotly.js: an exported page has it, another fetches it from its server when it first draws. */
function plotly(): Promise<Plotly> {
  return loading ??= new Promise((done, fail) => {
    const there = () => (window as unknown as { Plotly?: Plotly }).Plotly;
    const found = there();
    if (found !== undefined) return done(found);
    const script = document.createElement("script");
    script.src = "/plotly.js";
    script.onload = () => done(there()!);
    script.onerror = () => fail(new Error("plotly.js could not be loaded"));
    document.head.append(script);
  });
}

/** A text that plotly.js shows as it is: it takes some tags for styles, and dollars for formulas. */
const plain = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll("$", "&#36;");

/** Draws lines in a place, in place of those before. */
export async function plot(
  place: HTMLElement,
  lines: readonly Line[],
  { xTitle, isLog = false, yFormat, isFromZero = false, hasLegend = false, revision }: PlotOptions,
): Promise<void> {
  const { react } = await plotly();
  if (!place.isConnected) return;
  const [text, muted, line, surface] = ["text", "muted", "line", "surface"].map(themed);
  const data = lines.map(({ name, x, y, color, dash = "solid", isFaint = false, texts }) => ({
    type: "scatter",
    mode: x.length === 1
      ? "markers"
      : x.length <= mostMarked && !isFaint
      ? "lines+markers"
      : "lines",
    name: plain(name),
    x,
    y,
    line: { color, dash, width: isFaint ? 1 : 2 },
    marker: { color, size: 5 },
    opacity: isFaint ? 0.28 : 1,
    showlegend: !isFaint,
    connectgaps: false,
    ...isFaint ? { hoverinfo: "skip" } : {
      ...texts && { text: texts.map(plain) },
      hovertemplate: `${texts ? "%{text}" : "%{y}"}<extra>%{fullData.name}</extra>`,
    },
  }));
  const axis = {
    gridcolor: line,
    zeroline: false,
    linecolor: line,
    tickcolor: line,
    tickfont: { color: muted, size: 11 },
    automargin: true,
  };
  const layout = {
    margin: { l: 8, r: 10, t: 6, b: 8 },
    height: place.clientHeight || 220,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: getComputedStyle(document.body).fontFamily, color: text, size: 12 },
    hovermode: "x",
    hoverlabel: {
      bgcolor: surface,
      bordercolor: line,
      font: { color: text, size: 12 },
      align: "left",
      namelength: 40,
    },
    showlegend: hasLegend,
    legend: { orientation: "h", y: -0.25, font: { color: muted, size: 11 } },
    xaxis: {
      ...axis,
      title: { text: xTitle, font: { color: muted, size: 11 }, standoff: 6 },
      showgrid: false,
      nticks: 6,
      // Of a single point plotly.js would show a second before and after.
      ...lines.every(({ x }) => x.length < 2) && { rangemode: "tozero" },
    },
    yaxis: {
      ...axis,
      type: isLog ? "log" : "linear",
      nticks: 6,
      ...isLog && logTicks(lines),
      ...yFormat && { tickformat: yFormat },
      ...!isLog && isFromZero && { rangemode: "tozero" },
    },
    uirevision: revision,
    dragmode: "zoom",
  };
  await react(place, data, layout, { displayModeBar: false, responsive: true });
}

/** Ticks of a logarithmic axis: powers of ten, and numbers between them where there are few. */
function logTicks(lines: readonly Line[]): { tickvals?: number[]; ticktext?: string[] } {
  let [least, most] = [Infinity, 0];
  for (const value of lines.flatMap(({ y }) => y)) {
    if (value === null || value <= 0) continue;
    [least, most] = [Math.min(least, value), Math.max(most, value)];
  }
  if (most === 0) return {};
  const decades = Math.log10(most / least);
  if (decades < 0.5) return {}; // nearly linear
  const within = decades < 0.9 ? [1, 1.5, 2, 3, 5, 7] : decades < 2.5 ? [1, 2, 5] : [1];
  const [first, last] = [Math.floor(Math.log10(least)) - 1, Math.ceil(Math.log10(most)) + 1];
  const every = Math.max(1, Math.ceil((last - first) / 8));
  const tickvals = Array.from(
    { length: Math.floor((last - first) / every) + 1 },
    (_, i) => within.map((times) => times * 10 ** (first + i * every)),
  ).flat();
  return { tickvals, ticktext: tickvals.map((value) => written(value)) };
}

const written = (value: number) =>
  value >= 0.001 && value < 10_000 ? String(Number(value.toPrecision(3))) : value.toExponential(0);

/** Calls back when a reader zooms along x; with nothing when all is shown again. */
export function onZoom(
  place: HTMLElement,
  zoomed: (range?: readonly [number, number]) => void,
): void {
  const chart = place as unknown as {
    on?(event: string, listener: (change: Record<string, unknown>) => void): void;
  };
  chart.on?.("plotly_relayout", (change) => {
    const [from, to] = [change["xaxis.range[0]"], change["xaxis.range[1]"]].map(Number);
    if (Number.isFinite(from) && Number.isFinite(to)) zoomed([from!, to!]);
    else if (change["xaxis.autorange"]) zoomed();
  });
}

/** Takes a chart away. */
export function unplot(place: HTMLElement): void {
  loading?.then(({ purge }) => purge(place), () => {});
}

/** Calls back when elements come into sight, and says whether they are. */
export class Sight {
  readonly #seen = new Set<Element>();
  readonly #observer: IntersectionObserver;

  /** Calls `show` when an element comes into sight. */
  constructor(show: (element: Element) => void) {
    this.#observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) this.#seen.delete(target);
        else if (!this.#seen.has(target)) {
          this.#seen.add(target);
          show(target);
        }
      }
    }, { rootMargin: "200px" });
  }

  /** Watches an element. */
  watch(element: Element): void {
    this.#observer.observe(element);
  }

  /** Whether an element is in sight. */
  sees(element: Element): boolean {
    return this.#seen.has(element);
  }

  /** Watches no more. */
  close(): void {
    this.#observer.disconnect();
    this.#seen.clear();
  }
}
