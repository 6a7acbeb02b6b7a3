import { broadcastShapes, formatShape, normalizeAxis, sameShape } from "../../core/shape.ts";
import { concatenate as concatenateTensors } from "../../tensor/combine.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkOptions, type LayerOptions } from "./options.ts";

/** Folds several inputs of one rank; axes of size 1 broadcast, as [1, 1, c] over [h, w, c]. */
function merging(op: (a: Tensor, b: Tensor) => Tensor) {
  return (inputs: readonly Tensor[]): Tensor =>
    inputs.reduce((a, b) => {
      const fits = a.shape.length === b.shape.length &&
        broadcastShapes(a.shape, b.shape) !== undefined;
      if (fits) return op(a, b);
      throw new TypeError(
        `expected inputs of one shape (or of size 1 along an axis), found ${describe(a)} and ${
          describe(b)
        }; reshape one of them first`,
      );
    });
}

/** A shape whose batch is left open. */
const describe = (x: Tensor) => formatShape([-1, ...x.shape.slice(1)]);

/** The sum of the inputs, element by element. */
export const addType = defineLayer({ type: "add", call: merging((a, b) => a.add(b)) });

/** The product of the inputs, element by element. */
export const multiplyType = defineLayer({ type: "multiply", call: merging((a, b) => a.mul(b)) });

/** The inputs one after another along an axis. */
export const concatenateType = defineLayer<{ readonly axis: number }>({
  type: "concatenate",
  call: (inputs, _, { axis }) => {
    const [first] = inputs as [Tensor];
    const at = 1 + normalizeAxis(axis, first.shape.length - 1, "concatenate");
    const other = inputs.find(({ shape }) =>
      !sameShape(shape.toSpliced(at, 1), first.shape.toSpliced(at, 1))
    );
    if (other === undefined) return concatenateTensors(inputs, at);
    throw new TypeError(
      `expected inputs whose shapes differ only along axis ${axis}, found ${describe(first)} and ${
        describe(other)
      }`,
    );
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
