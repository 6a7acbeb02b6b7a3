import type { Json } from "../../plotly_svg/mod.ts";
import type { FigureData, Trace } from "../figure_data.ts";
import { labelSize, placeLabels } from "./label_places.ts";
import { faint } from "./layout.ts";

/** The name of the notes, by which they are found again. */
const noteName = "disc label";

/**
 * A figure with the names of its discs beside them, for a plot of this size in pixels: the trace whose
 * `meta.discLabels` is true has them. A panel is smaller than its figure, so that its names are placed
 * anew.
 */
export function labelDiscs(figure: FigureData, width: number, height: number): FigureData {
  const { data, layout = {} } = figure;
  const trace = data.find(({ meta }) => (meta as Json | undefined)?.discLabels === true);
  const x = along(trace, layout.xaxis as Json, "x"), y = along(trace, layout.yaxis as Json, "y");
  if (trace === undefined || x === undefined || y === undefined) return figure;
  const names = trace.text as string[], { size } = trace.marker as { size: number[] };
  const discs = names.map((name, i) => ({
    x: x.shares[i]! * width,
    y: y.shares[i]! * height,
    radius: size[i]! / 2,
    name,
  }));
  const labels = placeLabels(discs, { width, height }).flatMap((place, i): Json[] => {
    if (place === undefined) return [];
    const dx = Math.round(place.dx), dy = Math.round(place.dy);
    const look = place.leader
      ? { arrowhead: 0, arrowwidth: 1, arrowcolor: faint, standoff: size[i]! / 2, ax: dx, ay: -dy }
      : { xshift: dx, yshift: dy };
    return [{
      name: noteName,
      text: names[i]!,
      x: x.values[i]!,
      y: y.values[i]!,
      xref: "x",
      yref: "y",
      xanchor: "center",
      yanchor: "middle",
      borderpad: 0,
      font: { size: labelSize },
      showarrow: place.leader,
      ...look,
    }];
  });
  const notes = (layout.annotations ?? []) as Json[];
  const others = notes.filter(({ name }) => name !== noteName);
  return { data, layout: { ...layout, annotations: [...others, ...labels] } };
}

/** Numbers as an axis counts them (powers of ten on a logarithmic one), and how far along it. */
function along(
  trace: Trace | undefined,
  { range, type }: Json = {},
  letter: "x" | "y",
): { readonly values: number[]; readonly shares: number[] } | undefined {
  if (!Array.isArray(range) || trace === undefined) return undefined;
  const numbers = trace[letter] as number[], [from, to] = range as [number, number];
  const values = type === "log" ? numbers.map(Math.log10) : numbers;
  return { values, shares: values.map((value) => (value - from) / (to - from)) };
}
