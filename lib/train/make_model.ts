import { options } from "../core/options.ts";
import { checkShape, type Shape } from "../core/shape.ts";
import type { Applied, ApplyOptions } from "../nn/apply.ts";
import { type ByName, isByName, type TensorInputs } from "../nn/end_names.ts";
import { input, type SymbolicValue } from "../nn/symbolic.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Dataset } from "./dataset.ts";
import { Model } from "./model.ts";
import { type ModelOptions, modelSchema, type PredictOptions } from "./training_options.ts";

/**
 * A model that begins with an input of `shape` (without the batch axis) and grows by each layer
 * method.
 *
 * ```ts
 * import { sequential } from "@striate/striate";
 * const lenet = sequential([28, 28, 1])
 *   .conv2d(6, 5, { padding: "same" }).tanh().averagePool2d(2)
 *   .conv2d(16, 5).tanh().averagePool2d(2)
 *   .flatten().dense(120).tanh().dense(84).tanh().dense(10);
 * console.log(lenet.parameters, lenet.multiplyAdds); // 61706 416520
 * ```
 */
export function sequential(shape: Shape, given: ModelOptions = {}): Model {
  const { seed } = options("sequential", given, modelSchema);
  checkShape(shape, "sequential");
  const x = input(shape);
  return new Model([x], [x], seed);
}

/**
 * A model whose outputs are a `Result`, a list of tensors or tensors by name, and that takes `Inputs`:
 * which a {@linkcode Model} alone does not say.
 */
export type ModelOf<
  Result extends Tensor | readonly Tensor[] | ByName<Tensor>,
  Inputs extends TensorInputs = TensorInputs,
> =
  & {
    /** The outputs for examples: see {@linkcode Model.predict}. */
    predict(
      x: Inputs | Dataset,
      options?: PredictOptions & { readonly outputs?: undefined },
    ): Promise<Result>;
    /** In training: see {@linkcode Model.apply}. */
    apply(
      x: Inputs,
      options: ApplyOptions & { readonly training: true; readonly outputs?: undefined },
    ): Omit<Applied, "outputs"> & {
      /** The outputs. */
      readonly outputs: Result extends Tensor ? readonly Tensor[] : Result;
    };
    /** The model as a function of tensors: see {@linkcode Model.apply}. */
    apply(
      x: Inputs,
      options?: ApplyOptions & { readonly training?: false; readonly outputs?: undefined },
    ): Result;
  }
  & Model;

/**
 * A model from inputs to outputs: any graph of symbolic values without a cycle. One of several
 * outputs predicts a list of tensors.
 *
 * ```ts
 * import { input, model, ones } from "@striate/striate";
 * const x = input([4]), hidden = x.dense(8).relu();
 * const twoHeads = model(x, [hidden.dense(3), hidden.dense(1)]);
 * const [classes, size] = await twoHeads.predict(ones([2, 4]));
 * console.log(classes!.shape, size!.shape); // [2, 3] [2, 1]
 * ```
 *
 * Inputs and outputs may be given by name. Then tensors go in and come out by these names, as their
 * types say, and so do the inputs and targets of data, losses, their weights and metrics:
 *
 * ```ts
 * import { arrayDataset, input, model, ones } from "@striate/striate";
 * const place = input([2]), colour = input([3]);
 * const hidden = place.concatenate(colour).dense(8).relu();
 * const net = model({ place, colour }, { kind: hidden.dense(3), size: hidden.dense(1) });
 * const { kind, size } = await net.predict({ place: ones([5, 2]), colour: ones([5, 3]) });
 * console.log(kind.shape, size.shape); // [5, 3] [5, 1]
 * const data = arrayDataset({
 *   inputs: { place: [[0, 1], [1, 0]], colour: [[1, 0, 0], [0, 1, 0]] },
 *   targets: { kind: [2, 0], size: [[0.5], [2]] },
 * });
 * await net.fit(data, { loss: { kind: "crossEntropy", size: "meanSquaredError" } });
 * ```
 *
 * @throws {TypeError} for what is no symbolic value, or if an output depends on another input
 * @throws {RangeError} for a name that is there twice
 */
export function model(
  inputs: SymbolicValue | readonly SymbolicValue[],
  outputs: SymbolicValue | readonly [SymbolicValue],
  given?: ModelOptions,
): Model;
/** A model of several outputs. */
export function model(
  inputs: SymbolicValue | readonly SymbolicValue[],
  outputs: readonly [SymbolicValue, SymbolicValue, ...SymbolicValue[]],
  given?: ModelOptions,
): ModelOf<Tensor[]>;
/** A model of as many outputs as there are in a list. */
export function model(
  inputs: SymbolicValue | readonly SymbolicValue[],
  outputs: SymbolicValue | readonly SymbolicValue[],
  given?: ModelOptions,
): ModelOf<Tensor | Tensor[]>;
/** A model of inputs and outputs by name. */
export function model<Input extends string, Output extends string>(
  inputs: Readonly<Record<Input, SymbolicValue>>,
  outputs: Readonly<Record<Output, SymbolicValue>>,
  given?: ModelOptions,
): ModelOf<Readonly<Record<Output, Tensor>>, Readonly<Record<Input, Tensor>>>;
/** A model of outputs by name. */
export function model<Output extends string>(
  inputs: SymbolicValue | readonly SymbolicValue[],
  outputs: Readonly<Record<Output, SymbolicValue>>,
  given?: ModelOptions,
): ModelOf<Readonly<Record<Output, Tensor>>>;
/** A model of inputs by name. */
export function model<
  Input extends string,
  Outputs extends SymbolicValue | readonly SymbolicValue[],
>(
  inputs: Readonly<Record<Input, SymbolicValue>>,
  outputs: Outputs,
  given?: ModelOptions,
): ModelOf<
  Outputs extends SymbolicValue | readonly [SymbolicValue] ? Tensor : Tensor[],
  Readonly<Record<Input, Tensor>>
>;
export function model(
  inputs: SymbolicValue | readonly SymbolicValue[] | ByName<SymbolicValue>,
  outputs: SymbolicValue | readonly SymbolicValue[] | ByName<SymbolicValue>,
  given: ModelOptions = {},
): Model {
  const { seed } = options("model", given, modelSchema);
  const listOf = (values: typeof inputs): SymbolicValue[] =>
    isByName(values) ? Object.values<SymbolicValue>(values) : [values as SymbolicValue].flat();
  return new Model(listOf(inputs), listOf(outputs), seed, {
    ...isByName(inputs) && { inputs: Object.keys(inputs) },
    ...isByName(outputs) && { outputs: Object.keys(outputs) },
  });
}
