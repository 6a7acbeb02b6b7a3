/**
 * `deno task train`: trains a network, measures it, saves it.
 *
 * @module
 */
import { FileLock } from "../core/file_lock.ts";
import { Stopwatch } from "../core/stopwatch.ts";
import { device, setDevice } from "../tensor/runtime.ts";
import { readCheckpointMetadata } from "../train/checkpoint.ts";
import type { History } from "../train/history.ts";
import type { Metrics } from "../train/metric.ts";
import { dataSets } from "./data_sets.ts";
import { Interrupt } from "./interrupt.ts";
import { deviceOption, formatNetworks } from "./network_option.ts";
import { command, formatOptions, path, runCommand, toggle, UsageError } from "./command.ts";
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
};

/** What `train` has done. */
interface Result {
  readonly history: History;
  readonly test: Metrics | undefined;
  readonly seconds: number;
  /** The exit code. */
  readonly code: number;
}

/** Trains as the settings say; Ctrl-C and the like end it after the step under way. */
async function train(
  settings: Settings,
  folder: string,
  resume: string | undefined,
  report: Reporter,
): Promise<Result> {
  const optimizer = optimizerOf(settings);
  const net = await modelOf(settings);
  using lock = await FileLock.take(`${folder}/model.safetensors`, "choose another (--out DIR)");
  if (lock.leftBy !== undefined) report.takenOver(folder, lock.leftBy);
  const { train, test } = await dataSets[settings.data].load(settings.seed, {
    onProgress: report.download,
  });
  const watch = new Stopwatch();
  const opened = await device();
  const { kind, description } = opened;
  report.start({ ...settings, device: kind, description, output: folder, net, train, test });
  using interrupt = new Interrupt(() =>
    report.note("finishing the step and writing a checkpoint; Ctrl-C again stops at once")
  );
  let isRunning = false;
  const history = await net.fit(train, {
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
      opened.finish().then(report.firstStep, () => {});
    },
    onProgress: report.progress,
    onEpoch: (record) => report.epoch(record, settings.epochs),
    checkpoint: { directory: folder, everySeconds: 5, metadata: { run: JSON.stringify(settings) } },
    ...resume !== undefined && { resume },
    signal: interrupt.signal,
  });
  const seconds = watch.read() / 1000;
  if (history.stopped === "aborted") {
    return { history, test: undefined, seconds, code: interrupt.code };
  }
  const measured = await net.evaluate(test);
  await net.save(`${folder}/model.safetensors`);
  return { history, test: measured, seconds, code: 0 };
}

const help = async () =>
  `Trains a network on images, measures it on test images, and saves it.

  deno task train [options]

${formatOptions(options)}

Networks (--model)
${await formatNetworks()}
  Each is made for the size and the classes of the data, which not every one takes (alexnet needs
  63 x 63 pixels). The networks with auxiliary classifiers (googlenet, inception-v3) learn without.

Examples
  deno task train
  deno task train --data mnist --device cpu
  deno task train --model mlp --data mnist --optimizer adam --epochs 5
  deno task train --model cifar-resnet20 --data cifar10
  deno task train --resume runs/lenet5-digits

Environment
  STRIATE_CACHE    where downloads are kept
  STRIATE_MIRROR   a URL or folder to take them from instead of their origin
  STRIATE_TIMEOUT  seconds that a server may be silent (30)
  STRIATE_DEVICE   auto, webgpu or cpu`;

/** The command; returns the exit code. */
export const main = command(options, help, async (given) => {
  const { device: deviceName, out, resume, json = false, ...run } = given;
  const settings = resume === undefined ? settingsOf(run) : await savedSettings(resume, run);
  const folder = out ?? resume ?? `runs/${settings.model}-${settings.data}`;
  const report = reporterFor(json);
  if (deviceName !== undefined) await setDevice(deviceName);
  const result = await train(settings, folder, resume, report);
  if (result.test === undefined) {
    report.interrupted(result.history, folder);
    return result.code;
  }
  const { kind } = await device();
  report.done({ ...result, test: result.test, device: kind, output: folder });
  return 0;
});

async function savedSettings(place: string, given: Given): Promise<Settings> {
  const { run } = await readCheckpointMetadata(place);
  if (run !== undefined) return resumedSettings(run, given, place);
  throw new UsageError(`--resume: the checkpoint in ${place} was not written by train`);
}

if (import.meta.main) await runCommand(main);
