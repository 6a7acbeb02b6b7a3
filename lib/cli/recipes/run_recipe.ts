/**
 * `deno task train --recipe NAME`: an experiment of a paper, with all its trainings, and what came out.
 *
 * @module
 */
import { FileLock } from "../../core/file_lock.ts";
import { writeFileAtomic } from "../../core/files.ts";
import type { Parts } from "../../../data/parts.ts";
import { type Group, inWords } from "../../parallel/group.ts";
import { device } from "../../tensor/runtime.ts";
import { UsageError } from "../command.ts";
import { type DataName, dataSets } from "../data_sets.ts";
import { Interrupt } from "../interrupt.ts";
import { chooseDevice } from "../network_option.ts";
import type { Reached } from "./columns.ts";
import type { Arm, Recipe } from "./recipe.ts";
import { type RecipeName, recipes } from "./recipes.ts";
import { type RecipeReporter, recipeReporterFor } from "./recipe_reporter.ts";
import { formatPage } from "./page.ts";
import { Results, type Run } from "./results.ts";
import { runArm } from "./run_arm.ts";

/** The options of the command that a recipe takes. */
export interface RecipeOptions {
  readonly recipe?: RecipeName | undefined;
  /** Epochs in place of those of each arm. */
  readonly epochs?: number | undefined;
  readonly seeds?: number | undefined;
  /** The first of them. */
  readonly seed?: number | undefined;
  readonly steps?: number | undefined;
  /** Data in place of those of all arms. */
  readonly data?: string | undefined;
  readonly device?: string | undefined;
  /** Of the CPU. */
  readonly threads?: number | undefined;
  readonly out?: string | undefined;
  readonly json?: boolean | undefined;
}

const known = [
  ...["recipe", "epochs", "seeds", "seed", "steps", "data", "device", "threads", "out", "json"],
];

/**
 * Trains all arms of a recipe that are not yet done, each by all processes of a group where there is one;
 * returns the exit code.
 *
 * @throws {UsageError} for an option that is none of a recipe's
 */
export async function runRecipe(
  given: RecipeOptions,
  join: () => Promise<Group | undefined>,
): Promise<number> {
  const { recipe: name, json = false, out = `runs/${name}` } = given;
  if (name === undefined) {
    throw new UsageError("--seeds and --steps are for recipes: say which by --recipe NAME");
  }
  const other = Object.keys(given).find((option) => !known.includes(option));
  if (other !== undefined) {
    throw new UsageError(
      `--${other}: not for a recipe, which has all that is its own; leave the option out`,
    );
  }
  if (given.epochs === 0) throw new UsageError("--epochs: expected at least 1, found 0");
  const recipe = adapted(await recipes[name](), given);
  const group = await join(), isFirst = group === undefined || group.rank === 0;
  const report = recipeReporterFor(json, isFirst);
  await chooseDevice(given);
  using _lock = isFirst
    ? await FileLock.take(`${out}/results.md`, "choose another (--out DIR)")
    : undefined;
  return await new RecipeRun(recipe, given, out, report, group).run();
}

/** Images of a step at most, where a few steps are to show that it works. */
const fewImages = 16;

/**
 * A recipe with the epochs and the data that were asked for. Where a few steps are to show that it works,
 * one arm of each group does.
 */
function adapted(recipe: Recipe, { epochs, data, steps }: RecipeOptions): Recipe {
  const chosen = steps === undefined ? recipe.arms : firstOfGroups(recipe.arms);
  const arms = chosen.map((arm): Arm => ({
    ...arm,
    ...data !== undefined && { data: dataLike(arm.data, data) },
    ...epochs !== undefined && { epochs },
    ...steps !== undefined && { batchSize: Math.min(arm.batchSize, fewImages) },
  }));
  return { ...recipe, arms };
}

const firstOfGroups = (arms: readonly Arm[]) =>
  arms.filter(({ group }, i) =>
    group === undefined || arms.findIndex((arm) => arm.group === group) === i
  );

/** The data of a name, whose images are to be like those that they replace. */
function dataLike(own: DataName, name: string): DataName {
  const isLike = (other: DataName) => String(dataSets[other].shape) === String(dataSets[own].shape);
  const alike = (Object.keys(dataSets) as DataName[]).filter(isLike);
  const found = alike.find((other) => other === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `--data: the recipe takes ${own}, or what has images of that size: ${
      alike.join(", ")
    }; found ` +
      JSON.stringify(name),
  );
}

