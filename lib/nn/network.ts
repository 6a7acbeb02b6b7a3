import { describeValue, wrongType } from "../core/errors.ts";
import { options } from "../core/options.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import { within } from "../graph/node.ts";
import { unknownName } from "../core/suggest.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { Tensor } from "../tensor/tensor.ts";
import {
  type Applied,
  applyLayers,
  type ApplyOptions,
  applySchema,
  checkInputs,
  checkWeights,
  type LayerContext,
  type Weights,
} from "./apply.ts";
import {
  type ByName,
  checkNames,
  type EndNames,
  inNamedOrder,
  isByName,
  type TensorInputs,
} from "./end_names.ts";
import { chosenLayers } from "./block.ts";
import { LayerMethods } from "./fluent.ts";
import { checkLayer, type Layer } from "./layer.ts";
import {
  checkEnds,
  freeName,
  type LayerView,
  type PlacedLayer,
  placeLayers,
  type Placement,
  viewOf,
} from "./placement.ts";
import { preprocess } from "./preprocess.ts";
import { type ReceptiveField, receptiveFields } from "./receptive_field.ts";
import { learnableSize, rowsOf, Summary, type SummaryRow } from "./summary.ts";
import { applyLayer, type SymbolicValue } from "./symbolic.ts";
import { Weight, type WeightType } from "./weight.ts";

/** What a model gives for several outputs. */
type Results = readonly Tensor[] | ByName<Tensor>;

/**
 * A graph of layers with weights: its shape, its parts and its forward pass. `Model` adds training
 * and files, and says what the layer methods return: itself.
 */
export abstract class Network<Self = unknown> extends LayerMethods<Self> {
  /** The inputs. */
  readonly inputs: readonly SymbolicValue[];
  /** The seed of the first weights. */
  readonly seed: number;
  /** Names that were given to inputs and outputs; those of outputs make results be by name. */
  readonly endNames: EndNames;
  #outputs: readonly SymbolicValue[];
  #placement: Placement;
  #weightCount = 0;

  /** A network from `inputs` to `outputs`; first weights depend on `seed` alone. */
  constructor(
    inputs: readonly SymbolicValue[],
    outputs: readonly SymbolicValue[],
    seed: number,
    { inputs: inputNames, outputs: outputNames }: EndNames = {},
  ) {
    super();
    checkEnds({ inputs, outputs });
    this.inputs = inputs;
    this.#outputs = outputs;
    this.seed = seed;
    const areNamed = inputNames !== undefined || inputs.some(({ name }) => name !== undefined);
    this.endNames = {
      ...areNamed && {
        inputs: checkNames(
          inputNames ?? inputs.map(({ name }, i) => name ?? usualName(i, inputs)),
          "input",
        ),
      },
      ...outputNames && { outputs: checkNames(outputNames, "output") },
    };
    this.#placement = this.#place(outputs);
  }

