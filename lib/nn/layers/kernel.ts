import type { Shape } from "../../core/shape.ts";
import { checkedBy, flag } from "../../core/option_kinds.ts";
import type { Schema, Values } from "../../core/options.ts";
import {
  type Fans,
  glorotUniform,
  type InitializerLike,
  initializerOf,
  zeros,
} from "../initializer.ts";
import type { WeightType } from "../weight.ts";
import type { LayerOptions } from "./layer_options.ts";

/** Settings of layers with a kernel and a bias. */
export interface KernelOptions extends LayerOptions {
  /** Whether a bias is added; true by default. */
  readonly bias?: boolean;
  /** First values of the kernel; glorotUniform by default. */
  readonly kernelInitializer?: InitializerLike;
  /** First values of the bias; zeros by default. */
  readonly biasInitializer?: InitializerLike;
}

/** An initializer as an option. */
export const initializerOption = (fallback: InitializerLike) =>
  checkedBy<InitializerLike, InitializerLike>(initializerOf, fallback);

/** The options of layers with a kernel and a bias. */
export const kernelSchema = {
  bias: flag(true),
  kernelInitializer: initializerOption(glorotUniform()),
  biasInitializer: initializerOption(zeros()),
} satisfies Schema<Omit<KernelOptions, "name">>;

/** A kernel of `shape` and `fans`, and a bias for each of the outputs if there is to be one. */
export function kernelWeights(
  shape: Shape,
  outputs: number,
  { bias, kernelInitializer, biasInitializer }: Values<typeof kernelSchema>,
  fans?: Fans,
): Record<string, WeightType> {
  return {
    kernel: {
      shape,
      initializer: kernelInitializer,
      ...fans && { fans },
      stored: { pytorch: "weight", order: "kernel" },
    },
    ...bias ? { bias: { shape: [outputs], initializer: biasInitializer } } : {},
  };
}
