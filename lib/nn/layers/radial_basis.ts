import { normal } from "../initializer.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkCount, checkOptions, type LayerOptions } from "./options.ts";

/** How near a vector is to each of some centres, which are not learnt. */
export const radialBasisType = defineLayer<{ readonly units: number }>({
  type: "radialBasis",
  weights: ({ units }, [shape]) => {
    if (shape!.length !== 1) throw new TypeError("expected vectors; flatten the input first");
    return {
      centers: { shape: [shape![0]!, units], initializer: normal(1), trainable: false },
    };
  },
  call: ([x], { centers }) => x!.expandDims(-1).sub(centers!).square().sum(1).neg(),
});

/**
 * Minus the squared distance to each of `units` centres: [n] to [units]. The weight `centers`
 * [n, units] is not learnt; give it a value by `model.weight("….centers").assign(…)`. As logits, the
 * nearest centre is the most probable. Source: LeCun et al. 1998, section II-B.
 */
export function radialBasis(units: number, options: LayerOptions = {}): Layer {
  checkOptions("radialBasis", options, []);
  return new Layer(
    radialBasisType,
    { units: checkCount(units, "radialBasis: units") },
    options.name,
  );
}
