import { concatenate } from "../tensor/combine.ts";
import { valueAndGradient } from "../tensor/gradient.ts";
import { jit } from "../tensor/jit.ts";
import { randomKey } from "../tensor/random_key.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Weights } from "../nn/apply.ts";
import { type ByName, isByName } from "../nn/end_names.ts";
import type { TensorBatch } from "../train/batch.ts";
import { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import { type OutputSettings, trainedOutputs } from "../train/outputs.ts";
import { lossWeightsOf } from "../train/step.ts";
import type { DataStream } from "../train/stream.ts";
import { type Filters, filtersOf } from "./filters.ts";
import { type Histogram, histogramOf, rounded } from "./histogram.ts";

/** What there is to see of a weight. */
export interface WeightSeen {
  /** The square root of the sum of its squares. */
  readonly norm: number;
  /** The same of its gradient on the probe's examples; not there where it is frozen. */
  readonly gradient?: number;
  readonly histogram: Histogram;
}

/** What there is to see of a layer's results on the probe's examples. */
export interface ActivationSeen {
  readonly mean: number;
  readonly deviation: number;
  /** The share of zeros. */
  readonly zeros: number;
  readonly histogram: Histogram;
}

/** What a look at a network shows. */
export interface Seen {
  /** By the weights' full names. */
  readonly weights: Readonly<Record<string, WeightSeen>>;
  /** By the layers' names. */
  readonly activations: Readonly<Record<string, ActivationSeen>>;
  /** Of the first convolution, if there is one. */
  readonly filters?: Filters;
}

/** Examples that a probe computes with. */
const batchSize = 32;

/** So many numbers of a weight or of a result are looked at, evenly spread. */
const sampled = 4096;

/** Looks at a network while it learns: all by one program, and read back at once. */
export class Probe {
  readonly #net: Model;
  readonly #batch: TensorBatch;
  /** The layers whose results are looked at, with how many numbers of each are. */
  readonly #layers = new Map<string, number>();
  readonly #look: (fixed: Weights, trained: Weights, inputs: Tensor[], targets: Tensor[]) => Tensor;

  private constructor(
    net: Model,
    data: Dataset | DataStream,
    batch: TensorBatch,
    settings: OutputSettings,
  ) {
    this.#net = net;
    this.#batch = batch;
    const outputs = trainedOutputs("probe", net, data, settings), key = randomKey(0);
    const examples = batch.weights ?? [];
    const loss = (
      trained: Weights,
      fixed: Weights,
      inputs: readonly Tensor[],
      targets: readonly Tensor[],
    ) => {
      const results: Record<string, Tensor> = {};
      const applied = net.apply(inputs, {
        weights: { ...fixed, ...trained },
        training: true,
        key,
        replace({ name }, result) {
          results[name] = sampleOf(result);
          return result;
        },
      });
      const losses = outputs.map((one, i) =>
        one.loss.compute(
          resultOf(applied.outputs, one.name, i),
          one.form.prepare(targets[i]!),
          lossWeightsOf(one, examples),
        ).mul(one.lossWeight ?? 1)
      );
      return [losses.reduce((a, b) => a.add(b)), results] as const;
    };
    this.#look = jit((fixed, trained, inputs, targets) => {
      const { gradient, auxiliary } = valueAndGradient(loss)(trained, fixed, inputs, targets);
      for (const [name, { size }] of Object.entries(auxiliary)) this.#layers.set(name, size);
      const weights = this.#weights.map(([name]) => fixed[name] ?? trained[name]!);
      return concatenate([
        ...weights.map(squares),
        ...this.#trained.map(([name]) => squares(gradient[name]!)),
        ...weights.map(sampleOf),
        ...Object.values(auxiliary),
      ]);
    });
  }

  /**
   * A probe on some examples of what a network is trained on, with the losses that it is trained by.
   *
   * @throws {RangeError} if there are no examples
   */
  static async of(
    net: Model,
    data: Dataset | DataStream,
    settings: OutputSettings,
  ): Promise<Probe> {
    const cut = data instanceof Dataset
      ? { batchSize: Math.min(batchSize, data.length), shuffle: 0 }
      : { batchSize };
    for await (const batch of data.tensors({ ...cut, reuse: false })) {
      return new Probe(net, data, batch, settings);
    }
    throw new RangeError("probe: expected data with at least one example, found none");
  }

  get #weights() {
    return [...this.#net.namedWeights];
  }

  get #trained() {
    return this.#weights.filter(([, weight]) => weight.trainable);
  }

  /** The weights, gradients and results as they are now. */
  async look(): Promise<Seen> {
    const weights = this.#weights, trained = this.#trained;
    const values = new Map(weights.map(([name, weight]) => [name, weight.tensor()]));
    const of = (list: typeof weights) =>
      Object.fromEntries(list.map(([name]) => [name, values.get(name)!]));
    const fixed = weights.filter(([, weight]) => !weight.trainable);
    const { inputs, targets } = this.#batch;
    const packed = this.#look(of(fixed), of(trained), [...inputs], [...targets]);
    const numbers = await packed.data();
    // The next step would make copies of weights that somebody has.
    for (const one of [packed, ...values.values()]) one[Symbol.dispose]();
    let at = 0;
    const take = (count: number) => numbers.subarray(at, at += count);
    const norms = Array.from(take(weights.length), Math.sqrt);
    const gradients = new Map(
      trained.map(([name]) => [name, Math.sqrt(take(1)[0]!)] as const),
    );
    const seen = weights.map(([name, { size }], i): [string, WeightSeen] => {
      const gradient = gradients.get(name);
      return [name, {
        norm: rounded(norms[i]!),
        ...gradient !== undefined && { gradient: rounded(gradient) },
        histogram: histogramOf(take(sampleSize(size))),
      }];
    });
    const activations = [...this.#layers].map(([name, size]) =>
      [name, activationSeen(take(size))] as const
    );
    const filters = await this.#filters();
    return {
      weights: Object.fromEntries(seen),
      activations: Object.fromEntries(activations),
      ...filters && { filters },
    };
  }

  /** The filters of the first convolution, which look at images; undefined where there is none. */
  async #filters(): Promise<Filters | undefined> {
    const found = this.#weights.find(([, { shape }]) => shape.length === 4);
    const [layer] = this.#net.layers.filter(({ weights }) => weights.size > 0);
    if (found === undefined || ![...layer!.weights.values()].includes(found[1])) return undefined;
    const [name, weight] = found, [height, width, channels, count] = weight.shape;
    if (height! * width! === 1) return undefined;
    return filtersOf(name, [height!, width!, channels!, count!], await weight.read());
  }
}

