import { FileLock } from "../core/file_lock.ts";
import { checkWritable } from "../core/files.ts";
import { rateOf, Stopwatch } from "../core/stopwatch.ts";
import type { Runtime } from "../tensor/runtime.ts";
import type { AveragedWeights } from "./averaged_weights.ts";
import { type Batch, emptyBatch } from "./batch.ts";
import type { BestWeights } from "./best_weights.ts";
import { checkpointName } from "./checkpoint_names.ts";
import { Checkpointing } from "./checkpointing.ts";
import type { Agreement, Cohort } from "./cohort.ts";
import { Dataset } from "./dataset.ts";
import type { EarlyStopper } from "./early_stopping.ts";
import type { EpochRecord, Progress } from "./epoch_record.ts";
import type { Extras, FitTask } from "./fit_task.ts";
import { History } from "./history.ts";
import { host, stopOf } from "./host.ts";
import type { Metrics } from "./metric.ts";
import type { Optimizer } from "./optimizer.ts";
import type { ProgressDisplay } from "./progress.ts";
import { RunPosition } from "./run_position.ts";
import type { DataStream } from "./stream.ts";
import { Trainer } from "./trainer.ts";
import { checkTrainable } from "./training_programs.ts";

/** Milliseconds between looks at the counters. */
const interval = 250;

/** Trains a network; see `Model.fit`. */
export async function fit(runtime: Runtime, task: FitTask): Promise<History> {
  using stoppable = host().begin();
  const { checkpoint, resume, signal } = task.settings;
  const all = stopOf(stoppable, signal);
  const extras = asksForMore(task)
    ? await (await import("./fit_task.ts")).extrasOf(runtime, task, all)
    : {};
  const run = new Run(runtime, task, extras, all);
  try {
    const writes = extras.cohort?.isFirst ?? true;
    const path = checkpoint && writes && `${checkpoint.directory}/${checkpointName}`;
    using _lock = path ? await FileLock.take(path) : undefined;
    if (path) await checkWritable(path);
    await run.checkBatchOfOne();
    if (resume !== undefined) await run.checkpoints.resume(resume);
    await run.checkSame();
    const history = await run.showTraining();
    stoppable.ended();
    return history;
  } finally {
    run.release();
  }
}

/** Whether a run has more than its trainer. */
const asksForMore = ({ settings }: FitTask): boolean => {
  const { accumulate, average, earlyStopping, group } = settings;
  return accumulate > 1 || [average, earlyStopping, group].some((one) => one !== undefined);
};

/** One call of fit. */
class Run {
  readonly #task: FitTask;
  readonly #settings: FitTask["settings"];
  readonly #signal: AbortSignal;
  readonly #optimizer: Optimizer;
  readonly #trainer: Trainer;
  /** For the validation data, whose fields may be of other types. */
  readonly #validator: Trainer | undefined;
  readonly #stopper: EarlyStopper | undefined;
  readonly #averages: AveragedWeights | undefined;
  /** Where they are to come back. */
  readonly #best: BestWeights | undefined;
  readonly #display: ProgressDisplay | undefined;
  readonly #cohort: Cohort | undefined;
  /** Where it stands. */
  readonly #at: RunPosition;
  readonly checkpoints: Checkpointing;
  /** Whether the weights cannot be used any more. */
  #isSpoilt = false;
  readonly #watch = new Stopwatch();
  /** Whether a step is behind it. */
  #isWarm = false;
  /** Milliseconds by the watch; of several processes, by that of the first. */
  #now: number | undefined;

