import { defineLayer, Layer } from "../layer.ts";
import { checkOptions, type LayerOptions } from "./options.ts";

/** 1.7159 tanh(2/3 x): 1 at 1 and -1 at -1, where it bends most. */
export const scaledTanhType = defineLayer({
  type: "scaledTanh",
  call: ([x]) => x!.mul(2 / 3).tanh().mul(1.7159),
});

/**
 * 1.7159 tanh(2/3 x), which takes 1 to 1 and -1 to -1. Source: LeCun et al. 1998, "Gradient-based
 * learning applied to document recognition", appendix A.
 */
export function scaledTanh(options: LayerOptions = {}): Layer {
  return new Layer(scaledTanhType, checkOptions("scaledTanh", options, []), options.name);
}
