import { DivergenceError } from "../core/errors.ts";
import { FileLock } from "../core/file_lock.ts";
import { Stopwatch } from "../core/stopwatch.ts";
import type { Group } from "../parallel/group.ts";
import { device } from "../tensor/runtime.ts";
import { Dataset } from "../train/dataset.ts";
import type { History } from "../train/history.ts";
import type { Metrics } from "../train/metric.ts";
import type { Model } from "../train/model.ts";
import type { DataStream } from "../train/stream.ts";
import { Interrupt } from "./interrupt.ts";
import { Recording } from "./recording.ts";
import { modelName, prepareFolder } from "./run_folder.ts";
import type { Phase, Resumed } from "./run_record.ts";
import { optimizerFor, optimizerOf } from "./training_optimizer.ts";
import type { Reporter } from "./training_report.ts";
import { headSettings, isDataName, type Settings } from "./training_settings.ts";
import { classWeightsOf, lossesOf, prepareRun } from "./training_setup.ts";
import type { Watching } from "./watching.ts";

/** What `train` has done. */
export interface Result {
  /** Undefined where it was ended before the first step. */
  readonly history: History | undefined;
  readonly test: Metrics | undefined;
  /** What its images are: "validation" where each epoch was measured by them. */
  readonly tested: "test" | "validation";
  readonly seconds: number;
  /** The exit code. */
  readonly code: number;
}

/** A run that goes on. */
export interface ResumedRun extends Required<Resumed> {
  /** The file of its checkpoint. */
  readonly checkpoint: string;
}

/** Begins to watch a run in its folder, where that is asked for. */
export type Watch = (folder: string, resumed: ResumedRun | undefined) => Promise<Watching>;

