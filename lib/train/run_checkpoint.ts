/**
 * A run of `fit` as a checkpoint, and back: only runs that keep or resume one load this.
 *
 * @module
 */
import type { Variable } from "../tensor/variable.ts";
import type { Weight } from "../nn/weight.ts";
import {
  checkCheckpoint,
  type Checkpoint,
  NotFinite,
  readCheckpoint,
  type Saveable,
  writeCheckpoint,
} from "./checkpoint.ts";
import type { EarlyStopper } from "./early_stopping.ts";
import { readFrozen } from "./model_metadata.ts";
import type { Schedule } from "./learning_rate.ts";
import type { Position } from "./position.ts";

/** What remembers something between epochs. */
interface Remembering {
  readonly schedule: Schedule;
  readonly stopper: EarlyStopper | undefined;
}

/** A run that is to go on from a checkpoint. */
interface Waiting extends Remembering {
  readonly weights: ReadonlyMap<string, Weight>;
  /** Everything that a checkpoint holds. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** What has to be the same. */
  readonly settings: Position["settings"];
  /** Batches of an epoch; a stream does not know. */
  readonly batches: number | undefined;
  readonly architecture: string | undefined;
}

/**
 * Puts a run where a checkpoint stands, in a folder or a file of its own.
 *
 * @throws {Error} for one that is not of this run, before anything is changed
 */
export async function restoreRun(place: string, run: Waiting): Promise<Checkpoint> {
  const { weights, variables, schedule, stopper, ...fixed } = run;
  const checkpoint = await readCheckpoint(place);
  checkCheckpoint(checkpoint, variables, weights, fixed);
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
  return checkpoint;
}

/** A run as it stands. */
interface Standing extends Remembering {
  readonly variables: ReadonlyMap<string, Saveable>;
  /** The weights of the best epoch. */
  readonly best: ReadonlyMap<string, Saveable> | undefined;
  readonly position: Omit<Position, "schedule" | "earlyStopping">;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes a checkpoint to a folder; comes to its path, or says what holds numbers that are not finite: then
 * the last one stays.
 */
export async function saveRun(
  folder: string,
  { variables, best, schedule, stopper, metadata, position }: Standing,
): Promise<{ readonly path?: string; readonly notFinite?: string }> {
  const remembered = schedule.state?.(), earlyStopping = stopper?.state();
  try {
    const whole = {
      ...position,
      ...remembered && { schedule: remembered },
      ...earlyStopping && { earlyStopping },
    };
    return { path: await writeCheckpoint(folder, variables, best, whole, metadata) };
  } catch (error) {
    if (!(error instanceof NotFinite)) throw error;
    return { notFinite: error.message };
  }
}