  constructor(
    runtime: Runtime,
    task: FitTask,
    { accumulation, averages, best, stopper, group, cohort }: Extras,
    signal: AbortSignal,
  ) {
    const { network, data, normalization, settings } = task;
    const { validation } = settings;
    this.#task = task;
    this.#averages = averages;
    this.#best = best;
    this.#cohort = cohort;
    this.#settings = settings;
    this.#signal = signal;
    const trainerOn = (data: Dataset | DataStream, where: string, extras: Extras) =>
      new Trainer(runtime, {
        where,
        network,
        data,
        normalization: normalization ?? data.normalization,
        settings,
        ...extras,
      });
    this.#trainer = trainerOn(data, "fit", { accumulation, averages, group });
    this.#validator = validation && trainerOn(validation, "fit: validation", { averages, group });
    this.#optimizer = this.#trainer.optimizer;
    checkTrainable(network, "fit");
    this.#stopper = stopper;
    stopper?.check(this.#trainer.measures, validation !== undefined);
    const { progress = host().showsProgress } = settings;
    if (progress && (cohort?.isFirst ?? true)) {
      this.#display = progress === true ? host().progress() : progress;
    }
    const batches = data instanceof Dataset
      ? data.batchCount(settings.batchSize, settings.dropRemainder)
      : undefined;
    const position = this.#at = new RunPosition(settings.accumulate, batches);
    const trainer = this.#trainer;
    this.checkpoints = new Checkpointing({ task, trainer, position, best, stopper, cohort });
    this.#averages?.begin();
  }

  /** A batch of one example, which some layers do not take, shows before the first step. */
  async checkBatchOfOne(): Promise<void> {
    const { data, settings: { batchSize, dropRemainder } } = this.#task;
    if (!(data instanceof Dataset)) return;
    const { length } = data, last = length % batchSize;
    if (batchSize > 1 && (last !== 1 || dropRemainder)) return;
    try {
      this.#trainer.checkSize(1);
    } catch (error) {
      if (batchSize === 1) throw error;
      const { ofOneLeft } = await import("./batch_of_one.ts");
      if (length === 1) throw ofOneLeft("all that the data have", error, "train on more");
      throw ofOneLeft(`the last of ${length} examples in batches of ${batchSize}`, error);
    }
  }

  /** Checks that all processes of a group are about to do the same. */
  async checkSame(): Promise<void> {
    if (this.#cohort === undefined) return;
    const { factsOf } = await import("./cohort_facts.ts");
    const { data, settings, metadata: { architecture } } = this.#task;
    const { epochs, dropRemainder, loss } = settings;
    const rate = this.#rateOf(), { variables } = this.checkpoints;
    const fixed = {
      ...this.checkpoints.fixed,
      epochs,
      dropRemainder,
      loss: String(loss),
      "learning rate": rate,
    };
    await this.#cohort.checkSame(await factsOf(fixed, data, architecture, variables));
  }

  /** Trains, and tells the display how it began and ended. */
  async showTraining(): Promise<History> {
    const { epochs } = this.#settings;
    const unit = this.#task.data.inputs[0]!.shape.length === 3 ? "images" : "examples";
    this.#display?.begin?.({
      epochs,
      batches: this.#at.batches,
      done: [...this.#at.records],
      unit,
    });
    try {
      await this.#best?.begin();
      const history = await this.#train();
      await this.#display?.end?.(history);
      return history;
    } catch (error) {
      this.#best?.rescue(this.#isSpoilt);
      await this.#display?.fail?.(error);
      throw error;
    }
  }

  async #train(): Promise<History> {
    let stopped: History["stopped"] = this.#stopper?.isOver ? "early stopping" : undefined;
    while (this.#at.epoch < this.#settings.epochs && stopped === undefined) {
      stopped = await this.#trainEpoch();
    }
    // A checkpoint of a run that was stopped is written by now, and holds what it stood at.
    if (!this.#best?.restore() && this.#averages !== undefined) {
      // Who stops a run does not wait for a pass over the data.
      if (stopped !== "aborted" && !await this.#averages.complete()) stopped = "aborted";
      if (await this.#averages.isComplete()) await this.#averages.install();
    }
    const { written } = this.checkpoints;
    return new History({
      epochs: this.#at.records,
      steps: this.#at.step,
      ...stopped === undefined ? {} : { stopped },
      ...written === undefined ? {} : { checkpoint: written },
    });
  }

  async #trainEpoch(): Promise<History["stopped"]> {
    const { checkpoint, epochs, onEpoch } = this.#settings;
    const trained = await this.#trainBatches();
    if (trained === "aborted") return await this.#abort();
    await this.#averages?.endEpoch(this.#at.epoch + 1);
    const validation = await this.#validate();
    if (validation === "aborted") {
      // A run that goes on from here validates first; so this record is none of the checkpoint's.
      await this.#abort();
      this.#at.records.push(trained);
      this.#display?.epoch(trained, epochs);
      return "aborted";
    }
    const record = { ...trained, ...validation };
    this.#at.records.push(record);
    this.#optimizer.schedule.report?.(record.validation?.loss ?? record.loss);
    const verdict = this.#stopper?.report(record);
    // Without validation, they have been left until now.
    const best = verdict?.improved ? this.#best : undefined;
    if (best || this.#at.epoch + 1 === epochs) await this.#averages?.complete();
    await best?.keep();
    this.#at.epoch++;
    this.#at.batch = 0;
    this.#display?.epoch(record, epochs);
    // What is changed between epochs, by freezing say, belongs to the checkpoint.
    try {
      await onEpoch?.(record);
    } finally {
      if (checkpoint !== undefined) await this.#save();
    }
    if (verdict?.stop) return "early stopping";
    if (this.#at.epoch < epochs && (await this.#agree()).isAborted) return "aborted";
  }

  /** Trains on the batches of the epoch that are left. */
  async #trainBatches(): Promise<EpochRecord | "aborted"> {
    const cohort = this.#cohort, started = this.#watch.read();
    cohort?.beginEpoch();
    // Of an epoch that was interrupted at its end no step is left: its last one was before.
    let shown = this.#now ??= started, images = 0, rate = this.#rateOf(-1);
    // The first step of a run makes its programs: its time says nothing of the others.
    let since = started, before = 0;
    for await (const batch of this.#batchesLeft()) {
      const { examples, isAborted } = await this.#agree(batch);
      if (isAborted) return "aborted";
      rate = this.#rateOf();
      await this.#trainOn(batch, rate, examples);
      this.#at.batch++;
      images += examples;
      const isStep = this.#at.pending === this.#settings.accumulate;
      if (isStep) await this.#endStep(rate);
      await this.#trainer.throttle.step();
      if (!this.#isWarm) [since, before, this.#isWarm] = [this.#watch.read(), images, true];
      const now = cohort === undefined ? this.#now = this.#watch.read() : this.#now;
      if (now - shown >= interval) {
        shown = now;
        await this.#show(rate, images - before, (now - since) / 1000);
      }
      if (this.checkpoints.isDue(now, isStep) && this.#at.batch !== this.#at.batches) {
        await this.#save();
      }
    }
    if (this.#at.batch !== this.#at.batches && (await this.#agree()).isAborted) return "aborted";
    if (this.#at.pending > 0) await this.#endStep(rate = this.#rateOf());
    const { divergedAt: _, examples, ...metrics } = await this.#counts();
    const seconds = (this.#watch.read() - started) / 1000;
    if (examples === 0) {
      throw new RangeError("fit: expected data with at least one example, found none");
    }
    const processes = await cohort?.endEpoch();
    return {
      epoch: this.#at.epoch + 1,
      step: this.#at.step,
      ...metrics,
      learningRate: rate,
      seconds,
      imagesPerSecond: rateOf(images, seconds),
      ...processes && { processes },
    };
  }

  /** What holds for a batch in all processes, of which each has a share. */
  async #agree(batch?: Batch): Promise<Pick<Agreement, "examples" | "isAborted">> {
    const { aborted } = this.#signal;
    if (this.#cohort === undefined) return { examples: batch?.size ?? 0, isAborted: aborted };
    const agreed = await this.#cohort.agree(batch, aborted, this.#watch.read());
    this.#now = agreed.now;
    return agreed;
  }

  /** Queues a step on a batch. That a stream ends with a single example is known only here. */
  async #trainOn(batch: Batch, rate: number, examples: number): Promise<void> {
    const { batchSize, checkpoint } = this.#settings;
    if (examples === 0) return; // None of its examples could be read.
    try {
      await this.#trainer.step(batch, rate, examples);
    } catch (error) {
      if (batch.size !== 1 || batchSize === 1 || !(error instanceof RangeError)) throw error;
      if (checkpoint !== undefined) await this.#save();
      const which = this.#task.data instanceof Dataset
        ? "as the others of it cannot be read"
        : `the last of a stream in batches of ${batchSize}`;
      const { ofOneLeft } = await import("./batch_of_one.ts");
      throw ofOneLeft(which, error);
    }
  }

  /** Ends a step after its last batch. */
  async #endStep(rate: number): Promise<void> {
    if (this.#settings.accumulate > 1) await this.#trainer.update(rate);
    this.#at.step++;
    if (this.#cohort?.isCheckDue(this.#at.step)) {
      await this.#cohort.checkWeights(this.checkpoints.variables, this.#at.step);
    }
    this.#settings.onStep?.({ epoch: this.#at.epoch + 1, step: this.#at.step });
  }

  /** The learning rate of the next step of the epoch, or of one some steps from there. */
  #rateOf(from = 0): number {
    const { epochs, step } = this.#at.after(from);
    return this.#optimizer.schedule.rate(epochs, step);
  }

  #batchesLeft(): Iterable<Batch> | AsyncIterable<Batch> {
    const { data, settings: { batchSize, dropRemainder, seed, shuffle, group } } = this.#task;
    const share = this.#cohort && { share: group! };
    const cut = {
      batchSize,
      epoch: this.#at.epoch,
      seed,
      start: this.#at.batch,
      dropRemainder,
      ...share,
    };
    // A step copies its batch to the device at once.
    if (data instanceof Dataset) {
      return data.batches({ ...cut, shuffle: shuffle ? seed : false, reuse: true });
    }
    const batches = data.batches(cut);
    return data.isOwnShare
      ? this.#cohort?.together(batches, emptyBatch(data, 0)) ?? batches
      : batches;
  }

  /** Measures the validation data. If that is aborted, the counters of the epoch stay. */
  async #validate(): Promise<{ validation?: Metrics } | "aborted"> {
    const { validation, batchSize } = this.#settings;
    // Processes stop together: at the next step.
    const signal = this.#cohort === undefined ? this.#signal : new AbortController().signal;
    const { counters } = this.#trainer;
    if (validation === undefined) {
      counters.reset();
      return {};
    }
    let metrics: Metrics;
    try {
      if (await this.#averages?.complete() === false) return "aborted";
      metrics = await this.#validator!.measure(validation, batchSize, signal);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      return "aborted";
    }
    counters.reset();
    if (!Number.isFinite(metrics.loss)) {
      throw await this.#diverged("the validation loss was not a finite number", this.#at.step);
    }
    return { validation: metrics };
  }

  /** Reads the counters; a loss that is not finite ends training, before anything bad is saved. */
  async #counts() {
    const counts = await this.#trainer.read();
    const { divergedAt } = counts;
    if (divergedAt === undefined) return counts;
    this.#isSpoilt = true;
    const { checkStep } = await import("./not_finite.ts");
    await checkStep(this.#task, this.#at, divergedAt, this.checkpoints.kept);
    throw await this.#diverged("the loss was not a finite number", divergedAt);
  }

  /** The error of a run that cannot go on with its weights. */
  async #diverged(what: string, step: number): Promise<Error> {
    this.#isSpoilt = true;
    const { divergence } = await import("./not_finite.ts");
    return divergence(what, step, this.checkpoints.kept);
  }

  async #show(learningRate: number, images: number, seconds: number): Promise<void> {
    const { divergedAt: _, examples: __, ...metrics } = await this.#counts();
    const { epochs, batchSize } = this.#settings, imagesPerSecond = rateOf(images, seconds);
    const left = this.#at.batches === undefined
      ? undefined
      : (this.#at.batches * (epochs - this.#at.epoch) - this.#at.batch) * batchSize;
    const progress: Progress = {
      epoch: this.#at.epoch + 1,
      epochs,
      batch: this.#at.batch,
      batches: this.#at.batches,
      step: this.#at.step,
      ...metrics,
      learningRate,
      imagesPerSecond,
      secondsLeft: left === undefined || imagesPerSecond === 0 ? undefined : left / imagesPerSecond,
    };
    this.#display?.progress(progress);
    await this.#settings.onProgress?.(progress);
  }

  async #abort(): Promise<"aborted"> {
    if (this.#settings.checkpoint !== undefined) await this.#save();
    return "aborted";
  }

  async #save(): Promise<void> {
    await this.#counts();
    const notFinite = await this.checkpoints.save();
    // The loss of a step is that of the weights before it.
    if (notFinite !== undefined) throw await this.#diverged(notFinite, this.#at.step);
  }

  release(): void {
    this.#trainer.release();
    this.#validator?.release();
    this.#averages?.release();
  }
}
