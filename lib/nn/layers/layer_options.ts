import { elsewhere, text } from "../../core/option_kinds.ts";
import { type AnySchema, options, type Schema } from "../../core/options.ts";
import { type Config, Layer, type LayerType } from "../layer.ts";

/** Settings that every layer takes. */
export interface LayerOptions {
  /** The layer's name, unique in a model; by default its type and a number. */
  readonly name?: string;
}

const common: AnySchema = {
  name: text(),
  activation: elsewhere("it is a layer of its own: .relu()"),
};

/**
 * A layer with the settings that a user gives, checked by their schema. `config` are those that are
 * arguments of their own.
 */
export function makeLayer<Given extends LayerOptions>(
  type: LayerType,
  given: Given,
  schema: Schema<Omit<Given, "name">>,
  config: Config = {},
): Layer {
  const { name: _, ...settings }: Config = options(type.type, given, { ...schema, ...common });
  return new Layer(type, { ...config, ...settings }, given.name);
}
