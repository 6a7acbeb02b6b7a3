import { describeValue } from "../core/errors.ts";
import { checkShape, formatShape, type Shape } from "../core/shape.ts";
import { type AnySchema, options } from "../core/options.ts";
import { unknownName } from "../core/suggest.ts";
import { leaf, topologicalOrder } from "../graph/node.ts";
import { opTable } from "../graph/table.ts";
import { checkTensor, Tensor } from "../tensor/tensor.ts";
import { record } from "../tensor/tracing.ts";
import type { Weight, WeightType } from "./weight.ts";
import type { LayerWindows } from "./window.ts";

/** A layer's settings, as plain data so that they can be saved. */
export type Config = Readonly<Record<string, unknown>>;

/** The batch of which several processes train on a share each. */
export interface WholeBatch {
  /** The sum over all processes of what each has made of its share. */
  sum(x: Tensor): Tensor;
  /** The number of examples in the whole batch, a scalar. */
  readonly examples: Tensor;
  /** The place of this share's first example. */
  readonly first: number;
  /** How many places there are. */
  readonly of: number;
}

/** What a layer is told when it computes. */
export interface CallContext {
  /** Whether this is a training step. */
  readonly training: boolean;
  /**
   * The share of the old value in running statistics, a scalar, in place of the layer's own: where
   * they are counted anew, apart from training.
   */
  readonly momentum?: Tensor | undefined;
  /** Where this process trains on a share of a batch alone: the whole. */
  readonly whole?: WholeBatch | undefined;
  /** Uniform random numbers in [0, 1), new ones in each step. */
  random(shape: Shape): Tensor;
  /** Replaces an untrainable weight after the step. */
  update(weight: string, value: Tensor): void;
}

/** What a layer is: it decides the colour of its box in drawings. */
export type LayerRole =
  | "convolution"
  | "pooling"
  | "dense"
  | "activation"
  | "normalization"
  | "merge"
  | "other";

/** One row of the layer table: all that is known of a type of layer. */
export interface LayerType<C extends Config = Config> {
  /** The name of the fluent method, and of the layer in a saved model. */
  readonly type: string;
  /** What its settings must be, in programs and in files alike; without it, they are not checked. */
  readonly schema?: AnySchema;
  /** The weights for inputs of these shapes (without the batch axis). */
  weights?(config: C, shapes: readonly Shape[]): Readonly<Record<string, WeightType>>;
  /** The result for inputs with a batch axis in front. */
  call(
    inputs: readonly Tensor[],
    weights: Readonly<Record<string, Tensor>>,
    config: C,
    context: CallContext,
  ): Tensor;
  /**
   * What a unit reads of an image of `size` (height and width), for receptive fields. A layer without
   * this sees all of the image, unless it is `pointwise`.
   */
  window?(config: C, size: readonly [height: number, width: number]): LayerWindows;
  /** Whether each pixel depends on the same pixel of the inputs alone; false by default. */
  readonly pointwise?: boolean;
  /** What it is; "other" by default. */
  readonly role?: LayerRole;
  /** It in words, with its size, for drawings: "conv2d 3x3, 64 /2"; by default the type's name. */
  words?(config: C): string;
}

const table = new Map<string, LayerType>();

/** Adds a row to the layer table, so that saved models can name it. */
export function defineLayer<C extends Config>(type: LayerType<C>): LayerType<C> {
  checkType(type, "defineLayer");
  table.set(type.type, type);
  return type;
}

/** Refuses what is no row of the table. */
function checkType(type: unknown, where: string): void {
  const { type: name, call }: Partial<LayerType> = Object(type);
  if (typeof name === "string" && typeof call === "function") return;
  throw new TypeError(
    `${where}: expected a type of layers { type, call, … }, found ${describeValue(type)}`,
  );
}

/** A layer type by name. */
export function layerType(name: string): LayerType {
  const found = table.get(name);
  if (found !== undefined) return found;
  throw new RangeError(unknownName("layer", name, [...table.keys()]));
}

/** A layer: a type and settings. Applied more than once, it shares its weights. */
export class Layer {
  /** Its row in the layer table. */
  readonly type: LayerType;
  /** Its settings. */
  readonly config: Config;
  /** The name that the user gave, if any. */
  readonly givenName: string | undefined;
  /** The name that it got in the first model that holds it; it keeps it in others where it can. */
  assignedName: string | undefined;
  /** Its weights, made by the first model that holds it and shared by all that do. */
  variables: ReadonlyMap<string, Weight> | undefined;
  /** Shapes of the inputs that it was first applied to. */
  #shapes: readonly Shape[] | undefined;
  #weights: Readonly<Record<string, WeightType>> | undefined;

