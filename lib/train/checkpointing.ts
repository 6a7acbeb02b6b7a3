import type { Variable } from "../tensor/variable.ts";
import { Dataset } from "./dataset.ts";
import type { Position } from "./position.ts";
import type { RunParts } from "./run_checkpoint.ts";

/** The checkpoints of a run of `fit`: what they hold, when they are written, and going on from one. */
export class Checkpointing {
  readonly #parts: RunParts;
  /** When the last one was written: known by the first look at the watch after it. */
  #writtenAt: number | undefined = 0;
  #written: string | undefined;

  /** The checkpoints of a run that has these parts. */
  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** The path of the last one. */
  get written(): string | undefined {
    return this.#written;
  }

  /** What is left of the run, in words. */
  get kept(): string {
    if (this.#written !== undefined) return `the last good checkpoint is ${this.#written}`;
    const weights = this.#parts.best === undefined
      ? "the weights are lost: make the network anew, or load some into it"
      : "the best weights so far, or the first, are in the network again";
    return `no checkpoint was written, and ${weights}`;
  }

  /** Everything with numbers that one holds. */
  get variables(): Map<string, Variable> {
    const { task, trainer } = this.#parts;
    return new Map([...task.network.namedWeights, ...trainer.variables]);
  }

  /** What has to be the same for a resumed run to equal an uninterrupted one. */
  get fixed(): Position["settings"] {
    const { task: { data, settings }, trainer } = this.#parts;
    const { accumulate, average, batchSize, seed, shuffle } = settings;
    return {
      batchSize,
      // As in checkpoints of before, which do not say.
      accumulate: accumulate === 1 ? null : accumulate,
      average: average ? JSON.stringify([average.name, average.settings ?? {}]) : null,
      seed,
      optimizer: trainer.optimizer.name,
      shuffle,
      examples: data instanceof Dataset ? data.length : null,
      sampling: data instanceof Dataset ? data.sampling ?? null : null,
      ...trainer.weighting,
    };
  }

  /** Puts the run where a checkpoint stands. */
  async resume(place: string): Promise<void> {
    const { restoreRun } = await import("./run_checkpoint.ts");
    this.#written = await restoreRun(place, this.#parts, this.variables, this.fixed);
  }

  /** Whether one is to be written after a batch, which may have ended a step. */
  isDue(now: number, isStep: boolean): boolean {
    const { task, position } = this.#parts;
    const { everySteps, everySeconds } = task.settings.checkpoint ?? {};
    return (isStep && everySteps !== undefined && position.step % everySteps === 0) ||
      (everySeconds !== undefined && now - (this.#writtenAt ??= now) >= everySeconds * 1000);
  }

  /** Writes one; comes to what of it holds numbers that are not finite: then the last one stays. */
  async save(): Promise<string | undefined> {
    const { saveRun } = await import("./run_checkpoint.ts");
    this.#writtenAt = undefined;
    if (this.#parts.cohort?.isFirst === false) return undefined;
    const { path, notFinite } = await saveRun(this.#parts, this.variables, this.fixed);
    if (notFinite === undefined) this.#written = path;
    return notFinite;
  }
}
