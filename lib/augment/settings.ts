/**
 * The kinds of settings that steps share.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { checkedBy, number, oneOf, type Range } from "../core/option_kinds.ts";

/** What every step takes. */
export interface StepOptions {
  /** How often the step is taken, from 0 to 1: at 1 always. */
  readonly probability?: number;
}

/** How pixels between pixels are found. */
export type Interpolation = "nearest" | "bilinear";

/** What is put where no image is: one number from 0 to 255, or one for each channel. */
export type Fill = number | readonly number[];

/** The option of a probability. */
export const probability = (usual = 1) => number({ least: 0, most: 1 }, usual);

/** The option of an interpolation. */
export const interpolation = (usual: Interpolation) => oneOf(["nearest", "bilinear"], usual);

const byte = number({ least: 0, most: 255 });

/** The option of a fill. */
export const fill = <D extends number | undefined = undefined>(usual?: D) =>
  checkedBy<Fill, D>((value, where) => {
    if (!Array.isArray(value)) return byte.read(value, where);
    if (value.length === 1 || value.length === 3) {
      return value.map((one, i) => byte.read(one, `${where}[${i}]`));
    }
    throw new TypeError(
      `${where}: expected a number from 0 to 255, or one for each channel, found ${
        describeValue(value)
      }`,
    );
  }, usual);

/** The fill of each channel; those of a list must be as many as an image has. */
export function fillOf(given: Fill, channels: number, where: string): readonly number[] {
  if (typeof given === "number") return Array.from({ length: channels }, () => given);
  if (given.length === channels) return given;
  throw new TypeError(
    `${where}: fill: expected a number or ${channels} of them, one for each channel, found ` +
      `${given.length}`,
  );
}

/** From the first to the second number, in this order. */
export type Interval = readonly [low: number, high: number];

/** The option of an interval within a range. */
export const interval = <D extends Interval | undefined = undefined>(range: Range, usual?: D) =>
  checkedBy<Interval, D>((value, where) => {
    if (!Array.isArray(value) || value.length !== 2) {
      throw new TypeError(
        `${where}: expected two numbers [low, high], found ${describeValue(value)}`,
      );
    }
    const [low, high] = value.map((one, i) => number(range).read(one, `${where}[${i}]`));
    if (low! <= high!) return [low!, high!];
    throw new RangeError(`${where}: expected the lower number first, found [${low}, ${high}]`);
  }, usual);

/** The option of an interval, or of a number that stands for one around the middle. */
export const spread = <D extends number | undefined = undefined>(
  { alone = {}, between = {} }: { readonly alone?: Range; readonly between?: Range },
  usual?: D,
) =>
  checkedBy<number | Interval, D>(
    (value, where) =>
      typeof value === "number"
        ? number({ least: 0, ...alone }).read(value, where)
        : interval(between).read(value, where),
    usual,
  );

/** The interval that a spread means around 0; `least` cuts it off below. */
export const around = (spread: number | Interval, middle = 0, least = -Infinity): Interval =>
  typeof spread === "number" ? [Math.max(least, middle - spread), middle + spread] : spread;
