/** Small nets and trainings of every kind that several processes do as one would. */
import {
  arrayDataset,
  type Dataset,
  type DataStream,
  digits,
  type FitOptions,
  lenet5,
  makeDataset,
  type Model,
  Random,
  sequential,
  sgd,
} from "../../mod.ts";

/** A training: the same in every process. */
export interface Case {
  readonly net: () => Model;
  readonly options: FitOptions;
  readonly data?: Dataset | DataStream;
}

const { train } = digits({ train: 130 });
const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 });
const usual = { batchSize: 32, epochs: 20, optimizer, progress: false } as const;

const random = new Random(3);
const weighted = arrayDataset({
  inputs: { data: Float32Array.from({ length: 50 * 6 }, () => random.normal()), shape: [6] },
  targets: Array.from({ length: 50 }, () => random.integer(3)),
  weights: Array.from({ length: 50 }, () => random.uniform(0.1, 2)),
});

const small = () => sequential([28, 28, 1], { seed: 4 });

const normalised = () =>
  small().averagePool2d(2).conv2d(4, 3).batchNorm({ synchronized: true }).tanh()
    .averagePool2d(2).flatten().dense(16).batchNorm({ synchronized: true }).tanh().dense(10);

/** By name. The last batches are uneven: 130 = 4 * 32 + 2 leaves a process of three without any. */
export const cases: Readonly<Record<string, Case>> = {
  "LeNet-5": { net: () => lenet5(), options: usual },
  dropout: {
    net: () =>
      small().averagePool2d(4).flatten().dropout(0.4).dense(16).tanh().dropout(0.2).dense(10),
    options: usual,
  },
  "synchronized batch norm": {
    net: normalised,
    options: { ...usual, dropRemainder: true, epochs: 25 },
  },
  "synchronized batch norm, a process without examples": {
    net: normalised,
    // The mean of two examples says little: more steps of such would go their own ways.
    options: { ...usual, epochs: 2 },
    data: train.take(34),
  },
  "examples changed at random, of which some cannot be read": {
    net: () => lenet5(),
    options: { ...usual, epochs: 5 },
    data: makeDataset(130, train, (index, batch, row, { random }) => {
      // In time, as images that are decoded.
      if (index % 13 === 5) return Promise.resolve(new SyntaxError("a corrupt image"));
      const light = random.uniform(0.5, 1),
        { inputs: [image], targets: [label] } = train.get(index);
      batch.inputs[0]!.set(image!.map((pixel) => light * pixel), row * image!.length);
      batch.targets[0]!.set(label!, row);
      return Promise.resolve();
    }),
  },
  "accumulated batches": {
    net: () => small().averagePool2d(4).flatten().dense(16).tanh().dense(10),
    options: { ...usual, batchSize: 16, accumulate: 2, epochs: 20 },
  },
  "weights of classes and examples": {
    net: () => sequential([6], { seed: 4 }).dense(8).tanh().dense(3),
    options: { ...usual, batchSize: 16, epochs: 25, classWeights: [1, 2, 0.5] },
    data: weighted,
  },
};

/** Trains; the losses of epochs and the final weights by name. */
export async function trained({ net, options, data = train }: Case, more: FitOptions = {}) {
  const model = net();
  const { epochs } = await model.fit(data, { ...options, ...more });
  const weights: Record<string, Float32Array> = {};
  for (const [name, weight] of model.namedWeights) {
    weights[name] = Float32Array.from(await weight.read());
  }
  return { losses: epochs.map(({ loss }) => loss), weights };
}

/** The largest relative difference of two lists: by the norm of the first. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let between = 0, norm = 0;
  for (let i = 0; i < a.length; i++) {
    between += (a[i]! - b[i]!) ** 2;
    norm += a[i]! ** 2;
  }
  return a.length === b.length ? Math.sqrt(between / (norm || 1)) : Infinity;
}

/** All weights in one list. */
export const joined = (weights: Readonly<Record<string, Float32Array>>): number[] =>
  Object.values(weights).flatMap((part) => [...part]);
