import { describeValue } from "../core/errors.ts";
import { checkedBy, integer } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { withNewHead } from "../nn/head.ts";
import type { Layer } from "../nn/layer.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ModelOf } from "./make_model.ts";
import { Model } from "./model.ts";

/** Classes for a new head: their number, or their names in the order of the labels. */
export type NewClasses = number | readonly string[];

const count = integer({ least: 2 });

/** An option for {@linkcode NewClasses}. */
export const newClassesOption = checkedBy<NewClasses>((given, where) => {
  if (!Array.isArray(given)) return count.read(given, where);
  const wrong = given.find((name) => typeof name !== "string" || name === "");
  if (given.some((name) => typeof name !== "string" || name === "")) {
    throw new TypeError(`${where}: expected names, found ${describeValue(wrong)}`);
  }
  if (given.length < 2) {
    throw new RangeError(`${where}: expected at least 2 classes, found ${describeValue(given)}`);
  }
  const twice = given.find((name, i) => given.indexOf(name) < i);
  if (twice === undefined) return [...given];
  throw new RangeError(
    `${where}: expected different names, found ${JSON.stringify(twice)} twice`,
  );
});

/** Settings of {@linkcode replaceHead}. */
export interface ReplaceHeadOptions {
  /** Seeds the first weights of the new head; 0 by default. */
  readonly seed?: number;
}

const schema = { seed: integer({}, 0) } satisfies Schema<ReplaceHeadOptions>;

/**
 * A model for other classes: the last dense layer or convolution is replaced by a new one, under the
 * same name and with the same settings, that makes a number for each of them. All else is shared with
 * the model that it is made of, weights included. Auxiliary classifiers, which are outputs of as many
 * numbers as the first, get new heads too.
 *
 * ```ts
 * import { googlenet, replaceHead } from "@striate/striate";
 * const net = replaceHead(googlenet({ auxiliary: true }), ["ants", "bees"]);
 * console.log(net.outputs.map(({ shape }) => shape[0]), net.classes); // [2, 2, 2] ["ants", "bees"]
 * ```
 *
 * @throws {TypeError} for a model whose output is made in another way
 * @throws {RangeError} for fewer than two classes, or a name that comes twice
 */
export function replaceHead(
  model: ModelOf<Tensor[]>,
  classes: NewClasses,
  options?: ReplaceHeadOptions,
): ModelOf<Tensor[]>;
/** For a model of one output. */
export function replaceHead(
  model: Model,
  classes: NewClasses,
  options?: ReplaceHeadOptions,
): Model;
export function replaceHead(
  model: Model,
  classes: NewClasses,
  given: ReplaceHeadOptions = {},
): Model {
  const where = "replaceHead", { seed } = options(where, given, schema);
  if (!(model instanceof Model)) {
    throw new TypeError(`${where}: expected a model, found ${describeValue(model)}`);
  }
  return newHead(model, newClassesOption.read(classes, `${where}: classes`), seed, where).model;
}

/** The same, with the names of the layers that are new. */
export function newHead(
  model: Model,
  classes: NewClasses,
  seed: number,
  where: string,
): { readonly model: Model; readonly replaced: readonly string[] } {
  const size = typeof classes === "number" ? classes : classes.length;
  const names = new Map(model.layers.map(({ name }) => [model.output(name).layer!, name]));
  const renewed = new Map<Layer, Layer>(), [first] = model.outputs;
  const outputs = model.outputs.map((output) =>
    output.shape.at(-1) === first!.shape.at(-1)
      ? withNewHead(output, size, where, (layer) => names.get(layer)!, renewed)
      : output
  );
  const made = new Model(model.inputs, outputs, seed, model.endNames);
  if (typeof classes !== "number") made.classes = classes;
  return { model: made, replaced: [...renewed.keys()].map((layer) => names.get(layer)!) };
}
