import { integer, number, oneOf, positiveInteger } from "../core/option_kinds.ts";
import { pick, type Values } from "../core/options.ts";
import type { Shape } from "../core/shape.ts";
import type { Model } from "../train/model.ts";
import type { Optimizer } from "../train/optimizer.ts";
import { adadelta, adagrad, adam, adamW, lamb, lion, rmsprop, sgd } from "../train/optimizers.ts";
import {
  constantRate,
  cosineDecay,
  divideOnPlateau,
  exponentialDecay,
  multiStepDecay,
  oneCycle,
  polynomialDecay,
  type Schedule,
  stepDecay,
  warmUp,
} from "../train/learning_rate.ts";
import type { ZooEntry } from "../zoo/entry.ts";
import { type DataName, dataSets } from "./data_sets.ts";
import { entryOf, networkOption } from "./network_option.ts";
import { option, UsageError } from "./command.ts";

const dataNames = Object.keys(dataSets) as DataName[];

const optimizers = { sgd, adam, adamw: adamW, rmsprop, adagrad, adadelta, lion, lamb };
type OptimizerName = keyof typeof optimizers;
const optimizerNames = Object.keys(optimizers) as OptimizerName[];
const hasMomentum = (name: OptimizerName) => name === "sgd" || name === "rmsprop";

const schedules = {
  constant: constantRate,
  step: (rate, epochs) => stepDecay(rate, { every: Math.max(1, Math.ceil(epochs / 3)) }),
  // The paper of the residual networks: a tenth after half of the time, a hundredth after three quarters.
  "multi-step": (rate, epochs) => multiStepDecay(rate, { at: [epochs / 2, 0.75 * epochs] }),
  exponential: (rate, epochs) => exponentialDecay(rate, { factor: 0.01 ** (1 / epochs) }),
  cosine: (rate, epochs) => cosineDecay(rate, { epochs }),
  "warm-up": (rate, epochs) =>
    warmUp(cosineDecay(rate, { epochs: 0.9 * epochs }), { epochs: 0.1 * epochs }),
  "one-cycle": (rate, epochs) => oneCycle(rate, { epochs }),
  polynomial: (rate, epochs) => polynomialDecay(rate, { epochs }),
  plateau: (rate) => divideOnPlateau(rate, { patience: 2 }),
} satisfies Record<string, (rate: number, epochs: number) => Schedule>;
type ScheduleName = keyof typeof schedules;
const scheduleNames = Object.keys(schedules) as ScheduleName[];

const size = (help: string) => option(help, number({ least: 0 }));

/** The options that decide what a training run yields. */
export const runSchema = {
  model: networkOption("the network, one of those below (lenet5)"),
  data: option(
    "what it learns: digits and shapes are drawn here, others downloaded once (digits)",
    oneOf(dataNames),
  ),
  epochs: option("times that all images are seen (3 for drawn data, else 10)", positiveInteger()),
  "batch-size": option("images of a step (32)", positiveInteger()),
  optimizer: option("the rule of the steps (sgd)", oneOf(optimizerNames)),
  "learning-rate": size(
    "size of the first steps (0.05 for sgd, 0.01 adagrad, 1 adadelta, 0.0001 lion, else 0.001)",
  ),
  momentum: size("share of the last step that goes on, for sgd and rmsprop (0.9 for sgd)"),
  "weight-decay": size("pull of the weights to zero (0.0005 for sgd, else 0)"),
  schedule: option("how the learning rate changes (cosine)", oneOf(scheduleNames)),
  seed: option("the same seed gives the same weights (0)", integer({ least: 0 })),
};

/** Options as they were given, without defaults. */
export type Given = Values<typeof runSchema>;

/** Options with their defaults: what a run depends on, and what its checkpoint keeps. */
export interface Settings {
  readonly model: string;
  readonly data: DataName;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly schedule: ScheduleName;
  readonly seed: number;
}

/** Learning rates where none is given; 0.001 for the rest. */
const firstRates: Partial<Record<OptimizerName, number>> = {
  sgd: 0.05,
  adagrad: 0.01,
  adadelta: 1,
  lion: 0.0001,
};

/** The settings of a new run. */
export function settingsOf(given: Given): Settings {
  const { model = "lenet5", data = "digits", optimizer = "sgd" } = given;
  if (given.momentum !== undefined && !hasMomentum(optimizer)) {
    throw new UsageError(`--momentum: ${optimizer} has none; it is for sgd and rmsprop`);
  }
  const plain = optimizer === "sgd";
  return {
    model,
    data,
    epochs: given.epochs ?? dataSets[data].epochs,
    batchSize: given["batch-size"] ?? 32,
    optimizer,
    learningRate: given["learning-rate"] ?? firstRates[optimizer] ?? 0.001,
    momentum: given.momentum ?? (plain ? 0.9 : 0),
    weightDecay: given["weight-decay"] ?? (plain ? 0.0005 : 0),
    schedule: given.schedule ?? "cosine",
    seed: given.seed ?? 0,
  };
}

/** The settings that a checkpoint keeps; of the options given, only the epochs may differ. */
export function resumedSettings(run: string, given: Given, where: string): Settings {
  const saved = JSON.parse(run) as Settings;
  for (const [option, value] of Object.entries(given)) {
    const name = option.replace(/-(.)/, (_, letter) => letter.toUpperCase()) as keyof Settings;
    if (name === "epochs" || saved[name] === value) continue;
    throw new UsageError(
      `--${option}: the run in ${where} has ${saved[name]}, and goes on with it; leave the ` +
        "option out",
    );
  }
  return { ...saved, ...pick(given, "epochs") };
}

/** The optimizer of a run. */
export function optimizerOf(settings: Settings): Optimizer {
  const { optimizer, schedule, momentum, weightDecay, epochs } = settings;
  try {
    return optimizers[optimizer]({
      learningRate: schedules[schedule](settings.learningRate, epochs),
      weightDecay,
      ...hasMomentum(optimizer) && { momentum },
    });
  } catch (error) {
    throw new UsageError(`--optimizer: ${(error as Error).message}`);
  }
}

/**
 * The network of a run, for images like those of its data.
 *
 * @throws {UsageError} if it does not take images that small
 */
export async function modelOf({ model, data, seed }: Settings): Promise<Model> {
  const entry = await entryOf(model), { shape } = dataSets[data];
  try {
    return entry.build({ classes: 10, inputShape: shape, seed });
  } catch (error) {
    const side = smallestSide(entry, shape);
    if (side === undefined) throw error;
    const size = (side: number) => `${side} x ${side}`;
    const larger = dataNames.filter((name) => dataSets[name].shape[0]! >= side);
    const advice = larger.length > 0
      ? `${larger.map((name) => `--data ${name}`).join(" and ")} will do`
      : "no data here are so large, but a program can bring its own (README.md)";
    throw new UsageError(
      `--model: ${model} takes images of ${size(side)} pixels or more, and those of ${data} have ` +
        `${size(shape[0]!)}; ${advice}`,
    );
  }
}

/** The side of the smallest square images that a network takes, if images of a shape are too small. */
function smallestSide(entry: ZooEntry, [tooSmall, , channels]: Shape): number | undefined {
  const takes = (side: number) => {
    try {
      return entry.build({ classes: 10, inputShape: [side, side, channels!] }) !== undefined;
    } catch {
      return false;
    }
  };
  let low = tooSmall!, high = entry.inputShape[0]!;
  if (!takes(high)) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (takes(middle)) high = middle;
    else low = middle;
  }
  return high;
}
