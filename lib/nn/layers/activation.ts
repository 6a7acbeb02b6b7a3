import { flag, number, text } from "../../core/option_kinds.ts";
import type { Option } from "../../core/options.ts";
import { unknownName } from "../../core/suggest.ts";
import { type Activation, activations } from "../../tensor/functions/activation.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

/** Names of the activation layers. */
export type ActivationName = keyof typeof activations;

/** Settings of an activation layer. */
export type ActivationOptions<Name extends ActivationName> =
  & LayerOptions
  & (typeof activations[Name] extends { readonly options: infer O }
    ? { readonly [K in keyof O]?: O[K] }
    : unknown);

/** The layer of an activation, for what a user gives. */
function layerOf(type: string, { call, options: defaults = {} }: Activation) {
  const names = Object.keys(defaults);
  const schema: Record<string, Option<number, number> | Option<boolean, boolean>> = {};
  for (const [name, value] of Object.entries(defaults)) {
    schema[name] = typeof value === "boolean" ? flag(value) : number({}, value);
  }
  const row = defineLayer<Readonly<Record<string, number | boolean>>>({
    type,
    schema,
    call: ([x], _, config) => call(x!, ...names.map((name) => config[name])),
    pointwise: true,
    role: "activation",
  });
  return (given: LayerOptions = {}) => makeLayer(row, given);
}

/** The activation layers by name. */
export const activationLayers: Readonly<Record<string, (given?: LayerOptions) => Layer>> = Object
  .fromEntries(
    Object.entries<Activation>(activations).map(([type, row]) => [type, layerOf(type, row)]),
  );

/** An activation layer: the function of the same name as a layer. */
export function activation<Name extends ActivationName>(
  type: Name,
  given?: ActivationOptions<Name>,
): Layer {
  text().read(type, "activation");
  if (Object.hasOwn(activationLayers, type)) return activationLayers[type]!(given);
  throw new RangeError(unknownName("activation", type, Object.keys(activationLayers)));
}