/** Trains as the settings say; Ctrl-C and the like end it after the step under way. */
export async function train(
  given: Settings,
  folder: string,
  resumed: ResumedRun | undefined,
  report: Reporter,
  { beginWatching, group }: { readonly beginWatching?: Watch; readonly group?: Group } = {},
): Promise<Result> {
  // Of several processes, which train together, the first writes what the run leaves behind.
  const isFirst = group === undefined || group.rank === 0;
  // What it does not take is said before anything is loaded.
  optimizerOf(given.epochs > 0 ? given : headSettings(given));
  const load = await prepareRun(given, resumed && await modelIn(resumed));
  using lock = isFirst
    ? await FileLock.take(`${folder}/${modelName}`, "choose another (--out DIR)")
    : undefined;
  if (lock?.leftBy !== undefined) report.takenOver(folder, lock.leftBy);
  if (isFirst && resumed?.folder !== folder) prepareFolder(folder);
  const corrupt = new Set<string>();
  const setup = await load({
    download: report.download,
    corrupt(image, reason) {
      if (!corrupt.has(image)) report.corrupt(image, reason);
      corrupt.add(image);
    },
  });
  const { settings, net, plain, validation, test } = setup;
  const tested = validation === test ? "validation" : "test";
  // Of a data set here, what validates is some of what was there to learn.
  const isApart = tested === "test" && !isDataName(settings.data);
  const fingerprint = async () => {
    const { fingerprintOf } = await import("./fingerprint.ts");
    return await fingerprintOf(plain, test, ...isApart ? [validation] : []);
  };
  if (resumed !== undefined) {
    const { checkSameData } = await import("./run_record.ts");
    await checkSameData(resumed.folder, await fingerprint());
  }
  const classWeights = await classWeightsOf(settings, plain);
  const watch = new Stopwatch();
  const { kind, description, finish, deviceMemory } = await opened(group);
  await report.start({ setup, device: { kind, description }, output: folder });
  await using recording = !isFirst ? undefined : new Recording(async () => {
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
      { onStop: () => interrupt.hear("SIGINT", performance.now()) },
    );
  });
  using interrupt = new Interrupt(() =>
    report.note("finishing the step and writing a checkpoint; Ctrl-C again stops at once")
  );
  const { signal } = interrupt;
  await using watching = await beginWatching?.(folder, resumed);
  let isRunning = false;
  const trainPhase = async (phase: Phase): Promise<History> => {
    const isHead = phase === "head";
    const part = isHead ? await (await import("./head_phase.ts")).headPhase(setup, signal) : setup;
    const ofPhase = isHead ? { phase: "head" } as const : {};
    const own = isHead ? headSettings(settings) : settings;
    const { accumulate } = own;
    const average = own.ema ? await movingAverage() : undefined;
    const losses = lossesOf(own, classWeights);
    watching?.begin({ ...part, phase, settings: losses });
    return await part.net.fit(part.train, {
      epochs: own.epochs,
      batchSize: own.batchSize,
      optimizer: isHead ? optimizerOf(own) : optimizerFor(own, net),
      validation: part.validation,
      seed: own.seed,
      progress: false,
      ...losses,
      ...accumulate !== undefined && { accumulate },
      ...average && { average },
      ...group && { group },
      onStep() {
        watch.read();
        if (isRunning) return;
        isRunning = true;
        // Queued is not done; what fails here is told by fit.
        finish().then(() => (report.firstStep(), recording?.started()), () => {});
      },
      async onProgress(progress) {
        report.progress({ ...progress, ...ofPhase });
        recording?.progress({ ...progress, ...ofPhase, deviceMemory: deviceMemory() });
        await watching?.progress(progress);
      },
      async onEpoch(record) {
        report.epoch({ ...record, ...ofPhase }, own.epochs);
        await recording?.epoch({ ...record, ...ofPhase });
        await watching?.epoch(record);
      },
      checkpoint: {
        directory: folder,
        everySeconds: 5,
        metadata: { run: JSON.stringify(settings), phase },
      },
      ...resumed?.phase === phase && { resume: resumed.checkpoint },
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
      return { history: undefined, test: undefined, tested, seconds: 0, code: interrupt.code };
    }
    const told = inOptions(error);
    // What went wrong is the error, also where that cannot be written either.
    if (isRunning) {
      await recording?.end("failed", { error: (told as Error).message }).catch(() => {});
    }
    throw told;
  }
  const seconds = watch.read() / 1000, { epochs, steps, stopped } = history!;
  const images = corrupt.size > 0 ? { corruptImages: corrupt.size } : {};
  const done = { steps, epochs: epochs.length, seconds, ...images };
  if (stopped === "aborted") {
    await recording?.end("interrupted", done);
    return { history, test: undefined, tested, seconds, code: interrupt.code };
  }
  const measured = await net.evaluate(test, { ...group && { group } });
  if (!isFirst) return { history, test: measured, tested, seconds, code: 0 };
  await net.save(`${folder}/${modelName}`);
  const { leaveToLookAt } = await import("./afterwards.ts");
  const found = await leaveToLookAt({
    setup,
    device: { kind, description },
    folder,
    history: history!,
    test: measured,
    seconds,
  });
  await recording?.end("done", { ...done, test: measured, ...found });
  return { history, test: measured, tested, seconds, code: 0 };
}

/** An error in terms of the command's options. */
const inOptions = (error: unknown) =>
  error instanceof DivergenceError
    ? new DivergenceError(error.message.replace("clipNorm", "--clip-norm"), error.step)
    : error;

/** The phases that are still to come. */
function phasesOf(
  { headEpochs, epochs }: Settings,
  resumed: ResumedRun | undefined,
): Phase[] {
  return [
    ...headEpochs > 0 && resumed?.phase !== "all" ? ["head"] as const : [],
    ...epochs > 0 ? ["all"] as const : [],
  ];
}

/** The model in a checkpoint; that of a head is not yet the whole. */
async function modelIn({ phase, checkpoint }: ResumedRun): Promise<Model | undefined> {
  if (phase === "head") return undefined;
  const { loadModel } = await import("../train/load_model.ts");
  return await loadModel(checkpoint);
}

/** The average that `--ema` keeps: of short runs too, whose first weights are soon forgotten. */
async function movingAverage() {
  const { ema } = await import("../train/weight_average.ts");
  return ema(0.999, { warmUp: true, power: 0.75 });
}

/** The device, how long it has something to do, and the bytes that it holds. */
async function opened(group: Group | undefined) {
  const runtime = await device(), { kind } = runtime;
  const processes = group && (await import("../parallel/group.ts")).inWords(group);
  const description = runtime.description + (processes ?? "");
  const deviceMemory = () => runtime.allocatedBytes;
  return { kind, description, finish: () => runtime.finish(), deviceMemory };
}

/** Examples; a stream does not know. */
const lengthOf = (data: Dataset | DataStream) => data instanceof Dataset ? data.length : null;
