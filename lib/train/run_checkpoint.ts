/**
 * A run of `fit` as a checkpoint, and back: only runs that keep or resume one load this.
 *
 * @module
 */
import type { Variable } from "../tensor/variable.ts";
import type { BestWeights } from "./best_weights.ts";
import { checkCheckpoint, NotFinite, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type { Cohort } from "./cohort.ts";
import type { EarlyStopper } from "./early_stopping.ts";
import type { FitTask } from "./fit_task.ts";
import { writeFrozen } from "./model_metadata.ts";
import type { Position } from "./position.ts";
import { readFrozen } from "./read_frozen.ts";
import type { RunPosition } from "./run_position.ts";
import type { Trainer } from "./trainer.ts";

/** What a run is made of, as far as a checkpoint holds it. */
export interface RunParts {
  readonly task: FitTask;
  readonly trainer: Trainer;
  readonly position: RunPosition;
  readonly best: BestWeights | undefined;
  readonly stopper: EarlyStopper | undefined;
  readonly cohort: Cohort | undefined;
}

/** What has to be the same for a run to go on. */
type Settings = Position["settings"];

/**
 * Puts a run where a checkpoint stands, in a folder or a file of its own.
 *
 * @throws {Error} for one that is not of this run, before anything is changed
 */
export async function restoreRun(
  place: string,
  { task, trainer, position: run, best, stopper }: RunParts,
  variables: ReadonlyMap<string, Variable>,
  settings: Settings,
): Promise<string> {
  const weights = task.network.namedWeights, { schedule } = trainer.optimizer;
  const { architecture } = task.metadata, { batches } = run;
  const checkpoint = await readCheckpoint(place);
  checkCheckpoint(checkpoint, variables, weights, { settings, batches, architecture });
  const { position, tensors, path } = checkpoint;
  const frozen = readFrozen(checkpoint.metadata, weights, path);
  // A schedule may refuse what it is given; after that nothing can fail.
  try {
    if (position.schedule !== undefined) schedule.restore?.(position.schedule);
  } catch (error) {
    throw new SyntaxError(`${path}: ${(error as Error).message}`, { cause: error });
  }
  if (position.earlyStopping !== undefined) stopper?.restore(position.earlyStopping);
  for (const [name, variable] of variables) {
    const stored = tensors.get(name);
    if (stored !== undefined) variable.assign(stored.data);
  }
  if (frozen !== undefined) {
    for (const weight of weights.values()) weight.frozen = frozen.has(weight);
  }
  [run.epoch, run.batch, run.step] = [position.epoch, position.batch, position.step];
  run.records = [...position.records];
  if (checkpoint.best.size > 0) best?.resume(checkpoint.best);
  return path;
}

/**
 * Writes a checkpoint of a run; comes to its path, or says what holds numbers that are not finite: then
 * the last one stays.
 */
export async function saveRun(
  { task, trainer, position, best, stopper }: RunParts,
  variables: ReadonlyMap<string, Variable>,
  settings: Settings,
): Promise<{ readonly path?: string; readonly notFinite?: string }> {
  const { directory, metadata } = task.settings.checkpoint!;
  const { epoch, batch, step, records } = position;
  const schedule = trainer.optimizer.schedule.state?.(), earlyStopping = stopper?.state();
  const whole = {
    ...{ epoch, batch, step, records, settings },
    ...schedule && { schedule },
    ...earlyStopping && { earlyStopping },
  };
  const frozen = writeFrozen(task.network.namedWeights);
  const texts = { ...metadata, ...task.metadata, frozen };
  try {
    return { path: await writeCheckpoint(directory, variables, best?.saveable, whole, texts) };
  } catch (error) {
    if (!(error instanceof NotFinite)) throw error;
    return { notFinite: error.message };
  }
}
