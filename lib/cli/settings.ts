import type { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import { adagrad, adam, adamW, type Optimizer, rmsprop, sgd } from "../train/optimizer.ts";
import {
  constantRate,
  cosineDecay,
  divideOnPlateau,
  exponentialDecay,
  type Schedule,
  stepDecay,
  warmUp,
} from "../train/schedule.ts";
import { lenet5 } from "../zoo/lenet5.ts";
import { mlp } from "../zoo/mlp.ts";
import { choice, integer, number, UsageError, type Values } from "./options.ts";

const models = ["mlp", "lenet5"] as const;
const dataSets = ["digits", "shapes", "mnist", "fashion-mnist", "cifar10"] as const;
const optimizers = ["sgd", "adam", "adamw", "rmsprop", "adagrad"] as const;
const schedules = ["constant", "step", "exponential", "cosine", "warm-up", "plateau"] as const;

/** The options that decide what a training run yields. */
export const runOptions = {
  model: choice("the network (lenet5)", models),
  data: choice("what it learns (digits, drawn here; the others are downloaded once)", dataSets),
  epochs: integer("times that all images are seen (3 for drawn data, else 10)", 1),
  "batch-size": integer("images of a step (32)", 1),
  optimizer: choice("the rule of the steps (sgd)", optimizers),
  "learning-rate": number("size of the first steps (0.05 for sgd, 0.01 for adagrad, else 0.001)"),
  momentum: number("share of the last step that goes on, for sgd and rmsprop (0.9 for sgd)"),
  "weight-decay": number("pull of the weights to zero (0.0005 for sgd, else 0)"),
  schedule: choice("how the learning rate changes (cosine)", schedules),
  seed: integer("the same seed gives the same weights (0)", 0),
};

/** Options as they were given, without defaults. */
export type Given = Values<typeof runOptions>;

/** Options with their defaults: what a run depends on, and what its checkpoint keeps. */
export interface Settings {
  readonly model: typeof models[number];
  readonly data: typeof dataSets[number];
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: typeof optimizers[number];
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly schedule: typeof schedules[number];
  readonly seed: number;
}

/** Learning rates where none is given; 0.001 for the rest. */
const firstRates: Partial<Record<typeof optimizers[number], number>> = { sgd: 0.05, adagrad: 0.01 };

/** The settings of a new run. */
export function settingsOf(given: Given): Settings {
  const { model = "lenet5", data = "digits", optimizer = "sgd" } = given;
  if (given.momentum !== undefined && optimizer.startsWith("ada")) {
    throw new UsageError(`--momentum: ${optimizer} has none; it is for sgd and rmsprop`);
  }
  const plain = optimizer === "sgd";
  return {
    model,
    data,
    epochs: given.epochs ?? (data === "digits" || data === "shapes" ? 3 : 10),
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
      `--${option}: the run in ${where} has ${
        saved[name]
      }, and goes on with it; leave the option out`,
    );
  }
  return { ...saved, ...given.epochs === undefined ? {} : { epochs: given.epochs } };
}

function scheduleOf({ schedule, learningRate, epochs }: Settings): Schedule {
  switch (schedule) {
    case "constant":
      return constantRate(learningRate);
    case "step":
      return stepDecay(learningRate, { every: Math.max(1, Math.ceil(epochs / 3)) });
    case "exponential":
      return exponentialDecay(learningRate, { factor: 0.01 ** (1 / epochs) });
    case "cosine":
      return cosineDecay(learningRate, { epochs });
    case "warm-up":
      return warmUp(cosineDecay(learningRate, { epochs: 0.9 * epochs }), { epochs: 0.1 * epochs });
    case "plateau":
      return divideOnPlateau(learningRate, { patience: 2 });
  }
}

/** The optimizer of a run. */
export function optimizerOf(settings: Settings): Optimizer {
  const { optimizer, momentum, weightDecay } = settings;
  const learningRate = scheduleOf(settings);
  try {
    switch (optimizer) {
      case "sgd":
        return sgd({ learningRate, momentum, weightDecay });
      case "adam":
        return adam({ learningRate, weightDecay });
      case "adamw":
        return adamW({ learningRate, weightDecay });
      case "rmsprop":
        return rmsprop({ learningRate, momentum, weightDecay });
      case "adagrad":
        return adagrad({ learningRate, weightDecay });
    }
  } catch (error) {
    throw new UsageError(`--optimizer: ${(error as Error).message}`);
  }
}

/** The network of a run, for images like those of `data`. */
export function modelOf({ model, seed }: Settings, data: Dataset): Model {
  const settings = {
    classes: data.classes!.length,
    inputShape: data.inputs[0]!.shape,
    seed,
  };
  return model === "mlp" ? mlp(settings) : lenet5(settings);
}