  /**
   * A layer that is not applied yet.
   *
   * @throws {TypeError | RangeError} for settings that the type's schema does not allow
   */
  constructor(type: LayerType, config: Config, name?: string) {
    if (name !== undefined && (typeof name !== "string" || name === "")) {
      throw new TypeError(`name: expected a text, found ${describeValue(name)}`);
    }
    checkType(type, "layer");
    this.type = type;
    this.config = type.schema === undefined ? config : options(type.type, config, type.schema);
    this.givenName = name;
  }

  /** What it needs for weights; empty before it is applied. */
  get weights(): Readonly<Record<string, WeightType>> {
    return this.#weights ?? {};
  }

  /** Its name as far as it has one yet. */
  get name(): string | undefined {
    return this.givenName ?? this.assignedName;
  }

  /** What it is. */
  get role(): LayerRole {
    return this.type.role ?? "other";
  }

  /** It in words, with its size: "conv2d 3x3, 64 /2". */
  get words(): string {
    return this.type.words?.(this.config) ?? inWords(this.type.type);
  }

  /**
   * Checks inputs (shapes without the batch axis) and gives the shape of the result. Errors call the
   * layer `name`, and say `from` where its inputs come.
   */
  infer(shapes: readonly Shape[], from = "", name = this.name): Shape {
    try {
      const weights = this.type.weights?.(this.config, shapes) ?? {};
      if (this.#weights !== undefined && signature(weights) !== signature(this.#weights)) {
        throw new TypeError(
          `shared between inputs of different shapes ${
            this.#shapes!.map(formatShape).join(", ")
          } and ${shapes.map(formatShape).join(", ")}, which need different weights`,
        );
      }
      const { shape } = this.#probe(shapes, weights);
      this.#shapes ??= shapes;
      this.#weights ??= weights;
      return shape.slice(1);
    } catch (error) {
      throw explain(error, this.type.type, name, shapes, from);
    }
  }

  /** The layer's graph for a batch of one, with nothing but leaves around it. */
  #probe(shapes: readonly Shape[], types: Readonly<Record<string, WeightType>>): Tensor {
    const placeholder = (shape: Shape) => new Tensor(leaf(shape, "f32"));
    const inputs = shapes.map((shape) => placeholder([1, ...shape]));
    const weights = Object.fromEntries(
      Object.entries(types).map(([name, { shape }]) => {
        checkShape(shape, `weight ${name}`);
        return [name, placeholder(shape)];
      }),
    );
    const context: CallContext = { training: false, random: placeholder, update: () => {} };
    const result = record(() => this.type.call(inputs, weights, this.config, context));
    checkTensor(result);
    if (result.shape[0] === 1) return result;
    throw new TypeError(
      `expected a result with the batch in front, found ${formatShape(result.shape)} for a batch ` +
        "of one",
    );
  }

  /** Multiply-adds for one example: those of matmuls and convolutions. */
  multiplyAdds(shapes: readonly Shape[]): number {
    return topologicalOrder([this.#probe(shapes, this.weights).node])
      .reduce((sum, node) => sum + node.multiplyAdds, 0);
  }
}

/** The name of a type in words: "batchNorm" is "batch norm", "globalMaxPool2d" "global max pool". */
const inWords = (type: string) =>
  type.replace(/2d$/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Checks that what a user applies is a layer. */
export function checkLayer(layer: unknown): asserts layer is Layer {
  if (layer instanceof Layer) return;
  const found = layer instanceof Object && "outputs" in layer
    ? "a model; build on from model.output(name), or apply its layers one by one"
    : describeValue(layer);
  throw new TypeError(`apply: expected a layer such as layers.dense(8), found ${found}`);
}

const signature = (weights: Readonly<Record<string, WeightType>>) =>
  Object.entries(weights).map(([name, { shape }]) => `${name}${formatShape(shape)}`).join();

/** A layer in an error: its type, and its name if it has one. */
export const calledLayer = (type: string, name: string | undefined): string =>
  name === undefined ? type : `${type} ${JSON.stringify(name)}`;

/** An error of the same class that says which layer it is about, and what came in. */
function explain(
  error: unknown,
  type: string,
  name: string | undefined,
  shapes: readonly Shape[],
  from: string,
): unknown {
  if (!(error instanceof TypeError || error instanceof RangeError)) return error;
  const inputs = shapes.map((shape) => formatShape([-1, ...shape])).join(" and ");
  // What came in belongs to what is wrong; what to do about it comes last.
  const without = (prefix: string, word: string) =>
    word === type || opTable.has(word) ? "" : prefix;
  const [wrong, ...advice] = error.message.replace(/^(\w+): /, without).split("; ");
  const input = `layer input ${inputs}${from && ` from ${from}`}`;
  const message = [`${calledLayer(type, name)}: ${wrong} (${input})`, ...advice].join("; ");
  const Kind = error instanceof TypeError ? TypeError : RangeError;
  return new Kind(message, { cause: error });
}
