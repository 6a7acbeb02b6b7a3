import { anchorShare } from "./anchor.ts";
import { drawAnnotation } from "./annotation.ts";
import { flatTypes } from "../axes/figure_axes.ts";
import {
  anchorOf,
  crossing,
  drawAxis,
  drawGrid,
  drawZeroLine,
  figureTitle,
} from "../axes/draw_axis.ts";
import { prepare } from "./prepare.ts";
import { type Box, element, group, rect, short, type Size } from "../svg/element.ts";
import { drawLayoutImage } from "./layout_image.ts";
import { type Json, jsonsAt, numberAt, textAt } from "../json.ts";
import { arrange } from "./margins.ts";
import { legendOf } from "./legend.ts";
import { referenceOf } from "./reference.ts";
import type { Axes, Axis } from "../axes/axis.ts";
import { drawShape } from "./shape.ts";
import { drawText, type Font } from "../svg/text.ts";
import { drawScenes, solidTypes } from "../scene/scene.ts";
import { drawTraces } from "../traces/draw_order.ts";
import type { DrawnTraces } from "../traces/trace.ts";

/** A drawn figure without the element around it. */
export interface Drawing extends Size {
  readonly inside: string;
}

/** Draws a figure that does not move. `prefix` keeps names apart where several are in one picture. */
export function drawStill(data: readonly Json[], layout: Json, prefix = ""): Drawing {
  const figure = prepare(data, layout);
  const { size, font, visible, axes, colors, traces, named } = figure;
  const legend = legendOf(named, layout, font);
  const { plot, bars } = arrange(figure, legend);

  const subplots = subplotsOf(axes, traces);
  const paper = rect({ x: 0, y: 0, ...size }, { fill: textAt(layout, "paper_bgcolor", "#ffffff") });
  const ground = subplots.map(({ x, y }) =>
    rect(crossing(x, y), { fill: textAt(layout, "plot_bgcolor", "#ffffff") })
  ).join("");
  const grids = subplots.map(({ x, y }) => {
    const box = crossing(x, y);
    return drawGrid(x, box, font) + drawGrid(y, box, font) + drawZeroLine(x, box) +
      drawZeroLine(y, box);
  }).join("");
  const clips = new Map<string, string>();
  const clipTo = (box: Box, inside: string): string => {
    const key = [box.x, box.y, box.width, box.height].map(short).join(" ");
    const id = clips.getOrInsert(key, `${prefix}clip${clips.size}`);
    return group({ "clip-path": `url(#${id})` }, inside);
  };
  const items = (name: string, layer: "below" | "above", draw: typeof drawShape) =>
    jsonsAt(layout, name).filter((item) => (item.layer === "below") === (layer === "below"))
      .map((item) => {
        const at = referenceOf(item, axes, plot, name === "images");
        if (at === undefined) return "";
        const drawn = draw(item, at);
        return at.clip === undefined || drawn === "" ? drawn : clipTo(at.clip, drawn);
      }).join("");
  const body = [
    items("images", "below", drawLayoutImage),
    items("shapes", "below", drawShape),
    grids,
    ...subplots.map(({ x, y }) => {
      const own = traces.filter((trace) => trace.x === x && trace.y === y);
      const drawn = drawTraces(own, layout, font);
      return clipTo(crossing(x, y), drawn.inside) + drawn.over;
    }),
    drawScenes(visible, layout, plot, font, colors),
    drawUnknown(visible, plot, font),
    items("shapes", "above", drawShape),
    ...[...axes.values()].map((axis) => drawAxis(axis, axisBox(axis, axes, plot), font, size)),
    items("images", "above", drawLayoutImage),
    ...bars.map((bar, i) => bar.draw(plot, `${prefix}scale${i}`)),
    legend?.draw(plot),
    ...jsonsAt(layout, "annotations").map((note) => {
      const at = referenceOf(note, axes, plot, true);
      return at && drawAnnotation(note, at, font);
    }),
    drawTitle(layout, size.width, plot, font),
  ].join("");
  const defs = [...clips].map(([key, id]) => {
    const [x, y, w, h] = key.split(" ");
    return element("clipPath", { id }, element("rect", { x, y, width: w, height: h }));
  }).join("");
  return { ...size, inside: (defs === "" ? "" : `<defs>${defs}</defs>`) + paper + ground + body };
}

/** The pairs of axes that traces lie on; without traces, those that lie at each other. */
function subplotsOf(axes: Axes, traces: DrawnTraces): { x: Axis; y: Axis }[] {
  const pairs = new Map<string, { x: Axis; y: Axis }>();
  for (const { x, y } of traces) pairs.set(`${x.id} ${y.id}`, { x, y });
  const used = new Set(traces.flatMap(({ x, y }) => [x, y]));
  for (const x of axes.values()) {
    const y = axes.get(anchorOf(x));
    if (x.letter === "y" || y === undefined || used.has(x) || used.has(y)) continue;
    pairs.set(`${x.id} ${y.id}`, { x, y });
  }
  return [...pairs.values()];
}

/** The box at whose edge an axis lies. */
function axisBox(axis: Axis, axes: Axes, plot: Box): Box {
  const other = axes.get(anchorOf(axis)) ??
    [...axes.values()].find(({ letter }) => letter !== axis.letter);
  if (other === undefined) return plot;
  return axis.letter === "x" ? crossing(axis, other) : crossing(other, axis);
}

/** The names of kinds of traces that only plotly.js draws. */
function drawUnknown(data: readonly Json[], plot: Box, font: Font): string {
  const types = new Set(data.map(({ type }) => String(type)));
  const unknown = [...types].filter((type) => !flatTypes.has(type) && !solidTypes.has(type));
  if (unknown.length === 0) return "";
  const place = { x: plot.x + plot.width / 2, y: plot.y + plot.height / 2 };
  return rect(plot, { fill: "none", stroke: "#c5ccd6", "stroke-dasharray": "4,4" }) +
    drawText(`${unknown.join(", ")}: drawn live only`, place, font);
}

function drawTitle(layout: Json, width: number, plot: Box, plain: Font): string {
  const { text, font } = figureTitle(layout, plain);
  if (text === "") return "";
  const x = numberAt(layout, "title.x", 0.5);
  const anchor = textAt(layout, "title.xanchor", "auto");
  const side = (["start", "middle", "end"] as const)[2 * anchorShare(anchor, x)]!;
  return drawText(text, { x: x * width, y: plot.y / 2 - font.size / 4, anchor: side }, font);
}
