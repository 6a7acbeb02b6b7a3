import type * as functions from "../tensor/functions/activation.ts";
import type { Layer } from "./layer.ts";
import * as layers from "./layers.ts";
import { activationLayers } from "./layers/activation.ts";

/**
 * The layers of one input as methods with the layers' own arguments, among them the activations.
 * Symbolic values have methods of their own for those of several inputs.
 */
export type LayerCalls<Result> =
  & {
    [
      Name in Exclude<keyof typeof layers, "activation" | "add" | "concatenate" | "multiply">
    ]: (...given: Parameters<typeof layers[Name]>) => Result;
  }
  & {
    [Name in keyof typeof functions as Extract<Name, layers.ActivationName>]: (
      given?: layers.ActivationOptions<Extract<Name, layers.ActivationName>>,
    ) => Result;
  };

/**
 * The layers as methods, for a Sequential model (which grows by each) and for symbolic values (of
 * which each yields another). Shapes leave out the batch axis; images are [height, width, channels].
 */
export abstract class LayerMethods<Result> {
  /** Applies a layer; applied more than once, it shares its weights. */
  abstract apply(layer: Layer): Result;
}

/** Every layer of one input is a method. */
export interface LayerMethods<Result> extends LayerCalls<Result> {}

const { activation: _a, add: _b, concatenate: _c, multiply: _d, ...single } = layers;
const factories: Readonly<Record<string, (...given: never[]) => Layer>> = {
  ...single,
  ...activationLayers,
};
for (const [name, layer] of Object.entries(factories)) {
  Object.defineProperty(LayerMethods.prototype, name, {
    value(this: LayerMethods<unknown>, ...given: never[]): unknown {
      return this.apply(layer(...given));
    },
    configurable: true,
    writable: true,
  });
}