  /** Puts a layer after the model's only output; the model grows in place. */
  override apply(layer: Layer): Self;
  /** In training: the outputs, and what training updates besides. */
  apply(
    x: TensorInputs,
    options: ApplyOptions & { readonly training: true },
  ): Applied;
  /**
   * The model as a function of tensors, one for each input with the batch in front (several in a
   * list, or by the names of the inputs), and of its weights: no weight is changed, and all of it can be
   * differentiated and recorded by `jit`. Uint8 images are normalised as the model has it; where it has
   * no normalization yet and is applied with `weights` or in training, it learns to see them as x / 255,
   * and that is its normalization from then on.
   *
   * ```ts
   * import { crossEntropy, lenet5, tensor, valueAndGradient, zeros } from "@striate/striate";
   * import type { Weights } from "@striate/striate";
   * const net = lenet5(), x = zeros([2, 28, 28, 1]), y = tensor([3, 7], { dtype: "i32" });
   * const loss = (weights: Weights) => crossEntropy(net.apply(x, { weights }), y);
   * const { gradient } = valueAndGradient(loss)(net.trainableWeights);
   * console.log(gradient["c1.kernel"]!.shape); // [5, 5, 1, 6]
   * ```
   *
   * With one result it is a tensor, with several a list of tensors, and where the model's outputs were
   * given by name, tensors by name; in training `{ output, outputs, updates }`.
   *
   * @throws {TypeError} if tensors do not fit the inputs, the weights or what they replace.
   * @throws {RangeError} for a name that no option, layer or weight has.
   */
  apply(
    x: TensorInputs,
    options?: ApplyOptions & { readonly training?: false; readonly outputs?: readonly [string] },
  ): Tensor;
  /** Several results. */
  apply(
    x: TensorInputs,
    options: ApplyOptions & { readonly training?: false },
  ): Tensor | readonly Tensor[];
  override apply(
    x: Layer | TensorInputs,
    given: ApplyOptions = {},
  ): Self | Omit<Applied, "outputs"> & { outputs: Results } | Results | Tensor {
    if (!(x instanceof Tensor || Array.isArray(x) || isByName(x))) return this.#grow(x as Layer);
    const { weights, training, outputs, ...rest } = options("apply", given, applySchema);
    const inputs = this.tensorsOf(x, "apply");
    checkInputs(inputs, this.inputs, this.inputNames, "apply");
    if (weights) checkWeights(weights, this.namedWeights, "apply: weights");
    const isLearning = training || weights !== undefined;
    if (isLearning && inputs[0]!.dtype === "u8") this.keepScale();
    const wanted = outputs?.map((name) => this.output(name)) ?? this.#outputs;
    const applied = this.run(inputs, {
      ...rest,
      training,
      weights: (weight, name) => weights?.[name] ?? weight.tensor(),
    }, wanted);
    const results = outputs ? applied.outputs : this.byName(applied.outputs);
    if (training) return { ...applied, outputs: results };
    return Array.isArray(results) && results.length === 1 ? applied.output : results;
  }

  /** The tensors of the inputs in their order, of what a user gives. */
  protected tensorsOf(x: TensorInputs, where: string): readonly Tensor[] {
    if (x instanceof Tensor) return [x];
    return isByName(x) ? inNamedOrder(x, this.inputNames, "input", where) : x as readonly Tensor[];
  }

  /** Results of the outputs, by name where outputs were given so. */
  protected byName<T extends readonly Tensor[]>(results: T): T | ByName<Tensor> {
    const { outputs: names } = this.endNames;
    return names ? Object.fromEntries(names.map((name, i) => [name, results[i]!])) : results;
  }

  /** Says that uint8 images are seen as x / 255, where nothing else was said. */
  protected keepScale(): void {
    const [first] = this.inputs, usual = { mean: [0], standardDeviation: [1] };
    first!.preprocessing = { normalization: usual, ...first!.preprocessing };
  }

