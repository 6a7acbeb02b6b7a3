import { positiveInteger, required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { normal } from "../initializer.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

const schema = { units: required(positiveInteger()) };

const type = defineLayer<Values<typeof schema>>({
  type: "radialBasis",
  schema,
  weights: ({ units }, [shape]) => {
    if (shape!.length !== 1) throw new TypeError("expected vectors; flatten the input first");
    return { centers: { shape: [shape![0]!, units], initializer: normal(1), trainable: false } };
  },
  call: ([x], { centers }) => x!.expandDims(-1).sub(centers!).square().sum(1).neg(),
  role: "dense",
});

/**
 * Minus the squared distance to each of `units` centres: [n] to [units]. The weight `centers`
 * [n, units] is not learnt; give it a value by `model.weight("….centers").assign(…)`. As logits, the
 * nearest centre is the most probable. Source: LeCun et al. 1998, section II-B.
 */
export function radialBasis(units: number, given: LayerOptions = {}): Layer {
  return makeLayer(type, given, { units });
}
