/**
 * `deno task train`: trains a network, measures it, saves it.
 *
 * @module
 */
import { cifar10 } from "../../data/cifar10.ts";
import { digits } from "../../data/digits.ts";
import { fashionMnist, mnist } from "../../data/mnist.ts";
import { shapes } from "../../data/shapes.ts";
import { makeFolder } from "../core/file.ts";
import { device, setDevice } from "../tensor/runtime.ts";
import { readCheckpointMetadata } from "../train/checkpoint.ts";
import type { Dataset } from "../train/dataset.ts";
import type { History } from "../train/history.ts";
import type { Metrics } from "../train/metrics.ts";
import type { Model } from "../train/model.ts";
import { adam, adamW, type Optimizer, rmsprop, sgd } from "../train/optimizer.ts";

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
import {
  choice,
  formatOptions,
  integer,
  number,
  parseOptions,
  text,
  toggle,
  UsageError,
  type Values,
} from "./options.ts";
import { type Reporter, reporterFor } from "./report.ts";

const models = ["mlp", "lenet5"] as const;
const dataSets = ["digits", "shapes", "mnist", "fashion-mnist", "cifar10"] as const;
const optimizers = ["sgd", "adam", "adamw", "rmsprop"] as const;
const schedules = ["constant", "step", "exponential", "cosine", "warm-up", "plateau"] as const;

const options = {
  model: choice("the network (lenet5)", models),
  data: choice("what it learns (digits, drawn here; the others are downloaded once)", dataSets),
  epochs: integer("times that all images are seen (3 for drawn data, else 10)", 1),
  "batch-size": integer("images of a step (64)", 1),
  optimizer: choice("the rule of the steps (sgd)", optimizers),
  "learning-rate": number("size of the first steps (0.05 for sgd, else 0.001)"),
  momentum: number("share of the last step that goes on, for sgd and rmsprop (0.9 for sgd)"),
  "weight-decay": number("pull of the weights to zero (0.0005 for sgd, else 0)"),
  schedule: choice("how the learning rate changes (cosine)", schedules),
  seed: integer("the same seed gives the same weights (0)", 0),
  device: choice("where it runs (auto)", ["auto", "webgpu", "cpu"] as const),
  out: text("where the model and checkpoints go (runs/MODEL-DATA)", "DIR"),
  resume: text("goes on from the checkpoint in DIR, with its options", "DIR"),
  json: toggle("one JSON object a line instead of text"),
  help: toggle("shows this"),
};

type Given = Values<typeof options>;

