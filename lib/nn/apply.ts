import { describeValue, wrongType } from "../core/errors.ts";
import { callback, custom, flag, listOf, text } from "../core/option_kinds.ts";
import type { Schema } from "../core/options.ts";
import { formatShape, sameShape, type Shape } from "../core/shape.ts";
import { unknownName } from "../core/suggest.ts";
import { within } from "../graph/node.ts";
import { nextKey, uniform } from "../tensor/random_key.ts";
import { tensorOption } from "../tensor/functions/settings.ts";
import { checkTensor, type Tensor } from "../tensor/tensor.ts";
import { isRecording } from "../tensor/tracing.ts";
import { isPlain } from "../tensor/tree.ts";
import { calledLayer, type WholeBatch } from "./layer.ts";
import { type LayerView, type PlacedLayer, type Placement, viewOf } from "./placement.ts";
import type { SymbolicValue } from "./symbolic.ts";
import type { Weight } from "./weight.ts";

/** Weights as tensors, by full name: the layer's and the weight's, with a dot between. */
export type Weights = Readonly<Record<string, Tensor>>;

/** How a model is applied to tensors. */
export interface ApplyOptions {
  /** Weights that take the place of the model's own; those left out are the model's. */
  readonly weights?: Weights;
  /** Layers whose results are wanted instead of the model's outputs. */
  readonly outputs?: readonly string[];
  /**
   * Called for each layer, and what it gives stands for the layer's result: the result itself, or
   * something else in its place. What is not used is not computed.
   */
  readonly replace?: (layer: LayerView, result: Tensor, inputs: readonly Tensor[]) => Tensor;
  /** Whether layers do what they do in training: drop out, normalise by the batch; false by default. */
  readonly training?: boolean;
  /** What dropout draws from: see `randomKey()`. Without, each call draws other numbers. */
  readonly key?: Tensor;
}

/** The options of `apply`. */
export const applySchema = {
  weights: custom(
    "tensors by name such as trainableWeights",
    (value): value is Weights => isPlain(value),
  ),
  outputs: listOf(text()),
  replace: callback(),
  training: flag(false),
  key: tensorOption,
} satisfies Schema<ApplyOptions>;

/** What a model gives in training. */
export interface Applied {
  /** The first of the outputs. */
  readonly output: Tensor;
  /** The model's outputs, or those asked for. */
  readonly outputs: readonly Tensor[];
  /** New values of what training only keeps count of: the running statistics of batch norm. */
  readonly updates: Weights;
}

/** The weights and the mode that layers are applied with. */
export interface LayerContext extends Pick<ApplyOptions, "replace" | "training" | "key"> {
  readonly weights: (weight: Weight, name: string) => Tensor;
  /** The share of the old value in running statistics, in place of the layers' own. */
  readonly momentum?: Tensor;
  /** The batch of which the inputs are a share. */
  readonly whole?: WholeBatch | undefined;
}

/** Every value of a graph of layers, given its inputs, and what training updates. */
export function applyLayers(
  { order, layers, names }: Placement,
  inputs: ReadonlyMap<SymbolicValue, Tensor>,
  { weights, training = false, key, momentum, whole, replace }: LayerContext,
): { readonly values: ReadonlyMap<SymbolicValue, Tensor>; readonly updates: Weights } {
  const values = new Map(inputs);
  const updates: Record<string, Tensor> = {};
  let application = 0, drawnFrom = key;
  const examples = inputs.values().next().value?.shape[0];
  for (const value of order) {
    if (value.layer === undefined) continue;
    const placed = layers.get(names.get(value.layer)!)!;
    // Each application of a layer draws from streams of its own.
    const streams = ++application * 256;
    let draws = 0;
    const sources = value.sources.map((source) => values.get(source)!);
    const current = [...placed.weights].map(([part, weight]) => {
      const name = `${placed.name}.${part}`;
      // Where a layer is applied again, its statistics go on from those of the application before.
      return [part, updates[name] ?? weights(weight, name)] as const;
    });
    const { type, config } = value.layer, origin = { layer: placed.name, part: "forward" } as const;
    const result = within(origin, () =>
      type.call(sources, Object.fromEntries(current), config, {
        // A frozen batch norm uses its running statistics, and does not change them.
        training: training && !isFrozen(placed),
        momentum,
        whole,
        random(shape) {
          const from = drawnFrom ??= keyFor(placed), stream = streams + draws++;
          if (whole === undefined || shape[0] !== examples) return uniform(from, shape, stream);
          // The numbers that these examples would have in the whole batch.
          const { first, of } = whole;
          return uniform(from, [of, ...shape.slice(1)], stream).slice([first], [examples!]);
        },
        update: (part, tensor) => {
          checkWeights({ [part]: tensor }, placed.weights, `${placed.name}: update`);
          updates[`${placed.name}.${part}`] = tensor;
        },
      }));
    values.set(value, replace ? replaced(replace, placed, result, sources) : result);
  }
  return { values, updates };
}

