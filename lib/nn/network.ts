import { formatShape, type Shape } from "../core/shape.ts";
import { unknownName } from "../core/suggest.ts";
import type { Node } from "../graph/node.ts";
import { LayerMethods } from "./fluent.ts";
import type { Layer } from "./layer.ts";
import { type ReceptiveField, receptiveFields } from "./receptive_field.ts";
import { formatSummary, type Summary, type SummaryRow } from "./summary.ts";
import { applyLayer, SymbolicValue } from "./symbolic.ts";
import { Weight } from "./weight.ts";

/** What a model's graph is told when it is built for a batch. */
export interface ForwardContext {
  /** Whether this is a training step. */
  readonly training: boolean;
  /** The node for a weight. */
  weight(weight: Weight): Node;
  /** Uniform random numbers in [0, 1); `stream` tells the layers apart. */
  random(shape: Shape, stream: number): Node;
  /** Replaces an untrainable weight after the step. */
  update(weight: Weight, value: Node): void;
}

/** A layer at its place in a model. */
export interface PlacedLayer {
  /** The layer's name, unique in the model. */
  readonly name: string;
  /** The layer. */
  readonly layer: Layer;
  /** What each application yields: one, but for a layer that is shared. */
  readonly values: readonly SymbolicValue[];
  /** Its weights by name: kernel, bias, gamma and so on. */
  readonly weights: ReadonlyMap<string, Weight>;
}

/** A layer of a model as its user sees it. */
export interface LayerView {
  /** The layer's name, unique in the model. */
  readonly name: string;
  /** The layer's type: "conv2d", "dense" and so on. */
  readonly type: string;
  /** The layer's settings. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Shape of its (first) result, without the batch axis. */
  readonly outputShape: Shape;
  /** Its weights by name: kernel, bias, gamma and so on. */
  readonly weights: ReadonlyMap<string, Weight>;
}

/**
 * A graph of layers with weights: its shape, its parts and its forward pass. `Model` adds training
 * and files, and says what the layer methods return: itself.
 */
export abstract class Network<Self = unknown> extends LayerMethods<Self> {
  readonly #inputs: readonly SymbolicValue[];
  #outputs: readonly SymbolicValue[];
  #order: SymbolicValue[] = [];
  #layers = new Map<string, PlacedLayer>();
  readonly #nameOf = new Map<Layer, string>();
  readonly #seed: number;
  #weightCount = 0;

  /** A network from `inputs` to `outputs`; first weights depend on `seed` alone. */
  constructor(inputs: readonly SymbolicValue[], outputs: readonly SymbolicValue[], seed: number) {
    super();
    if (inputs.length === 0 || outputs.length === 0) {
      throw new TypeError("model: expected at least one input and one output");
    }
    const kinds = [["inputs", inputs], ["outputs", outputs]] as const;
    for (const [name, values] of kinds) {
      for (const value of values) {
        if (!(value instanceof SymbolicValue)) {
          throw new TypeError(`model: ${name}: expected symbolic values, found ${value}`);
        }
        if (name === "inputs" && value.layer !== undefined) {
          throw new TypeError(
            `model: inputs: expected values of input(), found the result of ${value}; begin with an input() of that shape and apply the layers to it`,
          );
        }
      }
    }
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#seed = seed;
    this.#place();
  }

  /** Puts a layer after the model's only output; the model grows in place. */
  override apply(layer: Layer): Self {
    const [last, ...others] = this.#outputs;
    if (others.length > 0) {
      throw new TypeError(
        `${layer.type.type}: a model with ${this.#outputs.length} outputs cannot be continued as a sequence; use input() and model()`,
      );
    }
    const before = this.#outputs;
    const name = layer.name ?? freeName(layer, (name) => this.#layers.has(name));
    this.#outputs = [applyLayer(layer, [last!], name)];
    try {
      this.#place();
    } catch (error) {
      this.#outputs = before;
      throw error;
    }
    this.changed();
    return this as unknown as Self;
  }

  /** Called when the graph has grown: what was compiled is out of date. */
  protected abstract changed(): void;

  /** Finds all layers, checks and gives names, and makes weights for those that are new. */
  #place(): void {
    const order = orderOf(this.#outputs);
    for (const value of order) {
      if (value.layer === undefined && !this.#inputs.includes(value)) {
        throw new TypeError(
          `model: an output depends on input ${
            formatShape(value.shape)
          }, which is not among the inputs`,
        );
      }
    }
    const applied = new Map<Layer, SymbolicValue[]>();
    for (const value of order) {
      if (value.layer === undefined) continue;
      const values = applied.get(value.layer);
      if (values === undefined) applied.set(value.layer, [value]);
      else values.push(value);
    }
    const given = new Set([...applied.keys()].flatMap((layer) => layer.givenName ?? []));
    const layers = new Map<string, PlacedLayer>();
    const isTaken = (name: string) => given.has(name) || layers.has(name);
    for (const [layer, values] of applied) {
      const { givenName, assignedName } = layer;
      const name = givenName ??
        (assignedName !== undefined && !isTaken(assignedName)
          ? assignedName
          : freeName(layer, isTaken));
      if (layers.has(name)) {
        throw new RangeError(
          `model: two layers are named ${
            JSON.stringify(name)
          }; names must be unique, so choose another \`name\` for one of them`,
        );
      }
      layer.assignedName ??= name;
      layer.variables ??= this.#makeWeights(name, layer);
      layers.set(name, { name, layer, values, weights: layer.variables });
      this.#nameOf.set(layer, name);
    }
    this.#order = order;
    this.#layers = layers;
  }

  #makeWeights(name: string, layer: Layer): Map<string, Weight> {
    return new Map(
      Object.entries(layer.weights).map(([key, { shape, initializer, trainable = true }]) => [
        key,
        new Weight(
          `${name}.${key}`,
          shape,
          initializer,
          trainable,
          this.#seed,
          ++this.#weightCount,
        ),
      ]),
    );
  }