  /**
   * The `wanted` values for inputs with a batch in front, and what training updates; as
   * {@linkcode Network.apply}, without its checks.
   *
   * @internal
   */
  run(
    inputs: readonly Tensor[],
    context: LayerContext,
    wanted: readonly SymbolicValue[] = this.#outputs,
    normalization: Normalization | undefined = this.inputs[0]!.preprocessing.normalization,
  ): Applied {
    // Further inputs of as many channels are images of the same kind, unless they say otherwise.
    const channels = this.inputShape.at(-1);
    const given = this.inputs.map((value, i) => {
      const usual = value.shape.at(-1) === channels ? normalization : undefined;
      const known = i === 0 ? normalization : value.preprocessing.normalization ?? usual;
      const prepare = () => preprocess(inputs[i]!, known);
      return [value, within({ part: "forward" }, prepare)] as const;
    });
    const { values, updates } = applyLayers(this.#placement, new Map(given), context);
    const outputs = wanted.map((value) => values.get(value)!);
    return { output: outputs[0]!, outputs, updates };
  }

  #grow(layer: Layer): Self {
    checkLayer(layer);
    const [last, second] = this.#outputs;
    if (second !== undefined) {
      throw new TypeError(
        `${layer.type.type}: a model with ${this.#outputs.length} outputs cannot be continued as a sequence; use input() and model()`,
      );
    }
    const name = layer.name ?? freeName(layer, (name) => this.#placement.layers.has(name));
    const outputs = [applyLayer(layer, [last!], name)];
    this.#placement = this.#place(outputs);
    this.#outputs = outputs;
    return this.changed();
  }

  /** Called when the graph has grown: what was compiled is out of date. Gives the model itself. */
  protected abstract changed(): Self;

  #place(outputs: readonly SymbolicValue[]): Placement {
    const makeWeight = (name: string, type: WeightType) =>
      new Weight(name, type, this.seed, ++this.#weightCount);
    return placeLayers(this.inputs, outputs, makeWeight);
  }

  /** The outputs. */
  get outputs(): readonly SymbolicValue[] {
    return this.#outputs;
  }

  /** Shape of the (first) input, without the batch axis. */
  get inputShape(): Shape {
    return this.inputs[0]!.shape;
  }

  /** Shape of the (first) output, without the batch axis. */
  get outputShape(): Shape {
    return this.#outputs[0]!.shape;
  }

  /** The layers in the order in which they compute. */
  get layers(): readonly LayerView[] {
    return [...this.#placement.layers.values()].map(viewOf);
  }

  /** A layer by name. */
  layer(name: string): LayerView {
    return viewOf(this.placed(name));
  }

  /** A layer at its place, by name. */
  protected placed(name: string, where = "layer"): PlacedLayer {
    const found = this.#placement.layers.get(name);
    if (found !== undefined) return found;
    if (typeof name !== "string") throw wrongType(where, "a layer's name", describeValue(name));
    throw new RangeError(unknownName("layer", name, [...this.#placement.layers.keys()]));
  }

  /** What a layer yields, by the layer's name: to build another model that shares its weights. */
  output(name: string): SymbolicValue {
    return this.placed(name, "output").values[0]!;
  }

  /**
   * The names of the outputs: those that `model` was given them by; else each is called as its layer, or
   * "input" where it is an input. Where the same name came twice, a number follows.
   */
  get outputNames(): readonly string[] {
    if (this.endNames.outputs) return this.endNames.outputs;
    const names: string[] = [];
    for (const { layer } of this.#outputs) {
      const base = layer === undefined ? "input" : this.nameOf(layer);
      let name = base;
      for (let number = 2; names.includes(name); number++) name = `${base}_${number}`;
      names.push(name);
    }
    return names;
  }

  /** The names of the inputs: as they were given, or "input", or "input1", "input2" … of several. */
  get inputNames(): readonly string[] {
    return this.endNames.inputs ?? this.inputs.map((_, i) => usualName(i, this.inputs));
  }

  /** The name of a layer that this model holds. */
  protected nameOf(layer: Layer): string {
    return this.#placement.names.get(layer)!;
  }

  /** Every value of the graph, each after what it depends on. */
  protected get values(): readonly SymbolicValue[] {
    return this.#placement.order;
  }

  /** All weights, in the order of the layers. */
  get weights(): readonly Weight[] {
    return [...this.namedWeights.values()];
  }

  /** All weights by full name: the layer's and the weight's, with a dot between. */
  get namedWeights(): ReadonlyMap<string, Weight> {
    return new Map(
      [...this.#placement.layers.values()].flatMap(({ name, weights }) =>
        [...weights].map(([key, weight]) => [`${name}.${key}`, weight] as const)
      ),
    );
  }

  /** The weights that training changes now, as tensors: what a loss is differentiated by. */
  get trainableWeights(): Weights {
    return this.#tensors((weight) => weight.trainable);
  }

  /** The other weights, as tensors: frozen ones, and running statistics. */
  get nonTrainableWeights(): Weights {
    return this.#tensors((weight) => !weight.trainable);
  }

  #tensors(isWanted: (weight: Weight) => boolean): Weights {
    const wanted = [...this.namedWeights].filter(([, weight]) => isWanted(weight));
    return Object.fromEntries(wanted.map(([name, weight]) => [name, weight.tensor()]));
  }

  /**
   * Gives weights new numbers: those named in `weights`, at the end of a training loop of one's own.
   *
   * @throws {RangeError} for a name that no weight has, {TypeError} for another shape.
   */
  assign(weights: Weights): void {
    const known = this.namedWeights;
    checkWeights(weights, known, "assign");
    for (const [name, tensor] of Object.entries(weights)) known.get(name)!.set(tensor);
  }

  /** A weight by its full name, such as "conv1.kernel". */
  weight(name: string): Weight {
    const found = this.namedWeights.get(name);
    if (found !== undefined) return found;
    if (typeof name !== "string") throw wrongType("weight", "a name", describeValue(name));
    throw new RangeError(unknownName("weight", name, [...this.namedWeights.keys()]));
  }

  /** Number of parameters: those of weights that can be learnt. */
  get parameters(): number {
    return learnableSize(this.weights);
  }

  /** Multiply-adds of matmuls and convolutions for one example. */
  get multiplyAdds(): number {
    return this.summaryRows().reduce((sum, row) => sum + row.multiplyAdds, 0);
  }

  /**
   * Keeps training from changing layers: those named, or all. A name may be that of a block, which
   * stands for all its layers: "layer2" for "layer2.0.conv1" and so on, "inception_4e" for
   * "inception_4e/1x1". A frozen batch norm works as at inference: by its running statistics, which
   * stay as they are. (So does Keras; in PyTorch `requires_grad = False` leaves a batch norm in
   * training mode, and its statistics move.) Dropout goes on in frozen parts.
   *
   * @throws {RangeError} for a name that no layer or block has; the message lists what there is
   */
  freeze(...names: string[]): this;
  /**
   * Freezes the bottom of a model: a layer or block, and all that it is computed from.
   *
   * ```ts
   * import { resnet } from "@striate/striate";
   * const net = resnet(18, { classes: 2 }).freeze({ upTo: "layer3" });
   * console.log(net.summary().trainableParameters); // 8394754: layer4 and fc
   * ```
   */
  freeze(bottom: { readonly upTo: string }): this;
  freeze(...layers: readonly (string | { readonly upTo: string })[]): this {
    return this.#setFrozen(chosenLayers(this.#placement, layers, "upTo"), true);
  }

  /**
   * Lets training change layers again: those named, which may be blocks, or all. In `fit`, by
   * `onEpoch`, the optimizer's memory of the others goes on:
   *
   * ```ts
   * import { digits, lenet5 } from "@striate/striate";
   * const { train } = digits({ train: 64 }), net = lenet5().freeze({ upTo: "f6" });
   * await net.fit(train, {
   *   epochs: 2,
   *   onEpoch: ({ epoch }) => void (epoch === 1 && net.unfreeze({ from: "c5" })),
   * });
   * ```
   */
  unfreeze(...names: string[]): this;
  /** The top of a model: a layer or block, and all that is computed from it. */
  unfreeze(top: { readonly from: string }): this;
  unfreeze(...layers: readonly (string | { readonly from: string })[]): this {
    return this.#setFrozen(chosenLayers(this.#placement, layers, "from"), false);
  }

  #setFrozen(layers: readonly PlacedLayer[], frozen: boolean): this {
    for (const { weights } of layers) {
      for (const weight of weights.values()) weight.frozen = frozen;
    }
    return this;
  }

  /** The rows of the summary. */
  summaryRows(): SummaryRow[] {
    return rowsOf(this.#placement, this.inputs, this.inputNames);
  }

  /** Layers, output shapes, parameters and multiply-adds of one example, with totals; prints as a table. */
  summary(): Summary {
    const rows = this.summaryRows();
    const frozen = this.weights.filter((weight) => weight.frozen);
    return new Summary(rows, {
      parameters: this.parameters,
      trainableParameters: this.parameters - learnableSize(frozen),
    });
  }

  /**
   * What the units of each layer see of the input image: size, stride and centre of their receptive
   * fields, in pixels. Layers that see all of a map (flatten, global pooling) count as a window over
   * it; after a squeeze-and-excitation gate every unit sees that much.
   *
   * ```ts
   * import { sequential } from "@striate/striate";
   * const net = sequential([32, 32, 3]).conv2d(8, 3, { name: "a" }).conv2d(8, 3, { name: "b" });
   * console.log(net.receptiveFields()[1]); // { name: "b", size: [5, 5], stride: [1, 1], center: [2, 2] }
   * ```
   *
   * @throws {TypeError} if an input is no image.
   */
  receptiveFields(): ReceptiveField[] {
    return receptiveFields(this.#placement.order, (layer) => this.nameOf(layer));
  }

  /** One line: inputs, layers, outputs and parameters. */
  override toString(): string {
    const shapes = (values: readonly SymbolicValue[]) =>
      values.map((value) => formatShape(value.shape)).join(", ");
    const count = this.#placement.layers.size;
    return `Model ${shapes(this.inputs)} -> ${shapes(this.#outputs)}: ${count} ${
      count === 1 ? "layer" : "layers"
    }, ${this.parameters.toLocaleString("en")} parameters`;
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

/** What an input is called that nobody gave a name. */
const usualName = (i: number, { length }: readonly unknown[]) =>
  length > 1 ? `input${i + 1}` : "input";
