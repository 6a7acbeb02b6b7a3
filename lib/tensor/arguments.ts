/**
 * What a user names of a tensor's shape, checked and worked out.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { formatShape, normalizeAxis, type Shape } from "../core/shape.ts";

/** One axis or several, counted from the end where negative; left out, all of them. */
export type Axes = number | readonly number[];

/** The axes of a tensor of rank `rank` that are meant, counted from the front. */
export function axisList(axes: Axes | undefined, rank: number, what: string): number[] {
  const list: readonly number[] = axes === undefined
    ? Array.from({ length: rank }, (_, axis) => axis)
    : typeof axes === "number"
    ? [axes]
    : axes;
  if (!Array.isArray(list)) {
    throw new TypeError(
      `${what}: expected axes such as 0 or [0, -1], found ${describeValue(axes)}`,
    );
  }
  return list.map((axis) => normalizeAxis(axis, rank, what));
}

/** The axes of a reduction, whose second argument is often taken for another axis. */
export function reducedAxes(axes: Axes | undefined, keepDimensions: boolean, rank: number) {
  if (typeof keepDimensions === "boolean") return axisList(axes, rank, "axes");
  throw new TypeError(
    "axes: expected one number or a list, and then true or false for keepDimensions, found " +
      `${describeValue([axes, keepDimensions])}`,
  );
}

/** A block of a shape: for each axis the first index, how many, and how far apart. */
export interface Block {
  readonly start: readonly number[];
  readonly size: readonly number[];
  readonly stride: readonly number[];
}

/** The block from `start` (from the end where negative) on; what is left out is all of an axis. */
export function blockOf(
  shape: Shape,
  start: readonly number[],
  size?: readonly number[],
  stride?: readonly number[],
): Block {
  for (const [name, list] of Object.entries({ start, size, stride })) {
    if (list === undefined && name !== "start") continue;
    if (!Array.isArray(list) || list.length > shape.length || !list.every(Number.isInteger)) {
      throw new RangeError(
        `slice: ${name}: expected at most ${shape.length} integers for ${formatShape(shape)}, ` +
          `found ${describeValue(list)}`,
      );
    }
  }
  const steps = shape.map((_, axis) => stride?.[axis] ?? 1);
  const from = shape.map((d, axis) => {
    const s = start[axis] ?? 0;
    return s < 0 ? s + d : s;
  });
  const counts = shape.map((d, axis) =>
    size?.[axis] ?? Math.ceil((d - from[axis]!) / steps[axis]!)
  );
  return { start: from, size: counts, stride: steps };
}

/** A frame's widths: for each axis those before, and those after. */
export function frameOf(widths: readonly (readonly [number, number])[]): [number[], number[]] {
  if (!Array.isArray(widths) || !widths.every(Array.isArray)) {
    throw new TypeError(
      `pad: expected [before, after] for each axis, found ${describeValue(widths)}`,
    );
  }
  return [widths.map((w) => w[0]), widths.map((w) => w[1])];
}
