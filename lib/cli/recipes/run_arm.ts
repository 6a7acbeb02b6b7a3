/**
 * One training of a recipe: an ordinary run with its folder, checkpoint, record and model.
 *
 * @module
 */
import { DivergenceError } from "../../core/errors.ts";
import { makeFolder } from "../../core/files.ts";
import type { Parts } from "../../../data/parts.ts";
import { type Group, inWords } from "../../parallel/group.ts";
import { device } from "../../tensor/runtime.ts";
import { readCheckpoint } from "../../train/checkpoint.ts";
import { checkpointName } from "../../train/checkpoint_names.ts";
import type { EpochRecord, Progress } from "../../train/epoch_record.ts";
import type { Metrics } from "../../train/metric.ts";
import type { Model } from "../../train/model.ts";
import { UsageError } from "../command.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { checkSameData, readRun, RunRecord } from "../run_record.ts";
import { optimizerOf } from "../training_optimizer.ts";
import { settingsOf } from "../training_settings.ts";
import { type ArmData, armData } from "./arm_data.ts";
import type { ArmResult, Measured, Reached } from "./columns.ts";
import { networkOf } from "./networks.ts";
import { reachedAt } from "./reached.ts";
import type { Arm } from "./recipe.ts";

/** Seconds between checkpoints. */
const everySeconds = 30;

/** A training that is to be done. */
export interface ArmTask {
  readonly recipe: string;
  readonly arm: Arm;
  readonly seed: number;
  /** So many steps at most, to see that it works. */
  readonly steps: number | undefined;
  readonly folder: string;
  readonly parts: Parts;
  /** Whether it need not go on, as another of its group took no longer to reach the target. */
  isBeaten(at: Reached): boolean;
  /** Whether the training images are measured as they are, too. */
  readonly measuresTraining: boolean;
  /** Ends it after the step under way. */
  readonly signal: AbortSignal;
  /** Called when the dashboard asks for its end. */
  readonly onStop: () => void;
  /** The processes that train it together; the first of them has the folder. */
  readonly group: Group | undefined;
}

/** What is told of a training. */
export interface ArmEvents {
  started(net: Model, data: ArmData, epochs: number): void;
  progress(progress: Progress): void;
  epoch(record: EpochRecord, epochs: number): void;
}

/**
 * The result of a training: what its folder has where it is done, or else trained, from its checkpoint
 * where there is one. Undefined where it was interrupted.
 *
 * @throws {UsageError} for a folder with a training of other settings
 */
export async function runArm(task: ArmTask, events: ArmEvents): Promise<ArmResult | undefined> {
  const { recipe, arm, seed, steps, folder, group, onStop } = task;
  const settings = { recipe, arm, seed, ...steps !== undefined && { steps } };
  const before = await readRun(folder);
  if (before !== undefined && JSON.stringify(before.settings) !== JSON.stringify(settings)) {
    throw new UsageError(
      `${folder} has a training with other settings (its run.json); give this one another folder ` +
        "by --out DIR",
    );
  }
  const found = before?.status === "done" ? before.result as ArmResult : undefined;
  // One that was beaten in its group goes on where it is needed for its own sake.
  const isFinal = found !== undefined && (!found.isBeaten || task.isBeaten(found));
  const known = await ofFirst(group, isFinal ? found : undefined);
  if (known !== undefined) return known;
  const { train, plain, test } = armData(arm, task.parts, seed, steps);
  const fingerprint = await fingerprintOf(train, test);
  const hasOne = await Deno.stat(`${folder}/${checkpointName}`).then(() => true, () => false);
  const isThere = await ofFirst(group, hasOne);
  if (isThere) await checkSameData(folder, fingerprint);
  const resumed = isThere
    ? { folder, position: (await readCheckpoint(folder)).position }
    : undefined;
  const { classes } = train, { kind, description } = await device();
  if (isFirst(group)) await makeFolder(folder);
  using record = !isFirst(group) ? undefined : await RunRecord.begin(
    folder,
    {
      settings,
      device: { kind, description: description + inWords(group) },
      data: { train: train.length, test: test.length, classes, fingerprint },
    },
    resumed,
    { onStop },
  );
  const data = { train, plain, test };
  const training = new ArmTraining(task, data, resumed?.position.records, record, events);
  try {
    const result = await ofFirst(group, await training.run());
    await (result === undefined ? record?.end("interrupted") : record?.end("done", result));
    return result;
  } catch (error) {
    // What went wrong is the error, also where that cannot be written either.
    await record?.end("failed", { error: (error as Error).message }).catch(() => {});
    throw error;
  }
}

