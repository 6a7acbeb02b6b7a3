import { unknownName } from "../../core/suggest.ts";
import * as activation from "../../tensor/functions/activation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkOptions, type LayerOptions } from "./options.ts";

type Config = Readonly<Record<string, unknown>>;

/** Activation layers: the function of each, given its settings. */
const functions: Readonly<Record<string, (x: Tensor, config: Config) => Tensor>> = {
  linear: activation.linear,
  step: activation.step,
  sigmoid: activation.sigmoid,
  tanh: activation.tanh,
  relu: activation.relu,
  relu6: activation.relu6,
  leakyRelu: (x, { negativeSlope }) => activation.leakyRelu(x, negativeSlope as number),
  elu: (x, { alpha }) => activation.elu(x, alpha as number),
  softplus: activation.softplus,
  gelu: (x, { approximate }) => activation.gelu(x, approximate as boolean),
  silu: activation.silu,
  hardSigmoid: activation.hardSigmoid,
  softmax: (x) => activation.softmax(x, -1),
};

const types = new Map(
  Object.entries(functions).map(([type, fn]) => [
    type,
    defineLayer<Config>({ type, call: ([x], _, config) => fn(x!, config) }),
  ]),
);

/** Names of the activation layers. */
export type ActivationName =
  | "linear"
  | "step"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "relu6"
  | "leakyRelu"
  | "elu"
  | "softplus"
  | "gelu"
  | "silu"
  | "hardSigmoid"
  | "softmax";

/** An activation layer: see the methods of {@linkcode LayerMethods} of the same names. */
export function activationLayer(
  type: ActivationName,
  options: LayerOptions = {},
  config: Config = {},
): Layer {
  const known = types.get(type);
  if (known === undefined) {
    throw new RangeError(unknownName("activation", String(type), [...types.keys()]));
  }
  checkOptions(type, options, Object.keys(config));
  for (const [name, value] of Object.entries(config)) {
    if (typeof value === "boolean" ? name === "approximate" : Number.isFinite(value)) continue;
    throw new TypeError(`${type}: ${name}: expected a finite number, found ${String(value)}`);
  }
  return new Layer(known, config, options.name);
}
