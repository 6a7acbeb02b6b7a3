/**
 * Figures as HTML: a picture, and a script that puts the live chart of plotly.js in its place.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { environment } from "../core/environment.ts";
import { colorway, escapeMarkup, figureSize, plainJson, titleText } from "../plotly_svg/mod.ts";
import { dataUrl } from "./bundle.ts";
import type { FigureData } from "./figure_data.ts";

/** Where pages find plotly.js, unless the variable STRIATE_PLOTLY names another place. */
export const plotlyUrl = "https://cdn.jsdelivr.net/npm/plotly.js-dist-min@4.1.2/plotly.min.js";

/** The hash of the file there: a browser runs no other. */
export const plotlyIntegrity =
  "sha384-hHv6D3tTUUBpp4tVv6t2Dc3oGuRhphmWOTKUR8jWyN0Pnon1g3iebKCNDNmKmxo8";

/** How a figure becomes HTML. */
export interface HtmlOptions {
  /** Whether the HTML is a page of its own, that no other figure has loaded plotly.js for. */
  readonly alone?: boolean;
  /** The picture as PNG, in place of the SVG, which viewers that trust nobody may leave out. */
  readonly png?: Uint8Array | undefined;
}

/**
 * The HTML of a figure: its picture, which the live chart replaces where scripts run and plotly.js can
 * be loaded. Equal figures have equal HTML.
 */
export function figureHtml(figure: FigureData, svg: string, options: HtmlOptions = {}): string {
  const json = scriptJson(liveFigure(figure));
  const id = createHash("sha256").update(json).digest("hex").slice(0, 16);
  const { width, height } = pictureSize(svg);
  const { url, integrity, inline } = plotlySource(options.alone === true);
  const alt = escapeMarkup(titleText(figure.layout ?? {}) || "figure");
  const source = url === undefined ? "" : scriptJson({ url, integrity });
  const { png } = options;
  const picture = png === undefined ? dataUrl("image/svg+xml", svg) : dataUrl("image/png", png);
  return `<div class="striate-figure" data-figure="${id}">` +
    `<img alt="${alt}" width="${width}" height="${height}" src="${picture}">` +
    `</div>${inline}<script>(${starter})("${id}",${json}${source && `,${source}`})</script>`;
}

/** What plotly.js is given: the figure, with what the picture takes for granted spelled out. */
function liveFigure({ data, layout = {}, frames = [] }: FigureData): unknown {
  const font = { family: "Helvetica, Arial, sans-serif" };
  return {
    data,
    layout: { ...figureSize(layout), template: { layout: { colorway, font } }, ...layout },
    frames,
    // In pictures there is nothing to zoom into.
    config: {
      displaylogo: false,
      responsive: false,
      displayModeBar: !data.some(({ type }) => type === "image"),
    },
  };
}

/** JSON that can stand within a script: no tag ends it, no line ends within a text. */
function scriptJson(value: unknown): string {
  return JSON.stringify(plainJson(value))
    .replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** The width and height at the start of a picture. */
function pictureSize(svg: string): { width: string; height: string } {
  const of = (name: string) =>
    new RegExp(`^<svg[^>]* ${name}="([\\d.]+)"`).exec(svg)?.[1] ?? "100%";
  return { width: of("width"), height: of("height") };
}

/** Names another place for plotly.js. */
const variable = "STRIATE_PLOTLY";

/** Whether plotly.js was put into the HTML of a figure of this process. */
let inlined = false;

/** Where plotly.js comes from: an address, or a file whose text the first figure carries along. */
function plotlySource(alone: boolean): { url?: string; integrity?: string; inline: string } {
  const chosen = environment(variable);
  if (chosen === undefined) {
    return { url: plotlyUrl, integrity: plotlyIntegrity, inline: "" };
  }
  if (/^https?:/i.test(chosen) || !isFile(chosen)) return { url: chosen, inline: "" };
  if (inlined && !alone) return { inline: "" };
  if (!alone) inlined = true;
  const text = Deno.readTextFileSync(chosen).replaceAll(/<(?=\/script|!--)/gi, "\\x3c");
  return { inline: `<script>${text}</script>` };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * What runs in the browser. It looks for the figure by its number, since a notebook may run scripts
 * apart from their place, and some before the figure is on the page. Of equal figures each run draws
 * those that no other has. A chart wider than its place gets narrower, as the picture does.
 */
const starter = `function (id, figure, source) {
  const found = () => document.querySelectorAll('.striate-figure[data-figure="' + id + '"]:not([data-live])');
  const load = () => window.Plotly ? Promise.resolve() : window.striatePlotly ??= new Promise((done, fail) => {
    if (!source) return fail();
    const script = document.createElement("script");
    script.src = source.url;
    if (source.integrity) {
      script.integrity = source.integrity;
      script.crossOrigin = "anonymous";
    }
    script.onload = done;
    script.onerror = () => { window.striatePlotly = undefined; fail(); };
    document.head.append(script);
  });
  // The tools stand below the chart, where they cover nothing, and hide until someone points at it.
  const lower = (chart) => {
    const tools = chart.querySelector(".modebar-container");
    if (!tools) return;
    tools.style.cssText = "position:relative;height:26px;opacity:0;transition:opacity .2s";
    chart.append(tools);
    const show = (opacity) => () => { tools.style.opacity = opacity; };
    chart.addEventListener("pointerenter", show(1));
    chart.addEventListener("pointerleave", show(0));
    chart.addEventListener("focusin", show(1));
    chart.addEventListener("focusout", show(0));
  };
  const draw = (place) => {
    place.dataset.live = "";
    const chart = document.createElement("div");
    place.append(chart);
    const own = JSON.parse(JSON.stringify(figure)), room = place.clientWidth;
    if (room >= 300 && own.layout.width > room) own.layout.width = room;
    return window.Plotly.newPlot(chart, own).then(
      () => { place.querySelector("img")?.remove(); lower(chart); },
      () => chart.remove(),
    );
  };
  const start = (tries) => {
    const places = found();
    if (places.length > 0) load().then(() => found().forEach(draw), () => {});
    else if (tries > 0) setTimeout(start, 100, tries - 1);
  };
  start(50);
}`;
