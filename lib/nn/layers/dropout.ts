import { required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { dropout as dropoutOf } from "../../tensor/functions/dropout.ts";
import { dropoutRate } from "../../tensor/functions/settings.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

const schema = { rate: required(dropoutRate) };

const type = defineLayer<Values<typeof schema>>({
  type: "dropout",
  schema,
  call: ([x], _, { rate }, { training, random }) =>
    training && rate > 0 ? dropoutOf(x!, rate, { noise: random(x!.shape) }) : x!,
  pointwise: true,
  role: "normalization",
  words: ({ rate }) => `dropout ${rate}`,
});

/**
 * In training, each number is dropped with probability `rate` and the others grow by 1 / (1 - rate),
 * so that inference needs no change. Source: Srivastava et al., JMLR 15, 2014.
 */
export function dropout(rate: number, given: LayerOptions = {}): Layer {
  return makeLayer(type, given, { rate });
}