const isFirst = (group: Group | undefined) => group === undefined || group.rank === 0;

/** What the first process of a group has found: all go on by that. */
async function ofFirst<T>(group: Group | undefined, own: T): Promise<T> {
  if (group === undefined) return own;
  const [first] = await group.gatherTexts(own === undefined ? "" : JSON.stringify(own));
  return (first === "" ? undefined : JSON.parse(first!)) as T;
}

class ArmTraining {
  readonly #task: ArmTask;
  readonly #data: ArmData;
  readonly #record: RunRecord | undefined;
  readonly #events: ArmEvents;
  readonly #isResumed: boolean;
  /** Its epochs, with those before it was resumed. */
  readonly #done: EpochRecord[];

  constructor(
    task: ArmTask,
    data: ArmData,
    before: readonly EpochRecord[] | undefined,
    record: RunRecord | undefined,
    events: ArmEvents,
  ) {
    [this.#task, this.#data, this.#record, this.#events] = [task, data, record, events];
    [this.#isResumed, this.#done] = [before !== undefined, [...before ?? []]];
  }

  /** Epochs of `fit`: fewer where there are more variants of each image. */
  get #epochs(): number {
    const { arm: { epochs, variants = 1 }, steps } = this.#task;
    return steps === undefined ? Math.max(1, Math.round(epochs / variants)) : 1;
  }

  async run(): Promise<ArmResult | undefined> {
    const { arm, seed } = this.#task, { train } = this.#data;
    const made = { inputShape: train.inputs[0]!.shape, classes: train.classes!.length, seed };
    const net = await networkOf(arm.network, made);
    this.#events.started(net, this.#data, this.#epochs);
    try {
      return await this.#train(net);
    } catch (error) {
      // A rate that is too large is a result too.
      if (!(error instanceof DivergenceError)) throw error;
      return { ...this.#soFar(error.step), diverged: error.message };
    }
  }

  async #train(net: Model): Promise<ArmResult | undefined> {
    const { arm, seed, folder, signal, group } = this.#task, { train, plain, test } = this.#data;
    const { batchSize, validates = false, optimizer } = arm, epochs = this.#epochs;
    const over = new AbortController();
    if (this.#isOver()) over.abort();
    const history = await net.fit(train, {
      epochs,
      batchSize,
      optimizer: optimizerOf(settingsOf({ data: arm.data, epochs, ...optimizer })),
      seed,
      shuffle: arm.classesOfBatch === undefined,
      ...validates && { validation: test },
      progress: false,
      ...group && { group },
      checkpoint: { directory: folder, everySeconds, metadata: { recipe: this.#task.recipe } },
      ...this.#isResumed && { resume: folder },
      onProgress: (progress) => {
        this.#events.progress(progress);
        this.#record?.progress(progress);
      },
      onEpoch: async (record) => {
        this.#done.push(record);
        this.#events.epoch(record, epochs);
        await this.#record?.epoch(record);
        if (this.#isOver()) over.abort();
      },
      signal: AbortSignal.any([signal, over.signal]),
    });
    if (history.stopped === "aborted" && !over.signal.aborted) return undefined;
    const sharing = { ...group && { group } };
    const result: ArmResult = {
      ...this.#soFar(history.steps),
      ...this.#task.measuresTraining && { train: measured(await net.evaluate(plain, sharing)) },
      test: measured(await net.evaluate(test, sharing)),
    };
    if (isFirst(group)) await net.save(`${folder}/model.safetensors`);
    return result;
  }

  get #reached(): Reached | undefined {
    const { until } = this.#task.arm;
    return until && reachedAt(until, this.#done, this.#data.train.classes!.length);
  }

  /** Whether it has gone on for as long as another of its group that has reached the target. */
  get #isBeaten(): boolean {
    const epochs = this.#done.length, steps = this.#done.at(-1)?.step ?? 0;
    return this.#task.arm.until !== undefined && this.#task.isBeaten({ epochs, steps });
  }

  /** Whether it ends before its last epoch. */
  #isOver(): boolean {
    return this.#reached !== undefined || this.#isBeaten;
  }

  #soFar(steps: number): ArmResult {
    const records = this.#done, last = records.at(-1), reached = this.#reached;
    return {
      epochs: records.length,
      steps,
      seconds: records.reduce((sum, { seconds }) => sum + seconds, 0),
      ...last && { training: measured(last) },
      ...reached ? { reached } : this.#isBeaten && { isBeaten: true },
    };
  }
}

const measured = ({ loss, top1 }: Metrics): Measured => ({
  loss,
  ...top1 !== undefined && { top1 },
});
