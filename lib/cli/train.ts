/**
 * `deno task train`: trains a network, measures it, saves it.
 *
 * @module
 */
import { oneOf, positiveInteger } from "../core/option_kinds.ts";
import { FileLock } from "../core/file_lock.ts";
import { splitPath } from "../core/files.ts";
import { Stopwatch } from "../core/stopwatch.ts";
import { device, setDevice } from "../tensor/runtime.ts";
import { checkpointName, readCheckpoint } from "../train/checkpoint.ts";
import type { History } from "../train/history.ts";
import type { Metrics } from "../train/metric.ts";
import { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import type { DataStream } from "../train/stream.ts";
import { Interrupt } from "./interrupt.ts";
import { deviceOption, formatNetworks } from "./network_option.ts";
import { command, formatOptions, option, path, runCommand, toggle, UsageError } from "./command.ts";
import { modelName, prepareFolder } from "./run_folder.ts";
import { Recording } from "./recording.ts";
import { formatRecipes, recipeNames } from "./recipes/recipes.ts";
import { type Reporter, reporterFor } from "./training_report.ts";
import { classWeightsOf, prepareRun } from "./training_setup.ts";
import type { Phase, Resumed } from "./run_record.ts";
import {
  type Given,
  headSettings,
  isDataName,
  optimizerOf,
  resumedSettings,
  runSchema,
  type Settings,
  settingsOf,
} from "./training_settings.ts";

const options = {
  ...runSchema,
  device: deviceOption,
  out: path("where the model and checkpoints go (runs/MODEL-DATA)", "DIR"),
  resume: path("goes on from the checkpoint in DIR, with its options", "DIR"),
  json: toggle("one JSON object a line instead of text"),
  recipe: option("an experiment of a paper, one of those below", oneOf(recipeNames)),
  seeds: option(
    "of a recipe: how many times it is done, each with another seed",
    positiveInteger(),
  ),
  steps: option(
    "of a recipe: steps of each training, a few to see that it works",
    positiveInteger(),
  ),
};

/** What `train` has done. */
interface Result {
  /** Undefined where it was ended before the first step. */
  readonly history: History | undefined;
  readonly test: Metrics | undefined;
  readonly seconds: number;
  /** The exit code. */
  readonly code: number;
}

/** Trains as the settings say; Ctrl-C and the like end it after the step under way. */
async function train(
  given: Settings,
  folder: string,
  resumed: Required<Resumed> | undefined,
  report: Reporter,
): Promise<Result> {
  // What it does not take is said before anything is loaded.
  optimizerOf(given.epochs > 0 ? given : headSettings(given));
  const load = await prepareRun(given, resumed && await modelIn(resumed));
  using lock = await FileLock.take(`${folder}/${modelName}`, "choose another (--out DIR)");
  if (lock.leftBy !== undefined) report.takenOver(folder, lock.leftBy);
  if (resumed?.folder !== folder) prepareFolder(folder);
  const corrupt = new Set<string>();
  const setup = await load({
    download: report.download,
    corrupt(image, reason) {
      if (!corrupt.has(image)) report.corrupt(image, reason);
      corrupt.add(image);
    },
  });
  const { settings, net, plain, test } = setup;
  const fingerprint = async () => {
    const { fingerprintOf } = await import("./fingerprint.ts");
    return await fingerprintOf(plain, test);
  };
  if (resumed !== undefined) {
    const { checkSameData } = await import("./run_record.ts");
    await checkSameData(resumed.folder, await fingerprint());
  }
  const classWeights = await classWeightsOf(settings, plain);
  const watch = new Stopwatch();
  const { kind, description, finish } = await opened();
  report.start({ setup, device: { kind, description }, output: folder });
  await using recording = new Recording(async () => {
    const { RunRecord } = await import("./run_record.ts");
    const data = {
      train: lengthOf(plain),
      test: lengthOf(test),
      classes: net.classes,
      fingerprint: await fingerprint(),
    };
    return await RunRecord.begin(
      folder,
      { settings, device: { kind, description }, data },
      resumed,
    );
  });
  using interrupt = new Interrupt(() =>
    report.note("finishing the step and writing a checkpoint; Ctrl-C again stops at once")
  );
  const { signal } = interrupt;
  let isRunning = false;
  const trainPhase = async (phase: Phase): Promise<History> => {
    const isHead = phase === "head";
    const part = isHead ? await (await import("./head_phase.ts")).headPhase(setup, signal) : setup;
    const ofPhase = isHead ? { phase: "head" } as const : {};
    const own = isHead ? headSettings(settings) : settings;
    const { labelSmoothing, accumulate } = own;
    const average = own.ema ? await movingAverage() : undefined;
    return await part.net.fit(part.train, {
      epochs: own.epochs,
      batchSize: own.batchSize,
      optimizer: optimizerOf(own),
      validation: part.test,
      seed: own.seed,
      progress: false,
      ...labelSmoothing > 0 && { loss: { name: "crossEntropy", labelSmoothing } },
      ...classWeights && { classWeights },
      ...accumulate !== undefined && { accumulate },
      ...average && { average },
      onStep() {
        watch.read();
        if (isRunning) return;
        isRunning = true;
        // Queued is not done; what fails here is told by fit.
        finish().then(() => (report.firstStep(), recording.started()), () => {});
      },
      onProgress(progress) {
        report.progress({ ...progress, ...ofPhase });
        recording.progress({ ...progress, ...ofPhase });
      },
      async onEpoch(record) {
        report.epoch({ ...record, ...ofPhase }, own.epochs);
        await recording.epoch({ ...record, ...ofPhase });
      },
      checkpoint: {
        directory: folder,
        everySeconds: 5,
        metadata: { run: JSON.stringify(settings), phase },
      },
      ...resumed?.phase === phase && { resume: resumed.folder },
      signal,
    });
  };
  let history: History | undefined;
  try {
    for (const phase of phasesOf(settings, resumed)) {
      history = await trainPhase(phase);
      if (history.stopped === "aborted") break;
    }
  } catch (error) {
    if (signal.aborted && error === signal.reason) {
      return { history: undefined, test: undefined, seconds: 0, code: interrupt.code };
    }
    // What went wrong is the error, also where that cannot be written either.
    if (isRunning) {
      await recording.end("failed", { error: (error as Error).message }).catch(() => {});
    }
    throw error;
  }
  const seconds = watch.read() / 1000, { epochs, steps, stopped } = history!;
  const images = corrupt.size > 0 ? { corruptImages: corrupt.size } : {};
  const done = { steps, epochs: epochs.length, seconds, ...images };
  if (stopped === "aborted") {
    await recording.end("interrupted", done);
    return { history, test: undefined, seconds, code: interrupt.code };
  }
  const measured = await net.evaluate(test);
  await net.save(`${folder}/${modelName}`);
  const mistakes = await mistakesOf(net, test, folder);
  await recording.end("done", { ...done, test: measured, ...mistakes });
  return { history, test: measured, seconds, code: 0 };
}

/** The phases that are still to come. */
function phasesOf(
  { headEpochs, epochs }: Settings,
  resumed: Required<Resumed> | undefined,
): Phase[] {
  return [
    ...headEpochs > 0 && resumed?.phase !== "all" ? ["head"] as const : [],
    ...epochs > 0 ? ["all"] as const : [],
  ];
}

/** The model in a checkpoint; that of a head is not yet the whole. */
async function modelIn({ phase, folder }: Resumed): Promise<Model | undefined> {
  if (phase === "head") return undefined;
  const { loadModel } = await import("../train/load_model.ts");
  return await loadModel(`${folder}/${checkpointName}`);
}

/** The average that `--ema` keeps: of short runs too, whose first weights are soon forgotten. */
async function movingAverage() {
  const { ema } = await import("../train/weight_average.ts");
  return ema(0.999, { warmUp: true, power: 0.75 });
}

/** The device, and how long it has something to do. */
async function opened() {
  const runtime = await device(), { kind, description } = runtime;
  return { kind, description, finish: () => runtime.finish() };
}

/** Examples; a stream does not know. */
const lengthOf = (data: Dataset | DataStream) => data instanceof Dataset ? data.length : null;

/** Keeps some mistakes; those of a stream have no place to be found at again. */
async function mistakesOf(net: Model, test: Dataset | DataStream, folder: string) {
  if (!(test instanceof Dataset)) return {};
  const { keepMistakes } = await import("./mistakes.ts");
  return { mistakes: await keepMistakes(net, test, `${folder}/mistakes`) };
}

const help = async () =>
  `Trains a network on images, measures it on test images, and saves it.

  deno task train [options]

${formatOptions(options)}

Networks (--model)
${await formatNetworks()}
  Each is made for the size and the classes of the data, which not every one takes (alexnet needs
  63 x 63 pixels). The networks with auxiliary classifiers (googlenet, inception-v3) learn without.

Images of your own (--data)
  a folder for each class, or such folders in train and val (or test); images in one folder with
  --labels; WebDataset shards with --val and --classes

Defaults
  for such a folder, for it with --weights (fine-tuning: a new head first, on features of the images
  as they are, then all), for cifar10 and a network for it (the paper's recipe), and for other data;
  a table shows them before work starts

Recipes (--recipe), which take --epochs, --seeds, --seed, --steps, --data, --device, --out and --json
${await formatRecipes()}

Examples
  deno task train
  deno task train --data mnist --device cpu
  deno task train --model mlp --data mnist --optimizer adam --epochs 5
  deno task train --model cifar-resnet20 --data cifar10
  deno task train --data photos --model resnet18 --image-size 96 --class-weights balanced
  deno task train --data photos --model resnet18 --weights imagenet --freeze layer2
  deno task train --resume runs/lenet5-digits
  deno task train --recipe relu-tanh --seeds 1

Environment
  STRIATE_CACHE         where downloads are kept
  STRIATE_MIRROR        a URL or folder to take them from instead of their origin
  STRIATE_TIMEOUT       seconds that a server may be silent (30)
  STRIATE_DEVICE        auto, webgpu or cpu
  STRIATE_INSTRUCTIONS  what the CPU computes products with: wasm, avx2 or avx512 (the best there is)`;

/** The command; returns the exit code. */
export const main = command(options, help, async ({ recipe, seeds, steps, ...given }) => {
  if (recipe ?? seeds ?? steps) {
    const { runRecipe } = await import("./recipes/run_recipe.ts");
    return await runRecipe({ ...given, recipe, seeds, steps });
  }
  const { device: deviceName, out, resume, json = false, ...run } = given;
  const saved = resume === undefined ? undefined : await savedRun(resume, run);
  const settings = saved?.settings ?? settingsOf(run);
  const folder = out ?? saved?.folder ?? usualFolder(settings);
  const report = reporterFor(json);
  if (deviceName !== undefined) await setDevice(deviceName);
  const result = await train(settings, folder, saved, report);
  const { history, test, code } = result;
  if (history !== undefined && test !== undefined) {
    const { kind } = await device();
    const isOwnData = !isDataName(settings.data);
    report.done({ ...result, history, test, device: kind, output: folder, isOwnData });
  } else if (history !== undefined) report.interrupted(history, folder);
  else report.note("interrupted before the first step");
  return code;
});

/** Where a run goes: a folder for the network and what it learns. */
function usualFolder({ model = "model", data }: Settings): string {
  const [, name] = splitPath(data.replace(/[/\\]+$/, ""));
  return `runs/${model}-${name.replace(/\W+/g, "-")}`;
}

/** The run that a checkpoint is of. */
async function savedRun(
  place: string,
  given: Given,
): Promise<Required<Resumed> & { readonly settings: Settings }> {
  const { metadata: { run, phase }, position } = await readCheckpoint(place);
  if (run === undefined) {
    throw new UsageError(`--resume: the checkpoint in ${place} was not written by train`);
  }
  // It may be named itself in place of its folder.
  const folder = place.endsWith(".safetensors") ? splitPath(place)[0] : place;
  return {
    folder,
    position,
    phase: phase === "head" ? phase : "all",
    settings: resumedSettings(run, given, place),
  };
}

if (import.meta.main) await runCommand(main);
