import { describeValue } from "../core/errors.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import { orderBy } from "../graph/node.ts";
import type { Layer, LayerRole } from "./layer.ts";
import { SymbolicValue } from "./symbolic.ts";
import type { Weight, WeightType } from "./weight.ts";

/** A layer at its place in a model. */
export interface PlacedLayer {
  /** The layer's name, unique in the model. */
  readonly name: string;
  /** The layer. */
  readonly layer: Layer;
  /** What each application yields: one, but for a layer that is shared. */
  readonly values: readonly SymbolicValue[];
  /** Its weights by name: kernel, bias, gamma and so on. */
  readonly weights: ReadonlyMap<string, Weight>;
}

/** A layer of a model as its user sees it. */
export interface LayerView {
  /** The layer's name, unique in the model. */
  readonly name: string;
  /** The layer's type: "conv2d", "dense" and so on. */
  readonly type: string;
  /** The layer's settings. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What the layer is. */
  readonly role: LayerRole;
  /** The layer in words, with its size: "conv2d 3x3, 64 /2". */
  readonly words: string;
  /** Shape of its (first) result, without the batch axis. */
  readonly outputShape: Shape;
  /** Its weights by name: kernel, bias, gamma and so on. */
  readonly weights: ReadonlyMap<string, Weight>;
}

/** What {@linkcode Network} knows of its graph: the values, and the layers that yield them. */
export interface Placement {
  /** Every value that the outputs depend on, each after its sources. */
  readonly order: readonly SymbolicValue[];
  /** The layers by name, in the order in which they compute. */
  readonly layers: ReadonlyMap<string, PlacedLayer>;
  /** The name of each layer. */
  readonly names: ReadonlyMap<Layer, string>;
}

/** Checks what a model is to be made from and of: lists of symbolic values, the inputs those of input(). */
export function checkEnds(
  ends: Readonly<Record<"inputs" | "outputs", readonly SymbolicValue[]>>,
): void {
  for (const [name, values] of Object.entries(ends)) {
    if (!Array.isArray(values)) {
      throw new TypeError(
        `model: ${name}: expected a list of symbolic values, found ${describeValue(values)}`,
      );
    }
    for (const value of values) {
      if (!(value instanceof SymbolicValue)) {
        throw new TypeError(
          `model: ${name}: expected symbolic values, found ${describeValue(value)}`,
        );
      }
      if (name === "inputs" && value.layer !== undefined) {
        throw new TypeError(
          `model: inputs: expected values of input(), found the result of ${value}; begin with an input() of that shape and apply the layers to it`,
        );
      }
    }
  }
  if (ends.inputs.length > 0 && ends.outputs.length > 0) return;
  throw new TypeError("model: expected at least one input and one output");
}

/**
 * Finds all layers between inputs and outputs, checks and gives names, and has weights made for those
 * that have none.
 *
 * @throws {TypeError} if an output depends on another input
 * @throws {RangeError} if two layers have been given the same name
 */
export function placeLayers(
  inputs: readonly SymbolicValue[],
  outputs: readonly SymbolicValue[],
  makeWeight: (name: string, type: WeightType) => Weight,
): Placement {
  const order = orderBy(outputs, (value) => value.sources);
  for (const value of order) {
    if (value.layer === undefined && !inputs.includes(value)) {
      throw new TypeError(
        `model: an output depends on input ${formatShape(value.shape)}, which is not among the ` +
          "inputs",
      );
    }
  }
  const applied = Map.groupBy(order, (value) => value.layer);
  const given = new Set([...applied.keys()].flatMap((layer) => layer?.givenName ?? []));
  const layers = new Map<string, PlacedLayer>();
  const names = new Map<Layer, string>();
  const isTaken = (name: string) => given.has(name) || layers.has(name);
  for (const [layer, values] of applied) {
    if (layer === undefined) continue;
    const { givenName, assignedName } = layer;
    const isFree = assignedName !== undefined && !isTaken(assignedName);
    const name = givenName ?? (isFree ? assignedName : freeName(layer, isTaken));
    if (layers.has(name)) {
      throw new RangeError(
        `model: two layers are named ${
          JSON.stringify(name)
        }; names must be unique, so choose another \`name\` for one of them`,
      );
    }
    layer.assignedName ??= name;
    layer.variables ??= new Map(
      Object.entries(layer.weights)
        .map(([key, type]) => [key, makeWeight(`${name}.${key}`, type)]),
    );
    layers.set(name, { name, layer, values, weights: layer.variables });
    names.set(layer, name);
  }
  return { order, layers, names };
}

/** A name for a layer that was given none: its type and the first number that is not taken. */
export function freeName(layer: Layer, isTaken: (name: string) => boolean): string {
  const { type } = layer.type;
  let number = 1;
  while (isTaken(`${type}${number}`)) number++;
  return `${type}${number}`;
}

/** A layer as its user sees it. */
export function viewOf({ name, layer, values, weights }: PlacedLayer): LayerView {
  return {
    name,
    type: layer.type.type,
    config: layer.config,
    role: layer.role,
    words: layer.words,
    outputShape: values[0]!.shape,
    weights,
  };
}
