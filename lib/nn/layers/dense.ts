import { positiveInteger, required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { dense as denseOf } from "../../tensor/functions/dense.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { type KernelOptions, kernelSchema, kernelWeights } from "./kernel.ts";
import { makeLayer } from "./layer_options.ts";

const schema = { units: required(positiveInteger()), ...kernelSchema };

const type = defineLayer<Values<typeof schema>>({
  type: "dense",
  schema,
  weights: ({ units, ...config }, [shape]) => {
    if (shape!.length === 0) throw new TypeError("expected at least one axis besides the batch");
    return kernelWeights([shape!.at(-1)!, units], units, config);
  },
  call: ([x], { kernel, bias }) => denseOf(x!, kernel!, bias),
  pointwise: true,
  role: "dense",
  words: ({ units }) => `dense ${units}`,
});

/**
 * Every output from every input: [..., n] to [..., units].
 * Weights: kernel [n, units] and bias [units].
 */
export function dense(units: number, given: KernelOptions = {}): Layer {
  return makeLayer(type, given, { units });
}
