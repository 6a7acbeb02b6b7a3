import { each, type Json, numberAt, textAt } from "../json.ts";
import { linear } from "../axes/axis.ts";
import { type DrawnTrace, type DrawnTraces, pointCount, valuesOf } from "./trace.ts";

/** One bar. */
export interface Bar {
  /** Its middle across, as an even position. */
  readonly at: number;
  readonly width: number;
  /** The value that it stands for, across. */
  readonly center: number;
  /** The distance from one value to the next. */
  readonly slot: number;
  /** Where it begins, as a value. */
  readonly from: number;
  /** Where it ends, as a value. */
  readonly to: number;
  /** How long it is, as a value. */
  readonly size: number;
}

/** The bars of a trace: side by side with those on the same axes, on them, or behind them. */
export function barsOf(trace: DrawnTrace, all: DrawnTraces, layout: Json): Bar[] {
  const together = all.filter(({ x, y }) => x === trace.x && y === trace.y);
  return placeBars(together, layout).get(trace) ?? [];
}

function placeBars(traces: DrawnTraces, layout: Json): Map<DrawnTrace, Bar[]> {
  const bars = traces.filter(({ type }) => type === "bar");
  const across = (trace: DrawnTrace) => trace.json.orientation === "h" ? trace.y : trace.x;
  const centers = bars.map((trace) => {
    const axis = across(trace);
    return Array.from(
      valuesOf(trace.json, axis.letter, pointCount(trace.json)),
      (value) => linear(axis, value),
    );
  });
  const slot = leastDistance(centers.flat());
  const mode = textAt(layout, "barmode", "group");
  const groups = mode === "group" ? groupsOf(bars) : bars.map(() => 0);
  const count = Math.max(1, ...groups.map((group) => group + 1));
  const gap = numberAt(layout, "bargap", 0.2);
  const share = slot * (1 - gap) / count;
  const inner = share * (1 - numberAt(layout, "bargroupgap", 0));
  const tops = new Map<string, number>();
  const result = new Map<DrawnTrace, Bar[]>();
  bars.forEach((trace, t) => {
    const { json } = trace;
    const letter = across(trace).letter === "x" ? "y" : "x";
    const sizes = valuesOf(json, letter, pointCount(json));
    result.set(
      trace,
      centers[t]!.map((center, i) => {
        const ownWidth = each(json.width, i), ownOffset = each(json.offset, i);
        const width = typeof ownWidth === "number" ? ownWidth : inner;
        const shift = typeof ownOffset === "number"
          ? ownOffset + width / 2
          : (groups[t]! - (count - 1) / 2) * share;
        const size = typeof sizes[i] === "number" ? sizes[i] : NaN;
        const base = each(json.base, i);
        let from = typeof base === "number" ? base : 0;
        if (mode === "stack" || mode === "relative") {
          const key = `${center} ${mode === "relative" && size < 0}`;
          from += tops.get(key) ?? 0;
          if (Number.isFinite(size)) tops.set(key, from + size);
        }
        return { at: center + shift, width, center, slot, from, to: from + size, size };
      }),
    );
  });
  return result;
}

/** Which of the places side by side each trace has: its own, or one with others of its group. */
function groupsOf(bars: DrawnTraces): number[] {
  const seen = new Map<string, number>();
  return bars.map(({ json }, i) =>
    seen.getOrInsert(textAt(json, "offsetgroup", `trace ${i}`), seen.size)
  );
}

/** The least distance between two different values; 1 if there are none. */
function leastDistance(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  let least = Infinity;
  for (let i = 1; i < sorted.length; i++) {
    const distance = sorted[i]! - sorted[i - 1]!;
    if (distance > 0 && distance < least) least = distance;
  }
  return Number.isFinite(least) ? least : 1;
}
