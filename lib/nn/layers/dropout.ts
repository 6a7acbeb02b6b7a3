import { compare, multiply, select } from "../../graph/ops/elementwise.ts";
import { literal } from "../../graph/ops/generate.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkOptions, type LayerOptions } from "./options.ts";

/**
 * In training, each number is dropped with probability `rate` and the others grow by 1 / (1 - rate),
 * so that inference needs no change. Source: Srivastava et al., JMLR 15, 2014.
 */
export const dropoutType = defineLayer<{ readonly rate: number }>({
  type: "dropout",
  call: ([x], _, { rate }, context) => {
    if (!context.training || rate === 0) return x!;
    const kept = compare("greaterOrEqual", context.random(x!.shape), literal(rate));
    const factor = select(kept, literal(1 / (1 - rate), x!.shape), literal(0, x!.shape));
    return multiply(x!, factor);
  },
});

/** Dropout: see {@linkcode LayerMethods.dropout}. */
export function dropout(rate: number, options: LayerOptions = {}): Layer {
  checkOptions("dropout", options, []);
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`dropout: rate: expected at least 0 and less than 1, found ${rate}`);
  }
  return new Layer(dropoutType, { rate }, options.name);
}