/** The processor, where the system says which, and its cores. */
function machine(): string {
  const cores = `${navigator.hardwareConcurrency} cores`;
  try {
    const name = /^model name\s*: (.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1];
    return name === undefined ? cores : `${name}, ${cores}`;
  } catch {
    return cores;
  }
}

class RecipeRun {
  readonly #recipe: Recipe;
  readonly #given: RecipeOptions;
  readonly #folder: string;
  readonly #report: RecipeReporter;
  readonly #group: Group | undefined;
  readonly #runs: Run[] = [];
  readonly #loaded = new Map<DataName, Parts>();

  constructor(
    recipe: Recipe,
    given: RecipeOptions,
    folder: string,
    report: RecipeReporter,
    group: Group | undefined,
  ) {
    [this.#recipe, this.#given] = [recipe, given];
    [this.#folder, this.#report, this.#group] = [folder, report, group];
  }

  async run(): Promise<number> {
    const { steps, seed: first = 0, seeds = steps === undefined ? this.#recipe.seeds : 1 } =
      this.#given;
    this.#report.start(this.#recipe, await this.#where(), this.#folder);
    using interrupt = new Interrupt(() =>
      this.#report.note("finishing the step and writing a checkpoint; Ctrl-C again stops at once")
    );
    let { arms } = this.#recipe;
    for (let seed = first; seed < first + seeds; seed++) {
      for (const arm of arms) {
        if (await this.#train(arm, seed, interrupt)) continue;
        this.#report.interrupted(this.#given.recipe!, this.#folder);
        return interrupt.code;
      }
      if (seed === first) arms = this.#chosen();
    }
    this.#report.done(this.#results, this.#folder);
    return 0;
  }

  /** The device, and how many processes have one. */
  async #where(): Promise<{ readonly kind: string; readonly description: string }> {
    const { kind, description } = await device();
    return { kind, description: description + inWords(this.#group) };
  }

  get #results(): Results {
    return new Results(this.#recipe, this.#runs, this.#given.steps !== undefined);
  }

  /** Of each group the best arm; others are not searched again with another seed. */
  #chosen(): readonly Arm[] {
    const results = this.#results;
    return this.#recipe.arms.filter(({ name, group }) =>
      group === undefined || results.best(group) === name
    );
  }

  /** Trains an arm, or finds it done; false where it was interrupted. */
  async #train(arm: Arm, seed: number, interrupt: Interrupt): Promise<boolean> {
    const folder = `${this.#folder}/${arm.name}/seed-${seed}`, report = this.#report;
    const task = {
      recipe: this.#recipe.name,
      arm,
      seed,
      steps: this.#given.steps,
      folder,
      parts: await this.#load(arm.data),
      isBeaten: (at: Reached) => this.#results.isBeaten(arm, seed, at),
      measuresTraining: this.#recipe.columns.includes("training accuracy"),
      signal: interrupt.signal,
      onStop: () => interrupt.hear("SIGINT", performance.now()),
      group: this.#group,
    };
    const result = await runArm(task, report.armEvents(arm, seed));
    if (result === undefined) return false;
    this.#runs.push({ arm, seed, result });
    report.armDone(arm, seed, result);
    await this.#write();
    return true;
  }

  /** The data of a name; those that are drawn are the same for all seeds. */
  async #load(name: DataName): Promise<Parts> {
    let parts = this.#loaded.get(name);
    parts ??= await dataSets[name].load(0, { onProgress: this.#report.download });
    this.#loaded.set(name, parts);
    return parts;
  }

  /** Writes what is known so far. */
  async #write(): Promise<void> {
    if (this.#group !== undefined && this.#group.rank > 0) return;
    const { kind, description } = await this.#where(), { steps } = this.#given;
    const data = [...this.#loaded].map(([name, { train, test }]) =>
      `${name}: ${train.length} images to learn, ${test.length} to test`
    );
    const page = formatPage(this.#results, [
      ...data,
      `${kind}: ${description}; ${machine()}, Deno ${Deno.version.deno}`,
      ...steps === undefined ? [] : [
        `${steps} steps of each training, to see that it works: these are no measurements`,
      ],
    ]);
    await writeFileAtomic(`${this.#folder}/results.md`, page);
  }
}
