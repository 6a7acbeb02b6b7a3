/**
 * The factor and the shift that normalisation learns for each channel.
 *
 * @module
 */
import { flag } from "../../core/option_kinds.ts";
import type { Schema } from "../../core/options.ts";
import type { Shape } from "../../core/shape.ts";
import { epsilonOption } from "../../tensor/functions/settings.ts";
import { constant, zeros } from "../initializer.ts";
import type { WeightType } from "../weight.ts";
import type { LayerOptions } from "./layer_options.ts";

/** Settings of normalisation with a learnt factor and shift. */
export interface NormalizationOptions extends LayerOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly epsilon?: number;
  /** Whether a factor (gamma) is learnt; true by default. */
  readonly scale?: boolean;
  /** Whether a shift (beta) is learnt; true by default. */
  readonly center?: boolean;
}

/** The options of normalisation. */
export const normalizationSchema = {
  epsilon: epsilonOption,
  scale: flag(true),
  center: flag(true),
} satisfies Schema<Omit<NormalizationOptions, "name">>;

/** The number of channels: the last axis. */
export function channelsOf(shape: Shape | undefined): number {
  const channels = shape?.at(-1);
  if (channels === undefined) throw new TypeError("expected at least one axis besides the batch");
  return channels;
}

/** What is learnt for each channel. */
export function affineWeights(
  channels: number,
  { scale, center }: { readonly scale: boolean; readonly center: boolean },
): Record<string, WeightType> {
  const shape = [channels], order = "features";
  return {
    ...scale &&
      { gamma: { shape, initializer: constant(1), stored: { pytorch: "weight", order } } },
    ...center && { beta: { shape, initializer: zeros(), stored: { pytorch: "bias", order } } },
  };
}
