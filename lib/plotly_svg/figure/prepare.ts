import { colorway } from "../color/colors.ts";
import type { Axes } from "../axes/axis.ts";
import { findAxes, flatTypes } from "../axes/figure_axes.ts";
import { isList, type Json, numberAt, textAt, titleOf } from "../json.ts";
import type { Size } from "../svg/element.ts";
import { type Font, plainLines } from "../svg/text.ts";
import type { DrawnTrace, DrawnTraces, NamedTrace } from "../traces/trace.ts";

/** The size of a figure, in pixels. */
export function figureSize(layout: Json): Size {
  return { width: numberAt(layout, "width", 700), height: numberAt(layout, "height", 450) };
}

/** The text of a figure for those who see no picture. */
export function titleText(layout: Json): string {
  return plainLines(titleOf(layout)).join(" ");
}

/** A figure that is looked through: its traces that are seen, and the axes that they lie on. */
export interface Prepared {
  readonly layout: Json;
  readonly size: Size;
  /** The font of all texts that have none of their own. */
  readonly font: Font;
  /** The traces that are seen. */
  readonly visible: readonly Json[];
  readonly axes: Axes;
  /** The colours of successive traces. */
  readonly colors: readonly string[];
  /** The traces on two axes. */
  readonly traces: DrawnTraces;
  /** Those of which the legend may tell. */
  readonly named: readonly NamedTrace[];
}

/** Looks through a figure. */
export function prepare(data: readonly Json[], layout: Json): Prepared {
  const font = {
    size: numberAt(layout, "font.size", 12),
    color: textAt(layout, "font.color", "#444444"),
    bold: false,
  };
  const visible = data.filter(({ visible }) => visible !== false && visible !== "legendonly");
  const axes = findAxes(layout, visible);
  const colors = isList(layout.colorway) ? Array.from(layout.colorway, String) : colorway;
  const all = data.map((json, i): NamedTrace => ({
    json,
    type: String(json.type),
    color: colors[i % colors.length]!,
  })).filter(({ json }) => visible.includes(json));
  const traces = all.flatMap((trace): DrawnTrace[] => {
    const { json, type } = trace;
    if (!flatTypes.has(type)) return [];
    const x = axes.get(textAt(json, "xaxis", "x")), y = axes.get(textAt(json, "yaxis", "y"));
    return x !== undefined && y !== undefined ? [{ ...trace, x, y }] : [];
  });
  const named = all.filter(({ type }) => flatTypes.has(type) || type === "scatter3d");
  return { layout, size: figureSize(layout), font, visible, axes, colors, traces, named };
}
