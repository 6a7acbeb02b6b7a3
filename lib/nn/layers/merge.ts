import { broadcastShapes, formatShape, normalizeAxis, sameShape } from "../../core/shape.ts";
import { concatenate as concatenateTensors } from "../../tensor/combine.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { integer, required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

/** Folds several inputs of one rank; axes of size 1 broadcast, as [1, 1, c] over [h, w, c]. */
const folding = (type: string, sign: string, op: (a: Tensor, b: Tensor) => Tensor) =>
  defineLayer({
    type,
    schema: {},
    call: (inputs) =>
      inputs.reduce((a, b) => {
        const fits = a.shape.length === b.shape.length &&
          broadcastShapes(a.shape, b.shape) !== undefined;
        if (fits) return op(a, b);
        throw new TypeError(
          `expected inputs of one shape (or of size 1 along an axis), found ${describe(a)} and ` +
            `${describe(b)}; reshape one of them first`,
        );
      }),
    pointwise: true,
    role: "merge",
    words: () => sign,
  });

/** A shape whose batch is left open. */
const describe = (x: Tensor) => formatShape([-1, ...x.shape.slice(1)]);

const addType = folding("add", "+", (a, b) => a.add(b));
const multiplyType = folding("multiply", "×", (a, b) => a.mul(b));

const concatenateSchema = { axis: required(integer()) };

const concatenateType = defineLayer<Values<typeof concatenateSchema>>({
  type: "concatenate",
  schema: concatenateSchema,
  call: (inputs, _, { axis }) => {
    const [first] = inputs as [Tensor];
    const at = 1 + normalizeAxis(axis, first.shape.length - 1, "concatenate");
    const other = inputs.find(({ shape }) =>
      !sameShape(shape.toSpliced(at, 1), first.shape.toSpliced(at, 1))
    );
    if (other === undefined) return concatenateTensors(inputs, at);
    throw new TypeError(
      `expected inputs whose shapes differ only along axis ${axis}, found ${describe(first)} and ` +
        `${describe(other)}`,
    );
  },
  pointwise: true,
  role: "merge",
});

/** Addition: see {@linkcode SymbolicValue.add}. */
export function add(given: LayerOptions = {}): Layer {
  return makeLayer(addType, given);
}

/** Multiplication: see {@linkcode SymbolicValue.multiply}. */
export function multiply(given: LayerOptions = {}): Layer {
  return makeLayer(multiplyType, given);
}

/** Concatenation along an axis counted without the batch: see {@linkcode SymbolicValue.concatenate}. */
export function concatenate(axis = -1, given: LayerOptions = {}): Layer {
  return makeLayer(concatenateType, given, { axis });
}
