import { oneOf, positiveInteger } from "./option_kinds.ts";
import type { Schema } from "./options.ts";

/**
 * Constants of each channel, or one for all, in units of pixel / 255. The device computes
 * `(x / 255 - mean) / standardDeviation` on uint8 images.
 */
export interface Normalization {
  /** The mean of each channel, from 0 to 1. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel, above 0. */
  readonly standardDeviation: readonly number[];
}

/** How images are prepared for a network. */
export interface Preprocessing {
  /** The shorter side after scaling, in pixels; undefined where images are taken as they are. */
  readonly resize?: number;
  /** Side of the square cut out of the middle, in pixels. */
  readonly crop?: number;
  /** Order of the channels that the weights expect. */
  readonly channels: "rgb" | "bgr" | "gray";
  /** Constants of each channel, in the order of `channels`. */
  readonly normalization: Normalization;
}

/** The options of a preprocessing but the normalization, as far as they are known. */
export const preprocessingSchema = {
  resize: positiveInteger(),
  crop: positiveInteger(),
  channels: oneOf(["rgb", "bgr", "gray"]),
} satisfies Schema<Partial<Omit<Preprocessing, "normalization">>>;