/** Options with their defaults: what a run depends on, and what its checkpoint keeps. */
interface Settings {
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

function settingsOf(given: Given): Settings {
  const { model = "lenet5", data = "digits", optimizer = "sgd" } = given;
  const plain = optimizer === "sgd";
  return {
    model,
    data,
    epochs: given.epochs ?? (data === "digits" || data === "shapes" ? 3 : 10),
    batchSize: given["batch-size"] ?? 64,
    optimizer,
    learningRate: given["learning-rate"] ?? (plain ? 0.05 : 0.001),
    momentum: given.momentum ?? (plain ? 0.9 : 0),
    weightDecay: given["weight-decay"] ?? (plain ? 0.0005 : 0),
    schedule: given.schedule ?? "cosine",
    seed: given.seed ?? 0,
  };
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

function optimizerOf(settings: Settings): Optimizer {
  const { optimizer, momentum, weightDecay } = settings;
  const learningRate = scheduleOf(settings);
  switch (optimizer) {
    case "sgd":
      return sgd({ learningRate, momentum, weightDecay });
    case "adam":
      return adam({ learningRate, weightDecay });
    case "adamw":
      return adamW({ learningRate, weightDecay });
    case "rmsprop":
      return rmsprop({ learningRate, momentum, weightDecay });
  }
}

async function dataOf(
  name: Settings["data"],
  seed: number,
  report: Reporter,
): Promise<{ train: Dataset; test: Dataset }> {
  const onProgress = report.download;
  switch (name) {
    case "digits":
      return digits({ seed });
    case "shapes":
      return shapes({ seed });
    case "mnist":
      return await mnist({ onProgress });
    case "fashion-mnist":
      return await fashionMnist({ onProgress });
    case "cifar10":
      return await cifar10({ onProgress });
  }
}

function modelOf({ model, seed }: Settings, data: Dataset): Model {
  const settings = {
    classes: data.classes!.length,
    inputShape: data.inputs[0]!.shape,
    seed,
  };
  return model === "mlp" ? mlp(settings) : lenet5(settings);
}

/** What `train` has done. */
interface Result {
  readonly history: History;
  readonly test: Metrics | undefined;
  readonly seconds: number;
}

/** Trains as the settings say; `signal` ends it after the step under way. */
async function train(
  settings: Settings,
  folder: string,
  resume: string | undefined,
  signal: AbortSignal,
  report: Reporter,
): Promise<Result> {
  await makeFolder(folder);
  const { train, test } = await dataOf(settings.data, settings.seed, report);
  const net = modelOf(settings, train);
  const started = performance.now();
  const { kind, description } = await device();
  report.start({ ...settings, device: kind, description, output: folder, net, train, test });
  const history = await net.fit(train, {
    epochs: settings.epochs,
    batchSize: settings.batchSize,
    optimizer: optimizerOf(settings),
    validation: test,
    seed: settings.seed,
    progress: false,
    onStep: ({ step }) => report.step(step),
    onProgress: report.progress,
    onEpoch: (record) => report.epoch(record, settings.epochs),
    checkpoint: {
      directory: folder,
      everySeconds: 5,
      metadata: { run: JSON.stringify(settings) },
    },
    ...resume === undefined ? {} : { resume },
    signal,
  });
  const seconds = (performance.now() - started) / 1000;
  if (history.stopped === "aborted") return { history, test: undefined, seconds };
  const measured = await net.evaluate(test);
  await net.save(`${folder}/model.safetensors`);
  return { history, test: measured, seconds };
}

const help = `Trains a network on images, measures it on test images, and saves it.

  deno task train [options]

${formatOptions(options)}

Examples
  deno task train
  deno task train --data mnist --device cpu
  deno task train --model mlp --data mnist --optimizer adam --epochs 5
  deno task train --resume runs/lenet5-digits

Environment
  STRIATE_CACHE   where downloads are kept
  STRIATE_MIRROR  a URL or folder to take them from instead of their origin
  STRIATE_DEVICE  auto, webgpu or cpu`;

/** The command; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values: given, rest } = parseOptions(args, options);
  if (rest.length > 0) throw new UsageError(`unexpected ${JSON.stringify(rest[0])}; see --help`);
  if (given.help) {
    console.log(help);
    return 0;
  }
  let settings = settingsOf(given);
  if (given.resume !== undefined) {
    const { run } = await readCheckpointMetadata(given.resume);
    if (run === undefined) {
      throw new UsageError(`--resume: the checkpoint in ${given.resume} was not written by train`);
    }
    settings = { ...JSON.parse(run), ...given.epochs ? { epochs: given.epochs } : {} };
  }
  const folder = given.out ?? given.resume ?? `runs/${settings.model}-${settings.data}`;
  const report = reporterFor(given.json ?? false);
  if (given.device !== undefined) await setDevice(given.device);
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) Deno.exit(130);
    report.note("finishing the step and writing a checkpoint; Ctrl-C again stops at once");
    controller.abort();
  };
  Deno.addSignalListener("SIGINT", interrupt);
  try {
    const result = await train(settings, folder, given.resume, controller.signal, report);
    if (result.history.stopped === "aborted") {
      report.interrupted(`deno task train --resume ${folder}`, result.history);
      return 130;
    }
    const { kind } = await device();
    report.done({ ...result, test: result.test!, device: kind, output: folder });
    return 0;
  } finally {
    Deno.removeSignalListener("SIGINT", interrupt);
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}
