import { formatShape, normalizeAxis } from "../../core/shape.ts";
import type { Node } from "../../graph/node.ts";
import { add as addNodes, multiply as multiplyNodes } from "../../graph/ops/elementwise.ts";
import { concatenate as concatenateNodes } from "../../graph/ops/layout.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkOptions, type LayerOptions } from "./options.ts";

/** Folds several inputs; a lower rank broadcasts over the axes after the batch, as [c] over [h, w, c]. */
function merging(op: (a: Node, b: Node) => Node) {
  return (inputs: readonly Node[]): Node => inputs.reduce((a, b) => op(...alignBatch(a, b)));
}

function alignBatch(a: Node, b: Node): [Node, Node] {
  if (a.shape.length === b.shape.length) return [a, b];
  throw new TypeError(
    `expected inputs of one rank, found ${formatShape(a.shape)} and ${
      formatShape(b.shape)
    }; reshape one of them first`,
  );
}

/** The sum of the inputs, element by element. */
export const addType = defineLayer({ type: "add", call: merging(addNodes) });

/** The product of the inputs, element by element. */
export const multiplyType = defineLayer({ type: "multiply", call: merging(multiplyNodes) });

/** The inputs one after another along an axis. */
export const concatenateType = defineLayer<{ readonly axis: number }>({
  type: "concatenate",
  call: (inputs, _, { axis }) => {
    const rank = inputs[0]!.shape.length - 1;
    return concatenateNodes(inputs, 1 + normalizeAxis(axis, rank, "concatenate"));
  },
});

/** Addition: see {@linkcode SymbolicValue.add}. */
export function add(options: LayerOptions = {}): Layer {
  return new Layer(addType, checkOptions("add", options, []), options.name);
}

/** Multiplication: see {@linkcode SymbolicValue.multiply}. */
export function multiply(options: LayerOptions = {}): Layer {
  return new Layer(multiplyType, checkOptions("multiply", options, []), options.name);
}

/** Concatenation along an axis counted without the batch: see {@linkcode SymbolicValue.concatenate}. */
export function concatenate(axis = -1, options: LayerOptions = {}): Layer {
  checkOptions("concatenate", options, []);
  return new Layer(concatenateType, { axis }, options.name);
}
