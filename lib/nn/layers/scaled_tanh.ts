import { defineLayer, type Layer } from "../layer.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

const type = defineLayer({
  type: "scaledTanh",
  schema: {},
  call: ([x]) => x!.mul(2 / 3).tanh().mul(1.7159),
  pointwise: true,
  role: "activation",
});

/**
 * 1.7159 tanh(2/3 x), which takes 1 to 1 and -1 to -1, where it bends most. Source: LeCun et al.
 * 1998, "Gradient-based learning applied to document recognition", appendix A.
 */
export function scaledTanh(given: LayerOptions = {}): Layer {
  return makeLayer(type, given);
}
