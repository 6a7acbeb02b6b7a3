import { describeValue, inTensorsStead } from "../core/errors.ts";
import { text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import type { Preprocessing } from "../core/preprocessing.ts";
import { checkShape, formatShape, type Shape } from "../core/shape.ts";
import { LayerMethods } from "./fluent.ts";
import { calledLayer, checkLayer, type Layer } from "./layer.ts";
import { add, concatenate, multiply } from "./layers/merge.ts";
import type { LayerOptions } from "./layers/layer_options.ts";

/**
 * A value that a model will have for each example: what a layer yields, or an input. Layers are its
 * methods, and each yields another value.
 *
 * ```ts
 * import { input, model } from "@striate/striate";
 * const x = input([56, 56, 64]);
 * const y = x.conv2d(64, 3, { padding: "same", bias: false }).batchNorm().relu()
 *   .conv2d(64, 3, { padding: "same", bias: false }).batchNorm();
 * const block = model(x, y.add(x).relu());
 * console.log(block.outputShape); // [56, 56, 64]
 * ```
 */
export class SymbolicValue extends LayerMethods<SymbolicValue> {
  /** Shape without the batch axis. */
  readonly shape: Shape;
  /** The layer that yields it; undefined for an input. */
  readonly layer: Layer | undefined;
  /** What the layer was applied to. */
  readonly sources: readonly SymbolicValue[];
  /** The name of an input, by which data and tensors are given to models of several. */
  readonly name: string | undefined;
  /** How images become this input, as far as is known: the same for all models that have it. */
  preprocessing: Partial<Preprocessing> = {};
  #named: { classes: readonly string[] | undefined } = { classes: undefined };

  /** The value of `layer` applied to `sources`, or an input. */
  constructor(
    shape: Shape,
    layer?: Layer,
    sources: readonly SymbolicValue[] = [],
    name?: string,
  ) {
    super();
    this.shape = shape;
    this.layer = layer;
    this.sources = sources;
    this.name = name;
  }

  /** Names of the classes that it has numbers for, where they are known; for all models alike. */
  get classes(): readonly string[] | undefined {
    return this.#named.classes;
  }

  set classes(names: readonly string[] | undefined) {
    this.#named.classes = names;
  }

  /**
   * Has its classes in common with another value of the same meaning: whichever is told their names,
   * both know them.
   *
   * @internal
   */
  shareClasses(other: SymbolicValue): void {
    this.#named = other.#named;
  }

  /** Applies a layer; applied to several values, it shares its weights. */
  override apply(layer: Layer): SymbolicValue {
    checkLayer(layer);
    return applyLayer(layer, [this]);
  }

  /** The sum with other values, which broadcast: a [1, 1, c] is added to every pixel of [h, w, c]. */
  add(other: SymbolicValue | readonly SymbolicValue[], options: LayerOptions = {}): SymbolicValue {
    return applyLayer(add(options), [this as SymbolicValue].concat(other));
  }

  /** The product with other values, element by element; they broadcast. */
  multiply(
    other: SymbolicValue | readonly SymbolicValue[],
    options: LayerOptions = {},
  ): SymbolicValue {
    return applyLayer(multiply(options), [this as SymbolicValue].concat(other));
  }

  /** This value and others one after another along an axis, by default the channels. */
  concatenate(
    other: SymbolicValue | readonly SymbolicValue[],
    options: LayerOptions & { readonly axis?: number } = {},
  ): SymbolicValue {
    const { axis = -1, ...rest } = options;
    return applyLayer(concatenate(axis, rest), [this as SymbolicValue].concat(other));
  }

  /** For who takes it for a tensor. */
  get [inTensorsStead](): string {
    return "it is a value of a model, which has no numbers yet: apply layers to it by its methods, as " +
      "x.relu(), x.add(y), x.concatenate([y, z]) or x.apply(layer), and give tensors to the model";
  }

  /** Type and shape. */
  override toString(): string {
    return `${this.layer?.type.type ?? this.name ?? "input"} ${formatShape([-1, ...this.shape])}`;
  }
}

/** Applies a layer to values; errors name the layer (as `name`) and what it was applied to. */
export function applyLayer(
  layer: Layer,
  sources: readonly SymbolicValue[],
  name: string | undefined = layer.name,
): SymbolicValue {
  for (const source of sources) {
    if (!(source instanceof SymbolicValue)) {
      throw new TypeError(
        `${layer.type.type}: expected symbolic values (of input() or a layer), found ${
          describeValue(source)
        }`,
      );
    }
  }
  const from = sources.map(({ layer }) =>
    layer === undefined ? "the model's input" : calledLayer(layer.type.type, layer.name)
  );
  const shape = layer.infer(sources.map((s) => s.shape), from.join(" and "), name);
  return new SymbolicValue(shape, layer, sources);
}

/** Settings of {@linkcode input}. */
export interface InputOptions {
  /** By which data and tensors are given to it; "input", or "input1", "input2" … by default. */
  readonly name?: string;
}

const inputSchema = { name: text() } satisfies Schema<InputOptions>;

/** An input of a model: `shape` leaves out the batch axis. */
export function input(shape: Shape, given: InputOptions = {}): SymbolicValue {
  checkShape(shape, "input");
  const { name } = options("input", given, inputSchema);
  return new SymbolicValue([...shape], undefined, [], name);
}
