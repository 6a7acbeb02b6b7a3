/**
 * The head of a network: the dense layer or convolution that makes its logits, and what follows it.
 *
 * @module
 */
import { formatShape } from "../core/shape.ts";
import { orderBy } from "../graph/node.ts";
import { calledLayer, Layer } from "./layer.ts";
import { applyLayer, type SymbolicValue } from "./symbolic.ts";

const hasWeights = ({ weights }: Layer) => Object.keys(weights).length > 0;

/** The setting that says how many numbers a layer makes, of those that may be a head. */
const sizes = new Map([["dense", "units"], ["conv2d", "filters"]]);

/**
 * What the head of an output is applied to: the value before its last dense layer or convolution.
 *
 * @throws {TypeError} if an output is made in another way
 */
export function beforeHead(output: SymbolicValue, where: string): SymbolicValue {
  let value = output;
  for (; value.layer !== undefined; value = value.sources[0]!) {
    const { layer, sources } = value, { type } = layer.type;
    if (sizes.has(type)) return sources[0]!;
    // A batch norm after it is of as many channels, and part of the head.
    const mayFollow = sources.length === 1 && (!hasWeights(layer) || layer.type.pointwise);
    if (mayFollow) continue;
    throw new TypeError(
      `${where}: expected an output of a dense layer or a convolution, maybe with layers without ` +
        `weights after it, found ${calledLayer(type, layer.name)}`,
    );
  }
  throw new TypeError(
    `${where}: expected an output of a dense layer or a convolution, found a model without any`,
  );
}

/** A value, or what it was made of by dropout. */
export function withoutDropout(value: SymbolicValue): SymbolicValue {
  while (value.layer?.type.type === "dropout") value = value.sources[0]!;
  return value;
}

/**
 * What the layers between `from` and `to` make of `start`. `layerFor` may give another layer for one;
 * otherwise it is the same, with the same weights.
 *
 * @throws {TypeError} if `to` depends on an input in another way than through `from`
 */
export function applyAgain(
  from: SymbolicValue,
  to: SymbolicValue,
  start: SymbolicValue,
  where: string,
  layerFor: (layer: Layer) => Layer = (layer) => layer,
): SymbolicValue {
  const made = new Map([[from, start]]);
  for (const value of orderBy([to], (value) => value === from ? [] : value.sources)) {
    if (made.has(value)) continue;
    if (value.layer === undefined) {
      throw new TypeError(
        `${where}: expected all that follows to depend on ${from} alone, found what depends on ` +
          "the model's input in another way",
      );
    }
    const sources = value.sources.map((source) => made.get(source)!);
    made.set(value, applyLayer(layerFor(value.layer), sources));
  }
  return made.get(to)!;
}

/**
 * The output with a new head of `classes` numbers: new layers under the same names, with the same
 * settings otherwise. `renewed` has the new ones by the old, also of other outputs that share them.
 *
 * @throws {TypeError} if there is no head, or it does not make a number for each class
 */
export function withNewHead(
  output: SymbolicValue,
  classes: number,
  where: string,
  nameOf: (layer: Layer) => string,
  renewed: Map<Layer, Layer>,
): SymbolicValue {
  const before = beforeHead(output, where);
  const renew = (layer: Layer): Layer => {
    if (!hasWeights(layer)) return layer;
    const size = sizes.get(layer.type.type), { type, config } = layer;
    const changed = size === undefined ? config : { ...config, [size]: classes };
    return renewed.getOrInsertComputed(layer, () => new Layer(type, changed, nameOf(layer)));
  };
  const made = applyAgain(before, output, before, where, renew);
  if (made.shape.at(-1) === classes) return made;
  throw new TypeError(
    `${where}: expected an output of a number for each class, found ${formatShape(made.shape)} ` +
      `for ${classes} classes`,
  );
}
