import type { Box } from "../svg/element.ts";
import { type Json, textAt } from "../json.ts";
import { type Axes, linear, pixelOf } from "../axes/axis.ts";

/** Places of a note, a shape or an image in pixels, by what its `xref` and `yref` refer to. */
export interface Reference {
  readonly x: Along;
  readonly y: Along;
  /** The box of the axes that it belongs to; undefined if it refers to the whole plot. */
  readonly clip: Box | undefined;
}

/** Places across or up. */
interface Along {
  /** The pixel of a value. */
  at(value: unknown): number;
  /** Pixels of a length. */
  length(value: number): number;
  readonly span: readonly [number, number];
}

/**
 * The reference of an item of the layout; undefined if its axes are not drawn. On logarithmic axes
 * the places of notes and images are powers of ten (`exponents`), those of shapes numbers.
 */
export function referenceOf(
  item: Json,
  axes: Axes,
  plot: Box,
  exponents: boolean,
): Reference | undefined {
  const across = textAt(item, "xref", "x"), up = textAt(item, "yref", "y");
  const x = along(across, axes, plot.x, plot.x + plot.width, exponents);
  const y = along(up, axes, plot.y + plot.height, plot.y, exponents);
  if (x === undefined || y === undefined) return undefined;
  const [left, right] = x.span, [bottom, top] = y.span;
  const onPaper = across === "paper" && up === "paper";
  const clip = { x: left, y: top, width: right - left, height: bottom - top };
  return { x, y, clip: onPaper ? undefined : clip };
}

function along(
  ref: string,
  axes: Axes,
  start: number,
  end: number,
  exponents: boolean,
): Along | undefined {
  const fraction = (from: number, to: number): Along => ({
    at: (value) => from + Number(value) * (to - from),
    length: (value) => Math.abs(value * (to - from)),
    span: [from, to],
  });
  if (ref === "paper") return fraction(start, end);
  const [id, domain] = ref.split(" ");
  const axis = axes.get(id!);
  if (axis === undefined) return undefined;
  if (domain === "domain") return fraction(...axis.pixels);
  return {
    at: (value) =>
      pixelOf(axis, exponents && axis.type === "log" ? Number(value) : linear(axis, value)),
    length: (value) => Math.abs(pixelOf(axis, axis.range[0] + value) - axis.pixels[0]),
    span: axis.pixels,
  };
}
