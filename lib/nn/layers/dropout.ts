import { dropBelow } from "../../tensor/functions/dropout.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkOptions, type LayerOptions } from "./options.ts";

/**
 * In training, each number is dropped with probability `rate` and the others grow by 1 / (1 - rate),
 * so that inference needs no change. Source: Srivastava et al., JMLR 15, 2014.
 */
export const dropoutType = defineLayer<{ readonly rate: number }>({
  type: "dropout",
  call: ([x], _, { rate }, { training, random }) =>
    training && rate > 0 ? dropBelow(x!, rate, random(x!.shape)) : x!,
});

/** Dropout: see {@linkcode LayerMethods.dropout}. */
export function dropout(rate: number, options: LayerOptions = {}): Layer {
  checkOptions("dropout", options, []);
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`dropout: rate: expected at least 0 and less than 1, found ${rate}`);
  }
  return new Layer(dropoutType, { rate }, options.name);
}
