import { formatWith } from "./number_format.ts";
import { type Json, listAt, numberAt, textAt } from "../json.ts";
import { type Axis, lengthOf, linear, pixelOf } from "./axis.ts";
import { measureText } from "../svg/text.ts";
import { linearTicks, logTicks, type Tick } from "./tick_steps.ts";

/** The ticks of an axis: those of the layout, or round numbers. */
export function axisTicks(axis: Axis, fontSize: number): Tick[] {
  const [low, high] = axis.range;
  const inside = ({ at }: Tick) => {
    const part = (at - low) / (high - low);
    return part > -1e-6 && part < 1 + 1e-6;
  };
  return decorated(axis.layout, allTicks(axis, fontSize).filter(inside), axis.type === "log");
}

function allTicks(axis: Axis, fontSize: number): Tick[] {
  const { layout, range } = axis;
  const values = listAt(layout, "tickvals");
  if (values !== undefined && textAt(layout, "tickmode", "array") === "array") {
    const texts = listAt(layout, "ticktext");
    return Array.from(values, (value, i) => ({
      at: linear(axis, value),
      text: String(texts?.[i] ?? (typeof value === "number" ? listLabel(value) : value)),
    })).filter(({ at }) => Number.isFinite(at));
  }
  const length = lengthOf(axis);
  const asked = numberAt(layout, "nticks", 0);
  const distance = axis.letter === "x" ? 80 : 40;
  const count = asked > 0 ? asked : Math.min(9, Math.max(4, length / distance)) + 1;
  const step = numberAt(layout, "dtick", 0), first = numberAt(layout, "tick0", 0);
  if (axis.type === "category") {
    const rough = Math.abs(range[1] - range[0]) * 1.2 * fontSize / length;
    const every = step > 0 ? step : Math.max(1, Math.ceil(rough));
    return axis.categories.map((text, at) => ({ at, text })).filter(({ at }) => at % every === 0);
  }
  const format = textAt(layout, "exponentformat", "") === "power" ? "power" : "letter";
  if (axis.type === "log") {
    const digits = textAt(layout, "dtick", "");
    const asked = step > 0 ? step : digits === "D1" || digits === "D2" ? digits : undefined;
    return logTicks(range, count, format, asked);
  }
  return linearTicks(range, count, step > 0 ? step : undefined, first, format);
}

const listLabel = (value: number) => {
  const [tick] = linearTicks([value, value + 1], 1, 1, value);
  return Number.isInteger(value) && tick !== undefined
    ? tick.text
    : String(value).replace("-", "\u2212");
};

/** With the format, prefix and suffix that the layout asks for. */
function decorated(layout: Json, ticks: Tick[], log: boolean): Tick[] {
  const format = textAt(layout, "tickformat", "");
  const prefix = textAt(layout, "tickprefix", ""), suffix = textAt(layout, "ticksuffix", "");
  const listed = listAt(layout, "ticktext") !== undefined;
  return ticks.map((tick) => ({
    ...tick,
    text: prefix +
      (format !== "" && !listed ? formatWith(format, log ? 10 ** tick.at : tick.at) : tick.text) +
      suffix,
  }));
}

/** Degrees by which the labels are turned: as the layout says, or so that they do not overlap. */
export function labelAngle(axis: Axis, ticks: readonly Tick[], fontSize: number): number {
  const given = axis.layout.tickangle;
  if (typeof given === "number") return given;
  if (axis.letter === "y" || ticks.length < 2) return 0;
  const places = ticks.map(({ at }) => pixelOf(axis, at));
  const widths = ticks.map(({ text }) => measureText(text, fontSize).width);
  let space = Infinity, crowded = false;
  for (let i = 1; i < places.length; i++) {
    const distance = Math.abs(places[i]! - places[i - 1]!);
    space = Math.min(space, distance);
    if (distance < (widths[i]! + widths[i - 1]!) / 2 + 2) crowded = true;
  }
  if (!crowded) return 0;
  return space * Math.sin(Math.PI / 6) > fontSize * 1.1 ? 30 : 90;
}
