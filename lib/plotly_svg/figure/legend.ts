import { pointColors } from "../color/palette.ts";
import { type Box, group, line, rect, stroke } from "../svg/element.ts";
import { type Json, jsonAt, numberAt, opacityOf, textAt, titleOf } from "../json.ts";
import { drawMarker } from "../svg/marker.ts";
import { fillOf, lineColor, markerLooks } from "../traces/scatter.ts";
import { drawText, type Font, fontAt, lineHeight, measureText } from "../svg/text.ts";
import { hasMode, type NamedTrace } from "../traces/trace.ts";
import { anchorShare } from "./anchor.ts";

/** Pixels for the mark before a name. */
const markWidth = 40, gap = 10;

/** A legend that is laid out: the names of the traces, each with a mark that looks like it. */
export interface Legend {
  readonly width: number;
  readonly height: number;
  /** Its texts, in their order. */
  readonly names: readonly string[];
  /** Where its left and upper edges are, for a plot at this place. */
  place(plot: Box): { x: number; y: number };
  /** Draws it into a plot at this place. */
  draw(plot: Box): string;
}

const inLegend = ({ json, type }: NamedTrace) =>
  json.visible !== "legendonly" &&
  (/^scatter(gl|3d)?$/.test(type) || type === "bar" || json.showlegend === true);

/** The legend of a figure; undefined if it has none. */
export function legendOf(
  traces: readonly NamedTrace[],
  layout: Json,
  plain: Font,
): Legend | undefined {
  const able = traces.filter(inLegend);
  const items = able.filter(({ json }) => json.showlegend !== false);
  const wanted = layout.showlegend ??
    (able.length > 1 || able.some(({ json }) => json.showlegend === true));
  if (wanted !== true || items.length === 0) return undefined;
  const own = jsonAt(layout, "legend");
  const font = fontAt(own, "font", plain);
  const reversed = /reversed/.test(textAt(own, "traceorder", "")) ||
    own.traceorder === undefined &&
      items.some((trace) =>
        trace.type === "bar" ? layout.barmode === "stack" : fillOf(trace).startsWith("tonext")
      );
  if (reversed) items.reverse();
  const names = items.map(({ json }) =>
    textAt(json, "name", `trace ${traces.findIndex((trace) => trace.json === json)}`)
  );
  const title = titleOf(own), titleSize = measureText(title, font.size, true);
  const sizes = names.map((name) => measureText(name, font.size));
  const flat = own.orientation === "h";
  const rows = sizes.map(({ height }) => Math.max(height, font.size * lineHeight) + 3);
  const titleHeight = title === "" ? 0 : titleSize.height + 4;
  // Side by side all items are as wide as the widest, as in Plotly.
  const cell = Math.max(...sizes.map(({ width }) => width)) + markWidth + 5;
  const places = names.map((_, i) =>
    flat
      ? { x: gap / 2 + i * (cell + 5), y: titleHeight + 4 }
      : { x: 0, y: titleHeight + 4 + rows.slice(0, i).reduce((a, b) => a + b, 0) }
  );
  const width = 3 + Math.max(
    flat ? gap + names.length * (cell + 5) : cell + gap,
    title === "" ? 0 : titleSize.width + gap,
  );
  const height = titleHeight + 8 +
    (flat ? Math.max(...rows) : rows.reduce((a, b) => a + b, 0));
  const place = (plot: Box) => placeOf(own, flat, width, height, plot);
  const draw = (plot: Box) => {
    const { x, y } = place(plot), edge = numberAt(own, "borderwidth", 0);
    const frame = rect({ x, y, width, height }, {
      fill: textAt(own, "bgcolor", textAt(layout, "paper_bgcolor", "#ffffff")),
      ...edge > 0 && stroke(textAt(own, "bordercolor", "#444444"), edge),
    });
    const above = { x: x + 5, y: y + 4 + titleHeight / 2, anchor: "start" } as const;
    const head = title === "" ? "" : drawText(title, above, fontAt(own, "title.font", font));
    const body = items.map((trace, i) => {
      const top = y + places[i]!.y, left = x + places[i]!.x, middle = top + rows[i]! / 2;
      return drawMark(trace, left + 5, middle) +
        drawText(names[i]!, { x: left + markWidth, y: middle, anchor: "start" }, font);
    }).join("");
    return frame + head + body;
  };
  return { width, height, names, place, draw };
}

function placeOf(own: Json, flat: boolean, width: number, height: number, plot: Box) {
  const x = numberAt(own, "x", flat ? 0 : 1.02), y = numberAt(own, "y", flat ? -0.1 : 1);
  const base = own.yref === "container" ? plot.height : plot.y + plot.height;
  const left = anchorShare(textAt(own, "xanchor", "left"), x);
  const above = anchorShare(textAt(own, "yanchor", flat ? "top" : "auto"), 1 - y);
  return { x: plot.x + x * plot.width - left * width, y: base - y * plot.height - above * height };
}

/** A short piece of a trace, 30 pixels wide. */
function drawMark(trace: NamedTrace, x: number, y: number): string {
  const { json } = trace;
  const opacity = opacityOf(json);
  if (!trace.type.startsWith("scatter")) {
    const fill = trace.type === "bar"
      ? pointColors(jsonAt(json, "marker"), trace.color)(0)
      : trace.color;
    return rect({ x: x + 9, y: y - 6, width: 12, height: 12 }, { fill, opacity });
  }
  let text = "";
  if (fillOf(trace) !== "none") {
    const fill = textAt(json, "fillcolor", "");
    const lines = hasMode(json, "lines");
    text += rect({ x, y: lines ? y : y - 6, width: 30, height: lines ? 6 : 12 }, {
      fill: fill === "" ? lineColor(trace) : fill,
      "fill-opacity": fill === "" ? 0.5 : undefined,
    });
  }
  const width = numberAt(json, "line.width", 2);
  if (hasMode(json, "lines") && width > 0) {
    const look = stroke(lineColor(trace), Math.min(10, width), jsonAt(json, "line").dash);
    text += line(x, y, x + 30, y, look);
  }
  if (hasMode(json, "markers")) {
    const { symbol, radius, attributes } = markerLooks(trace)(0);
    const size = Math.min(8, Math.max(1, radius));
    text += drawMarker(symbol, x + 15, y, size, attributes);
  } else if (hasMode(json, "text") && !hasMode(json, "lines")) {
    text += drawText("Aa", { x: x + 15, y }, { size: 12, color: lineColor(trace), bold: false });
  }
  return opacity === undefined ? text : group({ opacity }, text);
}