/** How far apart numbers are that are looked at. */
const strideOf = (size: number) => Math.ceil(size / sampled);

/** How many of so many numbers are looked at. */
const sampleSize = (size: number) => Math.ceil(size / strideOf(size));

function sampleOf(x: Tensor): Tensor {
  const stride = strideOf(x.size), flat = x.cast("f32").flatten();
  return stride === 1 ? flat : flat.slice([0], [sampleSize(x.size)], [stride]);
}

/** What an output gave, of results in a list or by name. */
function resultOf(results: readonly Tensor[] | ByName<Tensor>, name: string, i: number): Tensor {
  return isByName(results) ? results[name] as Tensor : results[i]!;
}

const squares = (x: Tensor) => x.square().sum().reshape([1]);

function activationSeen(numbers: ArrayLike<number>): ActivationSeen {
  let sum = 0, squares = 0, zeros = 0;
  const { length } = numbers;
  for (let i = 0; i < length; i++) {
    const value = numbers[i]!;
    sum += value;
    squares += value * value;
    if (value === 0) zeros++;
  }
  const mean = sum / length, deviation = Math.sqrt(Math.max(0, squares / length - mean * mean));
  return {
    mean: rounded(mean),
    deviation: rounded(deviation),
    zeros: rounded(zeros / length),
    histogram: histogramOf(numbers),
  };
}