function isFrozen({ weights }: PlacedLayer): boolean {
  return weights.size > 0 && [...weights.values()].every((weight) => weight.frozen);
}

/** A key for a layer that nobody gave one; in a function that is recorded it would never change. */
function keyFor({ name, layer }: PlacedLayer): Tensor {
  if (!isRecording()) return nextKey();
  const called = calledLayer(layer.type.type, name);
  throw new TypeError(
    `apply: ${called} draws random numbers, which would be the same in every run of what is recorded, by jit or predict(); pass a key: apply(x, { key }), in a function given to jit one of its arguments: randomKey(seed, step)`,
  );
}

function replaced(
  replace: NonNullable<ApplyOptions["replace"]>,
  layer: PlacedLayer,
  result: Tensor,
  inputs: readonly Tensor[],
): Tensor {
  const replacement = replace(viewOf(layer), result, inputs);
  checkTensor(replacement, `apply: replace: ${layer.name}`, result);
  return replacement;
}

/** Checks weights that a user gives: names and shapes. */
export function checkWeights(given: Weights, known: ReadonlyMap<string, Weight>, where: string) {
  if (!isPlain(given)) throw wrongType(where, "tensors by name", describeValue(given));
  for (const [name, tensor] of Object.entries(given)) {
    const weight = known.get(name);
    if (weight === undefined) {
      throw new RangeError(`${where}: ${unknownName("weight", name, [...known.keys()])}`);
    }
    checkTensor(tensor, `${where}: ${name}`, weight);
  }
}

/** Refuses a batch or a data set without examples. */
export function checkSomeExamples(count: number, where: string): void {
  if (count > 0) return;
  throw new RangeError(`${where}: expected at least 1 example, found 0`);
}

/**
 * Checks tensors that a user gives a model: one for each input, with the same batch in front. `names`
 * tell inputs apart where there are several.
 */
export function checkInputs(
  given: readonly Tensor[],
  inputs: readonly { readonly shape: Shape }[],
  names: readonly string[],
  where: string,
): void {
  for (const tensor of given) checkTensor(tensor, where);
  if (given.length !== inputs.length) {
    throw new TypeError(
      `${where}: expected ${
        inputs.map(({ shape }) => formatShape([-1, ...shape])).join(" and ")
      }, ` +
        `found ${given.map(({ shape }) => formatShape(shape)).join(" and ") || "none"}`,
    );
  }
  for (const [i, { shape }] of given.entries()) {
    const wanted = inputs[i]!.shape, at = inputs.length > 1 ? `${where}: ${names[i]}` : where;
    if (shape.length > 0 && sameShape(shape.slice(1), wanted)) continue;
    const isOne = sameShape(shape, wanted);
    throw new TypeError(
      `${at}: expected ${formatShape([-1, ...wanted])}, found ${formatShape(shape)}` +
        (isOne ? `; a single example goes in as a batch of one, by expandDims(0)` : ""),
    );
  }
  const counts = given.map(({ shape }) => shape[0]!);
  if (counts.some((count) => count !== counts[0])) {
    throw new TypeError(
      `${where}: expected as many examples of each input, found ${
        counts.map((count, i) => `${count} of ${names[i]}`).join(" and ")
      }`,
    );
  }
  if (counts.length > 0) checkSomeExamples(counts[0]!, where);
}
