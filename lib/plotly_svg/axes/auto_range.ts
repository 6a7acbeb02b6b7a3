import { fillOf } from "../traces/scatter.ts";
import { pngSize } from "../png.ts";
import { barsOf } from "../traces/bar_places.ts";
import { each, extentOf, isList, type Json, jsonAt, numberAt, textAt } from "../json.ts";
import { type Axis, lengthOf, linear } from "./axis.ts";
import {
  cellCenters,
  cellEdges,
  type DrawnTrace,
  type DrawnTraces,
  hasMode,
  positions,
  tableSize,
} from "../traces/trace.ts";

/** What a trace asks of an axis. */
interface Reach {
  readonly low: number;
  readonly high: number;
  /** Whether a twentieth of the axis stays free at the ends. */
  readonly padded?: boolean;
  /** Whether zero is on the axis, at its end if all values are on one side. */
  readonly zero?: boolean;
  /** Pixels that also stay free, for markers. */
  readonly extra?: number;
}

/** The range of an axis when the layout gives none: the smallest with space for all traces. */
export function autoRange(axis: Axis, traces: DrawnTraces, layout: Json): [number, number] {
  const reaches = traces.flatMap((trace) => reachOf(trace, axis, traces, layout));
  const rangeMode = textAt(axis.layout, "rangemode", "normal");
  const zero = axis.type === "linear" &&
    (rangeMode !== "normal" || reaches.some((reach) => reach.zero));
  const extent = extentOf(reaches.flatMap((reach) => [reach.low, reach.high]));
  if (extent === undefined) {
    if (axis.type === "log") return [0, 1];
    return axis.letter === "x" ? [-1, 6] : [-1, 4];
  }
  let [low, high] = extent;
  if (zero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low === high && (!zero || low === 0)) return [low - 1, high + 1];
  const length = lengthOf(axis) || 400;
  const pads = (end: "low" | "high", edge: number) =>
    reaches.reduce((most, reach) => {
      const pad = (reach.padded ? 0.05 * length : 0) + (reach.extra ?? 0);
      // A point far from the end leaves space enough.
      const inner = Math.abs(reach[end] - edge) / (high - low) * length;
      return Math.max(most, pad - inner);
    }, 0);
  const below = zero && low === 0 ? 0 : pads("low", low);
  const above = zero && high === 0 ? 0 : pads("high", high);
  const unit = (high - low) / Math.max(length / 10, length - below - above);
  return [low - below * unit, high + above * unit];
}

function reachOf(trace: DrawnTrace, axis: Axis, traces: DrawnTraces, layout: Json): Reach[] {
  if (trace.type === "bar") return barReach(trace, axis, traces, layout);
  return trace.type.startsWith("scatter") ? scatterReach(trace, axis) : tableReach(trace, axis);
}

function scatterReach(trace: DrawnTrace, axis: Axis): Reach[] {
  const { json } = trace;
  const values = positions(trace).map((point) => point[axis.letter === "x" ? 0 : 1]);
  const extent = extentOf(values);
  if (extent === undefined) return [];
  const fill = fillOf(trace);
  const tight = axis.letter === "x" && (fill === "tozeroy" || fill === "tonexty" ||
    !hasMode(json, "markers") && !hasMode(json, "text"));
  const zero = fill === `tozero${axis.letter}`;
  const padded = !tight;
  const reach = (low: number, high: number, extra: number) => ({ low, high, padded, zero, extra });
  if (tight || !hasMode(json, "markers")) return [reach(...extent, 0)];
  const marker = jsonAt(json, "marker");
  if (!isList(marker.size)) return [reach(...extent, markerSpace(marker, 0))];
  return values.flatMap((value, i) =>
    Number.isFinite(value) ? [reach(value, value, markerSpace(marker, i))] : []
  );
}

/** Pixels that stay free beyond a marker's middle: a little more than it needs. */
function markerSpace(marker: Json, i: number): number {
  const size = Number(each(marker.size, i) ?? 6);
  const scaled = isList(marker.size) ? size / numberAt(marker, "sizeref", 1) : size;
  const space = isList(marker.size) && marker.sizemode === "area"
    ? Math.sqrt(scaled / 1.6)
    : scaled / 1.6;
  return Math.max(space, 3);
}

function barReach(trace: DrawnTrace, axis: Axis, traces: DrawnTraces, layout: Json): Reach[] {
  const bars = barsOf(trace, traces, layout);
  if ((trace.json.orientation === "h") === (axis.letter === "y")) {
    // A place for each bar as wide as the distance between bars, gaps included.
    const at = extentOf(bars.map(({ center }) => center));
    const reach = Math.max(...bars.map(({ slot }) => slot)) / 2;
    return at === undefined ? [] : [{ low: at[0] - reach, high: at[1] + reach }];
  }
  const extent = extentOf(bars.flatMap(({ from, to }) => [linear(axis, from), linear(axis, to)]));
  if (extent === undefined) return [];
  return [{ low: extent[0], high: extent[1], padded: true, zero: trace.json.base === undefined }];
}

function tableReach({ json, type }: DrawnTrace, axis: Axis): Reach[] {
  const { rows, columns } = type === "image" ? imageSize(json) : tableSize(json);
  const count = axis.letter === "x" ? columns : rows;
  const places = type === "contour" ? cellCenters : cellEdges;
  const extent = count === 0 ? undefined : extentOf(places(json, axis, count));
  return extent === undefined ? [] : [{ low: extent[0], high: extent[1] }];
}

/** The size of an image trace, in its own pixels. */
export function imageSize(json: Json): { rows: number; columns: number } {
  const size = pngSize(textAt(json, "source", ""));
  return {
    rows: size?.height ?? numberAt(json, "height", 0),
    columns: size?.width ?? numberAt(json, "width", 0),
  };
}
