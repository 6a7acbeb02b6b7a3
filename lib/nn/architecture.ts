import { checkShape, type Shape } from "../core/shape.ts";
import { type Config, Layer, layerType } from "./layer.ts";
import { applyLayer, SymbolicValue } from "./symbolic.ts";

/** A model's graph as plain data: enough to build it again without the user's code. */
export interface Architecture {
  /** The layers; a shared one is there once. */
  readonly layers: readonly {
    readonly name: string;
    readonly type: string;
    readonly config: Config;
  }[];
  /** Inputs, and layers applied to earlier values (by number). */
  readonly values: readonly (
    | { readonly input: Shape }
    | { readonly layer: number; readonly sources: readonly number[] }
  )[];
  /** The values that are inputs, by number. */
  readonly inputs: readonly number[];
  /** The values that are outputs, by number. */
  readonly outputs: readonly number[];
}

/** Describes a graph whose values are `order`, each after its sources. */
export function describe(
  order: readonly SymbolicValue[],
  inputs: readonly SymbolicValue[],
  outputs: readonly SymbolicValue[],
  nameOf: (layer: Layer) => string,
): Architecture {
  // An input that no output depends on is part of the model all the same.
  const values = [...inputs.filter((value) => !order.includes(value)), ...order];
  const layers = [...new Set(values.flatMap((value) => value.layer ?? []))];
  const number = new Map(values.map((value, i) => [value, i]));
  return {
    layers: layers.map((layer) => ({
      name: nameOf(layer),
      type: layer.type.type,
      config: layer.config,
    })),
    values: values.map((value) =>
      value.layer === undefined ? { input: value.shape } : {
        layer: layers.indexOf(value.layer),
        sources: value.sources.map((source) => number.get(source)!),
      }
    ),
    inputs: inputs.map((value) => number.get(value)!),
    outputs: outputs.map((value) => number.get(value)!),
  };
}

/** Builds a described graph. A description that makes no sense is a SyntaxError. */
export function rebuild(
  architecture: Architecture,
  where: string,
): { inputs: SymbolicValue[]; outputs: SymbolicValue[] } {
  try {
    const parts = ["layers", "values", "inputs", "outputs"] as const;
    const lost = parts.find((part) => !Array.isArray(architecture?.[part]));
    if (lost !== undefined) throw new TypeError(`expected a list of ${lost}`);
    const layers = architecture.layers.map(({ name, type, config }) =>
      new Layer(layerType(type), config, name)
    );
    const values: SymbolicValue[] = [];
    const at = (i: number): SymbolicValue => {
      const value = values[i];
      if (value === undefined) throw new RangeError(`no value number ${i}`);
      return value;
    };
    for (const entry of architecture.values) {
      if ("input" in entry) {
        checkShape(entry.input, "input");
        values.push(new SymbolicValue(entry.input));
        continue;
      }
      const layer = layers[entry.layer];
      if (layer === undefined) throw new RangeError(`no layer number ${entry.layer}`);
      values.push(applyLayer(layer, entry.sources.map(at)));
    }
    return { inputs: architecture.inputs.map(at), outputs: architecture.outputs.map(at) };
  } catch (error) {
    const reason = (error as Error).message;
    const message = `${where}: the architecture in the file makes no model: ${reason}`;
    throw new SyntaxError(message, { cause: error });
  }
}
