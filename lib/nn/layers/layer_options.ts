import { elsewhere, text } from "../../core/option_kinds.ts";
import { type AnySchema, options } from "../../core/options.ts";
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
 * A layer with the settings that a user gives. `config` are those that are arguments of their own, and
 * so no options; the layer checks them.
 */
export function makeLayer(type: LayerType, given: LayerOptions, config: Config = {}): Layer {
  const schema = Object.entries(type.schema ?? {}).filter(([name]) => !(name in config));
  const allowed = { ...Object.fromEntries(schema), ...common };
  const { name: _, ...settings }: Config = options(type.type, given, allowed);
  return new Layer(type, { ...config, ...settings }, given.name);
}
