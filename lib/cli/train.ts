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
import { readCheckpoint } from "../train/checkpoint.ts";
import type { History } from "../train/history.ts";
import type { Metrics } from "../train/metric.ts";
import type { Position } from "../train/position.ts";
import { dataSets } from "./data_sets.ts";
import { Interrupt } from "./interrupt.ts";
import { deviceOption, formatNetworks } from "./network_option.ts";
import { command, formatOptions, option, path, runCommand, toggle, UsageError } from "./command.ts";
import { modelName, prepareFolder } from "./run_folder.ts";
import { Recording } from "./recording.ts";
import { formatRecipes, recipeNames } from "./recipes/recipes.ts";
import { type Reporter, reporterFor } from "./training_report.ts";
import {
  type Given,
  modelOf,
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

/** A run that goes on from a checkpoint. */
interface Resumed {
  readonly folder: string;
  readonly position: Position;
}

/** What `train` has done. */
interface Result {
  readonly history: History;
  readonly test: Metrics | undefined;
  readonly mistakes: number;
  readonly seconds: number;
  /** The exit code. */
  readonly code: number;
}

/** Trains as the settings say; Ctrl-C and the like end it after the step under way. */
async function train(
  settings: Settings,
  folder: string,
  resumed: Resumed | undefined,
  report: Reporter,
): Promise<Result> {
  const optimizer = optimizerOf(settings);
  const net = await modelOf(settings);
  using lock = await FileLock.take(`${folder}/${modelName}`, "choose another (--out DIR)");
  if (lock.leftBy !== undefined) report.takenOver(folder, lock.leftBy);
  if (resumed?.folder !== folder) prepareFolder(folder);
  const { train, test } = await dataSets[settings.data].load(settings.seed, {
    onProgress: report.download,
  });
  const fingerprint = async () => {
    const { fingerprintOf } = await import("./fingerprint.ts");
    return await fingerprintOf(train, test);
  };
  if (resumed !== undefined) {
    const { checkSameData } = await import("./run_record.ts");
    await checkSameData(resumed.folder, await fingerprint());
  }
  const watch = new Stopwatch();
  const opened = await device();
  const { kind, description } = opened;
  report.start({ ...settings, device: kind, description, output: folder, net, train, test });
  await using recording = new Recording(async () => {
    const { RunRecord } = await import("./run_record.ts");
    return await RunRecord.begin(folder, {
      settings,
      device: { kind, description },
      data: {
        train: train.length,
        test: test.length,
        classes: train.classes,
        fingerprint: await fingerprint(),
      },
    }, resumed);
  });
  using interrupt = new Interrupt(() =>
    report.note("finishing the step and writing a checkpoint; Ctrl-C again stops at once")
  );
  let isRunning = false;
  const training = net.fit(train, {
    epochs: settings.epochs,
    batchSize: settings.batchSize,
    optimizer,
    validation: test,
    seed: settings.seed,
    progress: false,
    onStep() {
      watch.read();
      if (isRunning) return;
      isRunning = true;
      // Queued is not done; what fails here is told by fit.
      opened.finish().then(() => (report.firstStep(), recording.started()), () => {});
    },
    onProgress(progress) {
      report.progress(progress);
      recording.progress(progress);
    },
    async onEpoch(record) {
      report.epoch(record, settings.epochs);
      await recording.epoch(record);
    },
    checkpoint: { directory: folder, everySeconds: 5, metadata: { run: JSON.stringify(settings) } },
    ...resumed !== undefined && { resume: resumed.folder },
    signal: interrupt.signal,
  });
  const history = await training.catch(async (error) => {
    // What went wrong is the error, also where that cannot be written either.
    await recording.end("failed", { error: error.message }).catch(() => {});
    throw error;
  });
  const seconds = watch.read() / 1000, { epochs, steps } = history;
  if (history.stopped === "aborted") {
    await recording.end("interrupted", { steps, epochs: epochs.length, seconds });
    return { history, test: undefined, mistakes: 0, seconds, code: interrupt.code };
  }
  const measured = await net.evaluate(test);
  await net.save(`${folder}/${modelName}`);
  const { keepMistakes } = await import("./mistakes.ts");
  const mistakes = await keepMistakes(net, test, `${folder}/mistakes`);
  await recording.end("done", { steps, epochs: epochs.length, seconds, test: measured, mistakes });
  return { history, test: measured, mistakes, seconds, code: 0 };
}

const help = async () =>
  `Trains a network on images, measures it on test images, and saves it.

  deno task train [options]

${formatOptions(options)}

Networks (--model)
${await formatNetworks()}
  Each is made for the size and the classes of the data, which not every one takes (alexnet needs
  63 x 63 pixels). The networks with auxiliary classifiers (googlenet, inception-v3) learn without.

Recipes (--recipe), which take --epochs, --seeds, --seed, --steps, --data, --device, --out and --json
${await formatRecipes()}

Examples
  deno task train
  deno task train --data mnist --device cpu
  deno task train --model mlp --data mnist --optimizer adam --epochs 5
  deno task train --model cifar-resnet20 --data cifar10
  deno task train --resume runs/lenet5-digits
  deno task train --recipe relu-tanh --seeds 1

Environment
  STRIATE_CACHE    where downloads are kept
  STRIATE_MIRROR   a URL or folder to take them from instead of their origin
  STRIATE_TIMEOUT  seconds that a server may be silent (30)
  STRIATE_DEVICE   auto, webgpu or cpu`;

/** The command; returns the exit code. */
export const main = command(options, help, async ({ recipe, seeds, steps, ...given }) => {
  if (recipe ?? seeds ?? steps) {
    const { runRecipe } = await import("./recipes/run_recipe.ts");
    return await runRecipe({ ...given, recipe, seeds, steps });
  }
  const { device: deviceName, out, resume, json = false, ...run } = given;
  const saved = resume === undefined ? undefined : await savedRun(resume, run);
  const settings = saved?.settings ?? settingsOf(run);
  const folder = out ?? saved?.folder ?? `runs/${settings.model}-${settings.data}`;
  const report = reporterFor(json);
  if (deviceName !== undefined) await setDevice(deviceName);
  const result = await train(settings, folder, saved, report);
  if (result.test === undefined) {
    report.interrupted(result.history, folder);
    return result.code;
  }
  const { kind } = await device();
  report.done({ ...result, test: result.test, device: kind, output: folder });
  return 0;
});

/** The run that a checkpoint is of. */
async function savedRun(place: string, given: Given): Promise<Resumed & { settings: Settings }> {
  const { metadata: { run }, position } = await readCheckpoint(place);
  if (run === undefined) {
    throw new UsageError(`--resume: the checkpoint in ${place} was not written by train`);
  }
  // It may be named itself in place of its folder.
  const folder = place.endsWith(".safetensors") ? splitPath(place)[0] : place;
  return { folder, position, settings: resumedSettings(run, given, place) };
}

if (import.meta.main) await runCommand(main);
