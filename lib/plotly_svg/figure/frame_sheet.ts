import { figureSize, prepare } from "./prepare.ts";
import { type Drawing, drawStill } from "./still_figure.ts";
import { figureTitle } from "../axes/draw_axis.ts";
import { element, rect, short } from "../svg/element.ts";
import { type Legend, legendOf } from "./legend.ts";
import {
  type FigureJson,
  type FrameJson,
  isList,
  type Json,
  mergeJson,
  numberAt,
  textAt,
} from "../json.ts";
import { drawText } from "../svg/text.ts";

/** So many steps are drawn at most, if the figure does not say how many. */
const mostSteps = 12;

/** Steps in a row, for each number of them; of more there are four. */
const usualColumns = [1, 1, 2, 3, 2, 3, 3];

/** All steps of a figure that moves, or twelve evenly chosen, each smaller and with its name. */
export function drawSteps({ data, layout: given, frames }: Required<FigureJson>): Drawing {
  const count = Math.min(numberAt(given, "meta.steps", mostSteps), frames.length);
  const last = frames.length - 1, between = Math.max(1, count - 1);
  const chosen = Array.from({ length: count }, (_, i) => frames[Math.round(i * last / between)]!);
  const legend = sharedLegend(data, given, chosen);
  const layout = legend === undefined ? given : withoutLegend(given);
  const { width } = figureSize(layout);
  const asked = numberAt(layout, "meta.columns", 0);
  const columns = asked > 0 ? Math.min(asked, count) : usualColumns[count] ?? 4;
  const rows = Math.ceil(count / columns);
  const font = { size: 12, color: textAt(layout, "font.color", "#444444"), bold: false };
  const { text: title, font: titleFont } = figureTitle(layout, font);
  const head = title === "" ? 4 : 34, label = 20;
  // The sheet is at least as wide as the figure, and wider where steps in a row were asked for.
  const sheet = Math.max(width, Math.min(columns * width, asked > 0 ? 1400 : 900));
  // Drawn as small as they are shown, letters would fill the steps; shrunk from the full size, none
  // could be read.
  const trimmed = sized(layout, Math.max(sheet / columns, 0.6 * width) / width, title !== "");
  const cut = figureSize(trimmed);
  const scale = Math.min(1, sheet / columns / cut.width);
  const cell = { width: sheet / columns, height: cut.height * scale + label };
  // A title that all steps share stands above them, once.
  const frameLayout = ({ layout = {} }: { readonly layout?: Json }): Json => {
    const { title: own, ...rest } = layout;
    return textAt(layout, "title.text", "") === title ? rest : { ...rest, title: own };
  };
  const inside = chosen.map((frame, i) => {
    const own = mergeJson(trimmed, frameLayout(frame));
    const still = legend === undefined ? own : { ...own, showlegend: false };
    const step = drawStill(framed(data, frame), still, `step${i}-`);
    const x = (i % columns) * cell.width, y = head + Math.floor(i / columns) * cell.height;
    return drawText(frame.name, { x: x + cell.width / 2, y: y + label / 2 + 2 }, font) +
      element("svg", {
        x: x + (cell.width - cut.width * scale) / 2,
        y: y + label,
        width: cut.width * scale,
        height: cut.height * scale,
        viewBox: `0 0 ${short(cut.width)} ${short(cut.height)}`,
      }, step.inside);
  }).join("");
  const size = {
    width: sheet + (legend?.width ?? 0),
    height: Math.max(head + rows * cell.height, head + label + (legend?.height ?? 0)),
  };
  return {
    ...size,
    inside: rect({ x: 0, y: 0, ...size }, { fill: textAt(layout, "paper_bgcolor", "#ffffff") }) +
      (title === "" ? "" : drawText(title, { x: sheet / 2, y: head / 2 }, titleFont)) + inside +
      (legend?.draw({ x: sheet, y: head + label, width: 0, height: 0 }) ?? ""),
  };
}

/** The legend of all steps, if there is a step that has the names of every other. */
function sharedLegend(
  data: readonly Json[],
  layout: Json,
  frames: readonly FrameJson[],
): Legend | undefined {
  const beside = { legend: { x: 0, y: 1, xanchor: "left", yanchor: "top", orientation: "v" } };
  const legends = frames.flatMap((frame) => {
    const own = mergeJson(mergeJson(layout, frame.layout ?? {}), beside);
    const { named, font } = prepare(framed(data, frame), own);
    return legendOf(named, own, font) ?? [];
  });
  const all = new Set(legends.flatMap(({ names }) => names));
  return legends.find(({ names }) => [...all].every((name) => names.includes(name)));
}

/** A layout with no space at the right for a legend. */
function withoutLegend(layout: Json): Json {
  const right = numberAt(layout, "margin.r", 80), left = Math.min(right, 24);
  return mergeJson(layout, {
    width: figureSize(layout).width - right + left,
    showlegend: false,
    margin: { r: left },
  });
}

/** The traces of a step: those that it names are replaced, property by property. */
function framed(data: readonly Json[], frame: FrameJson): Json[] {
  const places = isList(frame.traces)
    ? Array.from(frame.traces, Number)
    : frame.data.map((_, i) => i);
  const result = [...data];
  frame.data.forEach((trace, i) => {
    const at = places[i]!;
    result[at] = mergeJson(result[at] ?? {}, trace);
  });
  return result;
}

/** The layout of one step: smaller by a factor, with no slider, and no space for one. */
function sized(layout: Json, factor: number, titled: boolean): Json {
  const { sliders, updatemenus: _, title: __, ...still } = layout;
  const { width, height } = figureSize(layout);
  const slides = isList(sliders) && sliders.length > 0;
  const b = numberAt(layout, "margin.b", 80), t = numberAt(layout, "margin.t", 100);
  const below = slides ? Math.max(0, b - 50) : 0, above = titled ? Math.max(0, t - 24) : 0;
  const size = { width: width * factor, height: (height - below - above) * factor };
  return mergeJson({ ...still, ...size }, { margin: { b: b - below, t: t - above } });
}
