import { describeValue } from "../core/errors.ts";
import { listOf, positiveInteger, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { decodeSafetensors } from "../core/safetensors/read.ts";
import { writeSafetensors } from "../core/safetensors/write.ts";
import { sizeOf } from "../core/shape.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkModel } from "../train/check_model.ts";
import type { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import { highest } from "./top_k.ts";

/** A neighbour of an example. */
export interface Neighbor {
  /** Its place in the index. */
  readonly index: number;
  /** The neighbour's name: its number where none was given. */
  readonly name: string;
  /** The Euclidean distance of the features. */
  readonly distance: number;
}

const format = "striate-features";

/**
 * The features of examples, to find those that a network sees alike: {@linkcode featureIndex} makes
 * one, {@linkcode nearest} searches it.
 */
export class FeatureIndex {
  /** The layer that the features are of. */
  readonly layer: string;
  /** What the examples are called. */
  readonly names: readonly string[];
  /** The features, one row an example: [examples, features]. */
  readonly features: Float32Array<ArrayBuffer>;

  /** An index of features that exist already. */
  constructor(layer: string, names: readonly string[], features: Float32Array<ArrayBuffer>) {
    if (!Array.isArray(names) || !(features instanceof Float32Array)) {
      const found = `${describeValue(names)} and ${describeValue(features)}`;
      throw new TypeError(
        `FeatureIndex: expected a list of names, and a Float32Array of features, found ${found}; ` +
          "featureIndex() makes an index of images",
      );
    }
    if (names.length === 0 || features.length === 0 || features.length % names.length !== 0) {
      throw new TypeError(
        `FeatureIndex: expected as many features for each of ${names.length} names, found ${features.length} numbers`,
      );
    }
    [this.layer, this.names, this.features] = [layer, names, features];
  }

  /** The number of features of an example. */
  get width(): number {
    return this.features.length / this.names.length;
  }

  /** Writes the index to a safetensors file. */
  async save(path: string): Promise<void> {
    const shape = [this.names.length, this.width], read = () => this.features;
    const tensors = [{ name: "features", shape, dtype: "f32", read }] as const;
    const metadata = { format, layer: this.layer, names: JSON.stringify(this.names) };
    await writeSafetensors(path, tensors, metadata);
  }

  /**
   * Reads an index that `save` wrote.
   *
   * @throws {SyntaxError} for another or a damaged file
   */
  static async load(path: string): Promise<FeatureIndex> {
    const { tensors, metadata } = decodeSafetensors(await Deno.readFile(path), path);
    const features = tensors.get("features"), { layer } = metadata;
    const names: unknown = metadata.format === format ? JSON.parse(metadata.names ?? "0") : 0;
    const sound = features?.dtype === "f32" && layer !== undefined && Array.isArray(names) &&
      names.length === features.shape[0] && features.shape.length === 2;
    if (!sound) {
      throw new SyntaxError(`${path}: expected an index of features, found other tensors`);
    }
    return new FeatureIndex(layer, names, features.data as Float32Array<ArrayBuffer>);
  }
}

/**
 * The name of the last hidden layer: the one whose result the last layer with weights, the
 * classifier, reads.
 *
 * @throws {RangeError} for a network that has none
 */
export function lastHiddenLayer(model: Model): string {
  const names = new Map(model.layers.map(({ name }) => [model.output(name), name]));
  let value: SymbolicValue | undefined = model.outputs[0];
  const weighted = (value: SymbolicValue) => {
    const name = names.get(value);
    return name !== undefined && model.layer(name).weights.size > 0;
  };
  while (value !== undefined && !weighted(value)) value = value.sources[0];
  const name = value?.sources[0] && names.get(value.sources[0]);
  if (name !== undefined) return name;
  throw new RangeError("featureIndex: the network has no hidden layer; name one by `layer`");
}

/** The features of examples, one after another. */
async function featuresOf(model: Model, examples: Tensor | Dataset, layer: string) {
  return await (await model.predict(examples, { outputs: [layer] })).data() as Float32Array<
    ArrayBuffer
  >;
}

/**
 * The features that a network has of examples, by name: what its last hidden layer yields, or
 * another `layer`.
 *
 * ```ts
 * import { digits, featureIndex, lenet5, nearest } from "@striate/striate";
 * const { test } = digits({ train: 10, test: 20 });
 * const model = lenet5();
 * const index = await featureIndex(model, test);
 * await index.save(`${await Deno.makeTempDir()}/digits.safetensors`);
 *
 * const [neighbors] = await nearest(model, test.take(1), index, { k: 3 });
 * console.log(neighbors![0]); // { index: 0, name: "0", distance: 0 }: the image itself
 * ```
 *
 * Source of the use: Krizhevsky, Sutskever and Hinton, NIPS 2012, figure 4.
 *
 * @throws {TypeError} for examples that do not fit the model, or fewer names than examples
 * @throws {RangeError} for a layer that there is not
 */
export async function featureIndex(
  model: Model,
  examples: Tensor | Dataset,
  given: { readonly layer?: string; readonly names?: readonly string[] } = {},
): Promise<FeatureIndex> {
  checkModel(model, "featureIndex");
  const schema = { layer: text(), names: listOf(text()) } satisfies Schema<typeof given>;
  const { layer = lastHiddenLayer(model), ...settings } = options("featureIndex", given, schema);
  const features = await featuresOf(model, examples, layer);
  const count = features.length / sizeOf(model.layer(layer).outputShape);
  const names = settings.names ?? Array.from({ length: count }, (_, i) => String(i));
  if (names.length !== count) {
    throw new TypeError(`featureIndex: expected ${count} names, found ${names.length}`);
  }
  return new FeatureIndex(layer, names, features);
}

/**
 * The k examples of an index that lie nearest to each of some examples, nearest first, by the
 * Euclidean distance of the features that the index is of.
 *
 * @throws {TypeError} for an index of another network
 * @throws {RangeError} for a k below 1
 */
export async function nearest(
  model: Model,
  examples: Tensor | Dataset,
  index: FeatureIndex,
  given: { readonly k?: number } = {},
): Promise<Neighbor[][]> {
  const { k } = options("nearest", given, { k: positiveInteger(5) });
  checkModel(model, "nearest");
  if (!(index instanceof FeatureIndex)) {
    throw new TypeError(
      `nearest: expected an index of await featureIndex(model, examples), found ${
        describeValue(index)
      }`,
    );
  }
  const width = sizeOf(model.layer(index.layer).outputShape);
  if (width !== index.width) {
    throw new TypeError(
      `nearest: expected an index of the ${width} features of ${index.layer}, found ${index.width} features`,
    );
  }
  const queries = await featuresOf(model, examples, index.layer);
  return Array.from(
    { length: queries.length / width },
    (_, i) => neighborsOf(queries.subarray(i * width, (i + 1) * width), index, k),
  );
}

function neighborsOf(query: Float32Array, index: FeatureIndex, k: number): Neighbor[] {
  const { features, names } = index, squares = new Float64Array(names.length);
  for (let row = 0, at = 0; row < names.length; row++) {
    let sum = 0;
    for (let i = 0; i < query.length; i++) {
      const difference = query[i]! - features[at++]!;
      sum += difference * difference;
    }
    squares[row] = sum;
  }
  const order = highest(squares.map((square) => -square), k);
  return order.map((i) => ({ index: i, name: names[i]!, distance: Math.sqrt(squares[i]!) }));
}
