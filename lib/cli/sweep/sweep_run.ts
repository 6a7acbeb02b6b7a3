import { FileLock } from "../../core/file_lock.ts";
import { makeFolder, writeFileAtomic } from "../../core/files.ts";
import { UsageError } from "../command.ts";
import { type Given, settingsOf } from "../training_settings.ts";
import { judge, type Judged, ranked } from "./judged.ts";
import type { SweepRecipe } from "./sweep_recipe.ts";
import { type Reached, train, type TrainTask } from "./train_process.ts";
import { type Trial, trialsOf } from "./trials.ts";

/** The name of a sweep's file in its folder, and what it says it is. */
export const sweepFile = "sweep.json";
const format = "striate-sweep";

/** How a sweep is done. */
export interface SweepOptions {
  readonly folder: string;
  /** Processes at a time. */
  readonly jobs: number;
  /** Further words of the command lines of `train`. */
  readonly words: readonly string[];
  /** Ends it: runs under way write a checkpoint. */
  readonly signal: AbortSignal;
}

/** Who is told of what happens. */
export interface SweepEvents {
  /** So many trials train until an epoch, or to their end. */
  rung(trials: number, until: number): void;
  /** A run is as far as it is to come. */
  reached(trial: Trial, seed: number, reached: Reached): void;
}

/**
 * Does what is not yet done of a sweep: equal recipes go on in the same folder. The trials that were
 * compared last, the best first; undefined where it was interrupted.
 *
 * @throws {UsageError} for settings that do not go together, or a folder with another sweep
 */
export async function runSweep(
  recipe: SweepRecipe,
  options: SweepOptions,
  events: SweepEvents,
): Promise<readonly Judged[] | undefined> {
  const trials = trialsOf(recipe), { folder, signal } = options;
  for (const trial of trials) checkTogether(recipe, trial);
  await makeFolder(folder);
  using _lock = await FileLock.take(`${folder}/${sweepFile}`, "choose another (--out DIR)");
  await checkSame(folder, recipe);
  const write = (status: string, best?: Judged) => writeSweep(folder, recipe, trials, status, best);
  await write("running");
  let left = trials, judged: readonly Judged[] = [];
  for (const { until, keeps } of rungsOf(recipe, trials.length)) {
    left = left.slice(0, keeps);
    events.rung(left.length, until);
    judged = ranked(await compare(left, until, recipe, options, events), recipe);
    if (signal.aborted) {
      await write("interrupted");
      return undefined;
    }
    left = judged.map(({ trial }) => trial);
  }
  await write("done", judged[0]);
  return judged;
}

/** Settings that `train` would refuse are refused before anything begins. */
function checkTogether({ fixed }: SweepRecipe, { name, options }: Trial): void {
  try {
    settingsOf({ ...fixed, ...options } as Given);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${name} (${JSON.stringify(options)}): ${error.message}`);
  }
}

/** Until which epoch trials train, and how many of them: the best of those before. */
interface Rung {
  readonly until: number;
  readonly keeps: number;
}

/**
 * The rungs of a sweep: one, but of successive halving several, each a factor longer than the one before
 * and for a factor fewer trials.
 *
 * Source: Jamieson and Talwalkar, "Non-stochastic best arm identification and hyperparameter
 * optimization", AISTATS 2016, with the factor of Li et al., "Hyperband", JMLR 2018.
 */
export function rungsOf(recipe: SweepRecipe, trials: number): readonly Rung[] {
  const { method, fixed, factor, leastEpochs } = recipe, all = Number(fixed.epochs);
  if (method !== "halving") return [{ until: Infinity, keeps: trials }];
  const rungs: Rung[] = [];
  for (let until = leastEpochs, keeps = trials; until < all; until *= factor) {
    rungs.push({ until, keeps });
    keeps = Math.max(1, Math.floor(keeps / factor));
  }
  const last = Math.max(1, Math.floor(rungs.at(-1)!.keeps / factor));
  return [...rungs, { until: Infinity, keeps: last }];
}

/** Trains trials until an epoch, several at a time, and judges those that have a result. */
async function compare(
  trials: readonly Trial[],
  until: number,
  recipe: SweepRecipe,
  { folder, jobs, words, signal }: SweepOptions,
  events: SweepEvents,
): Promise<Judged[]> {
  const waiting = trials.flatMap((trial) => trial.seeds.map((seed) => ({ trial, seed })));
  const values = new Map(trials.map((trial) => [trial.name, new Map<number, number>()]));
  const work = async () => {
    for (let next; (next = waiting.shift()) !== undefined && !signal.aborted;) {
      const { trial, seed } = next;
      const task: TrainTask = {
        folder: `${folder}/${trial.name}/seed-${seed}`,
        options: { ...recipe.fixed, ...trial.options, seed },
        words,
        until: Number.isFinite(until) ? until : undefined,
        metric: recipe.metric,
      };
      const reached = await train(task, signal);
      if (reached.value !== undefined) values.get(trial.name)!.set(seed, reached.value);
      if (!signal.aborted) events.reached(trial, seed, reached);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const epochs = Number.isFinite(until) ? until : Number(recipe.fixed.epochs ?? NaN);
  return trials.flatMap((trial) => {
    const found = values.get(trial.name)!;
    return judge(trial, epochs, trial.seeds.flatMap((seed) => found.get(seed) ?? [])) ?? [];
  });
}

/** What the folder's file says of a sweep. */
async function checkSame(folder: string, recipe: SweepRecipe): Promise<void> {
  let content;
  try {
    content = JSON.parse(await Deno.readTextFile(`${folder}/${sweepFile}`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return;
    throw error;
  }
  if (JSON.stringify(content.recipe) === JSON.stringify(recipe)) return;
  throw new UsageError(
    `${folder} has another sweep (its ${sweepFile}); give this one another folder by --out DIR`,
  );
}

async function writeSweep(
  folder: string,
  recipe: SweepRecipe,
  trials: readonly Trial[],
  status: string,
  best: Judged | undefined,
): Promise<void> {
  const found = best && {
    best: {
      trial: best.trial.name,
      options: best.trial.options,
      mean: best.mean,
      deviation: best.deviation ?? null,
      values: best.values,
    },
  };
  const content = { format, status, recipe, trials, ...found };
  await writeFileAtomic(`${folder}/${sweepFile}`, `${JSON.stringify(content, null, 2)}\n`);
}
