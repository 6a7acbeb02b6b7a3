import type { Shape } from "../core/shape.ts";
import type { EndNames } from "./end_names.ts";
import type { Config, Layer } from "./layer.ts";
import type { SymbolicValue } from "./symbolic.ts";

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
  /** Names that inputs and outputs were given. */
  readonly names?: EndNames;
}

/** Describes a graph whose values are `order`, each after its sources. */
export function describe(
  order: readonly SymbolicValue[],
  inputs: readonly SymbolicValue[],
  outputs: readonly SymbolicValue[],
  nameOf: (layer: Layer) => string,
  names: EndNames = {},
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
    ...(names.inputs || names.outputs) && { names },
  };
}
