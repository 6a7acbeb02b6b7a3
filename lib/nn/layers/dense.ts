import { dense as denseOf } from "../../tensor/functions/dense.ts";
import {
  glorotUniform,
  type Initializer,
  type InitializerLike,
  initializerOf,
  zeros,
} from "../initializer.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkCount, checkOptions, type LayerOptions } from "./options.ts";

/** Settings of layers with a kernel and a bias. */
export interface KernelOptions extends LayerOptions {
  /** Whether a bias is added; true by default. */
  readonly bias?: boolean;
  /** First values of the kernel; glorotUniform by default. */
  readonly kernelInitializer?: InitializerLike;
  /** First values of the bias; zeros by default. */
  readonly biasInitializer?: InitializerLike;
}

/** The settings of a kernel and a bias with their defaults. */
export interface KernelConfig extends Readonly<Record<string, unknown>> {
  readonly bias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
}

/** Options by name, for {@linkcode checkOptions}. */
export const kernelOptions = ["bias", "kernelInitializer", "biasInitializer"] as const;

/** Fills in the defaults of {@linkcode KernelOptions}. */
export function kernelConfig(options: KernelOptions): KernelConfig {
  return {
    bias: options.bias ?? true,
    kernelInitializer: initializerOf(options.kernelInitializer ?? glorotUniform()),
    biasInitializer: initializerOf(options.biasInitializer ?? zeros()),
  };
}

/** Every output from every input: x · kernel + bias over the last axis. */
export const denseType = defineLayer<KernelConfig & { readonly units: number }>({
  type: "dense",
  weights: ({ units, bias, kernelInitializer, biasInitializer }, [shape]) => {
    if (shape!.length === 0) throw new TypeError("expected at least one axis besides the batch");
    return {
      kernel: { shape: [shape!.at(-1)!, units], initializer: kernelInitializer },
      ...bias ? { bias: { shape: [units], initializer: biasInitializer } } : {},
    };
  },
  call: ([x], { kernel, bias }) => denseOf(x!, kernel!, bias),
});

/** A dense layer of `units` outputs: see {@linkcode LayerMethods.dense}. */
export function dense(units: number, options: KernelOptions = {}): Layer {
  checkOptions("dense", options, kernelOptions);
  const config = { units: checkCount(units, "dense: units"), ...kernelConfig(options) };
  return new Layer(denseType, config, options.name);
}