  /** The inputs. */
  get inputs(): readonly SymbolicValue[] {
    return this.#inputs;
  }

  /** The outputs. */
  get outputs(): readonly SymbolicValue[] {
    return this.#outputs;
  }

  /** Shape of the (first) input, without the batch axis. */
  get inputShape(): Shape {
    return this.#inputs[0]!.shape;
  }

  /** Shape of the (first) output, without the batch axis. */
  get outputShape(): Shape {
    return this.#outputs[0]!.shape;
  }

  /** The layers in the order in which they compute. */
  get layers(): readonly LayerView[] {
    return [...this.#layers.values()].map(viewOf);
  }

  /** A layer by name. */
  layer(name: string): LayerView {
    return viewOf(this.placed(name));
  }

  /** A layer at its place, by name. */
  protected placed(name: string): PlacedLayer {
    const found = this.#layers.get(name);
    if (found === undefined) {
      throw new RangeError(unknownName("layer", name, [...this.#layers.keys()]));
    }
    return found;
  }

  /** What a layer yields, by the layer's name: to build another model that shares its weights. */
  output(name: string): SymbolicValue {
    return this.placed(name).values[0]!;
  }

  /** The name of a layer that this model holds. */
  protected nameOf(layer: Layer): string {
    return this.#nameOf.get(layer)!;
  }

  /** Every value of the graph, each after what it depends on. */
  protected get values(): readonly SymbolicValue[] {
    return this.#order;
  }

  /** The seed of the first weights. */
  get seed(): number {
    return this.#seed;
  }

  /** All weights, in the order of the layers. */
  get weights(): readonly Weight[] {
    return [...this.namedWeights.values()];
  }

  /** All weights by full name: the layer's and the weight's, with a dot between. */
  get namedWeights(): ReadonlyMap<string, Weight> {
    return new Map(
      [...this.#layers.values()].flatMap(({ name, weights }) =>
        [...weights].map(([key, weight]) => [`${name}.${key}`, weight] as const)
      ),
    );
  }

  /** A weight by its full name, such as "conv1.kernel". */
  weight(name: string): Weight {
    const found = this.namedWeights.get(name);
    if (found !== undefined) return found;
    throw new RangeError(unknownName("weight", name, [...this.namedWeights.keys()]));
  }

  /** Number of parameters: those of weights that can be learnt. */
  get parameters(): number {
    return this.weights.reduce((sum, weight) => sum + (weight.learnable ? weight.size : 0), 0);
  }

  /** Multiply-adds of matmuls and convolutions for one example. */
  get multiplyAdds(): number {
    return this.summaryRows().reduce((sum, row) => sum + row.multiplyAdds, 0);
  }

  /** Keeps training from changing layers: those named, or all. */
  freeze(...names: string[]): this {
    return this.#setFrozen(names, true);
  }

  /** Lets training change layers again: those named, or all. */
  unfreeze(...names: string[]): this {
    return this.#setFrozen(names, false);
  }

  #setFrozen(names: readonly string[], frozen: boolean): this {
    const layers = names.length === 0
      ? [...this.#layers.values()]
      : names.map((name) => this.placed(name));
    for (const { weights } of layers) {
      for (const weight of weights.values()) weight.frozen = frozen;
    }
    this.changed();
    return this;
  }

  /** The nodes of `wanted` values for nodes of the inputs with a batch axis in front. */
  forward(
    inputs: readonly Node[],
    context: ForwardContext,
    wanted: readonly SymbolicValue[] = this.#outputs,
  ): Node[] {
    const nodes = new Map<SymbolicValue, Node>(this.#inputs.map((value, i) => [value, inputs[i]!]));
    // Where a layer is applied again, its statistics go on from those of the application before.
    const updated = new Map<Weight, Node>();
    let stream = 0;
    for (const value of this.#order) {
      if (value.layer === undefined) continue;
      const { weights } = this.placed(this.nameOf(value.layer));
      const number = ++stream;
      let draws = 0;
      const result = value.layer.type.call(
        value.sources.map((source) => nodes.get(source)!),
        Object.fromEntries(
          [...weights].map(([key, weight]) => [key, updated.get(weight) ?? context.weight(weight)]),
        ),
        value.layer.config,
        {
          // A frozen batch norm uses its running statistics, and does not change them.
          training: context.training && !isFrozen(weights),
          random: (shape) => context.random(shape, number * 256 + draws++),
          update: (key, node) => {
            updated.set(weights.get(key)!, node);
            context.update(weights.get(key)!, node);
          },
        },
      );
      nodes.set(value, result);
    }
    return wanted.map((value) => nodes.get(value)!);
  }

  /** The rows of the summary. */
  summaryRows(): SummaryRow[] {
    const rows: SummaryRow[] = this.#inputs.map((value, i) => ({
      name: this.#inputs.length > 1 ? `input${i + 1}` : "input",
      type: "input",
      outputShape: value.shape,
      parameters: 0,
      multiplyAdds: 0,
      sources: [],
    }));
    const nameOf = (value: SymbolicValue) =>
      value.layer === undefined
        ? rows[this.#inputs.indexOf(value)]!.name
        : this.#nameOf.get(value.layer)!;
    const seen = new Set<Layer>();
    for (const value of this.#order) {
      const { layer } = value;
      if (layer === undefined) continue;
      const { name, weights } = this.placed(this.nameOf(layer));
      const parameters = [...weights.values()].reduce(
        (sum, w) => sum + (w.learnable ? w.size : 0),
        0,
      );
      rows.push({
        name,
        type: layer.type.type,
        outputShape: value.shape,
        parameters: seen.has(layer) ? 0 : parameters,
        multiplyAdds: layer.multiplyAdds(value.sources.map((source) => source.shape)),
        sources: value.sources.map(nameOf),
      });
      seen.add(layer);
    }
    return rows;
  }

  /** Layers, output shapes, parameters and multiply-adds of one example, with totals; prints as a table. */
  summary(): Summary {
    const rows = this.summaryRows();
    const frozen = this.weights.filter((weight) => weight.learnable && weight.frozen);
    return {
      rows,
      parameters: this.parameters,
      trainableParameters: this.parameters - frozen.reduce((sum, weight) => sum + weight.size, 0),
      multiplyAdds: rows.reduce((sum, row) => sum + row.multiplyAdds, 0),
      toString() {
        return formatSummary(this);
      },
    };
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
    return receptiveFields(this.#order, (layer) => this.nameOf(layer));
  }

  /** One line: inputs, layers, outputs and parameters. */
  override toString(): string {
    const shapes = (values: readonly SymbolicValue[]) =>
      values.map((value) => formatShape(value.shape)).join(", ");
    return `Model ${shapes(this.#inputs)} -> ${shapes(this.#outputs)}: ${this.#layers.size} ${
      this.#layers.size === 1 ? "layer" : "layers"
    }, ${this.parameters.toLocaleString("en")} parameters`;
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

/** A name for a layer that was given none: its type and the first number that is not taken. */
function freeName(layer: Layer, isTaken: (name: string) => boolean): string {
  const { type } = layer.type;
  let number = 1;
  while (isTaken(`${type}${number}`)) number++;
  return `${type}${number}`;
}

function isFrozen(weights: ReadonlyMap<string, Weight>): boolean {
  return weights.size > 0 && [...weights.values()].every((weight) => weight.frozen);
}

function viewOf({ name, layer, values, weights }: PlacedLayer): LayerView {
  return {
    name,
    type: layer.type.type,
    config: layer.config,
    outputShape: values[0]!.shape,
    weights,
  };
}

/** Every value that `outputs` depend on, each after its sources. */
function orderOf(outputs: readonly SymbolicValue[]): SymbolicValue[] {
  const order: SymbolicValue[] = [];
  const seen = new Set<SymbolicValue>();
  const stack = outputs.toReversed().map((value) => ({ value, next: 0 }));
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    if (top.next === 0 && seen.has(top.value)) {
      stack.pop();
      continue;
    }
    seen.add(top.value);
    const source = top.value.sources[top.next++];
    if (source === undefined) {
      order.push(top.value);
      stack.pop();
    } else if (!seen.has(source)) {
      stack.push({ value: source, next: 0 });
    }
  }
  return order;
}
