import { oneOf, required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { where } from "../../tensor/combine.ts";
import { dropoutRate } from "../../tensor/functions/settings.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

/** Settings of stochasticDepth. */
export interface StochasticDepthOptions extends LayerOptions {
  /** What is dropped together: each example by itself ("row", the default), or the whole "batch". */
  readonly mode?: "row" | "batch";
}

const schema = { rate: required(dropoutRate), mode: oneOf(["row", "batch"], "row") };

const type = defineLayer<Values<typeof schema>>({
  type: "stochasticDepth",
  schema,
  call: ([x], _, { rate, mode }, { training, random }) => {
    if (!training || rate === 0) return x!;
    const lots = random(x!.shape.map((d, axis) => axis === 0 && mode === "row" ? d : 1));
    return x!.mul(where(lots.greaterEqual(rate), 1 / (1 - rate), 0));
  },
  pointwise: true,
  role: "normalization",
  words: ({ rate, mode }) => `stochastic depth ${rate}${mode === "row" ? "" : ", by batch"}`,
});

/**
 * In training, drops all of an example with probability `rate` and has the others grow by
 * 1 / (1 - rate); inference needs no change. At the end of a residual branch, before the sum, it has the
 * network skip the branch: torchvision's StochasticDepth. Source: Huang et al. 2016, arXiv 1603.09382.
 */
export function stochasticDepth(rate: number, given: StochasticDepthOptions = {}): Layer {
  return makeLayer(type, given, { rate });
}
