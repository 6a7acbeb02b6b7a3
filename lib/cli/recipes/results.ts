/**
 * What the trainings of a recipe came to, over their seeds.
 *
 * @module
 */
import {
  type ArmResult,
  type ColumnName,
  columns,
  type Reached,
  type TargetColumn,
} from "./columns.ts";
import type { Arm, Figures, Finding, Recipe } from "./recipe.ts";

/** A training that is done. */
export interface Run {
  readonly arm: Arm;
  readonly seed: number;
  readonly result: ArmResult;
}

/** The mean of numbers, and their standard deviation as of a sample. */
function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

/** What a column would say of a target that is reached now. */
const valueAt = (column: TargetColumn, { epochs, steps }: Reached): number =>
  column === "epochs to target" ? epochs : steps;

/** The trainings of a recipe that are done. */
export class Results implements Figures {
  readonly recipe: Recipe;
  readonly runs: readonly Run[];
  /** Whether it was a few steps, to see that it works. */
  readonly isTrial: boolean;

  /** What was done of a recipe. */
  constructor(recipe: Recipe, runs: readonly Run[], isTrial = false) {
    [this.recipe, this.runs, this.isTrial] = [recipe, runs, isTrial];
  }

  /** What they show: of a trial, nothing. */
  get findings(): readonly Finding[] {
    const found = this.recipe.findings(this);
    return this.isTrial ? found.map((finding) => ({ ...finding, holds: undefined })) : found;
  }

  mean(arm: string, column: ColumnName): number | undefined {
    const values = this.#values(arm, column);
    return values === undefined ? undefined : spreadOf(values).mean;
  }

  isLess(arm: string, other: string, column: ColumnName): boolean | undefined {
    const [a, b] = [this.#values(arm, column), this.#values(other, column)];
    if (a === undefined || b === undefined) return undefined;
    const [one, two] = [spreadOf(a), spreadOf(b)];
    const error = Math.sqrt(one.deviation ** 2 / a.length + two.deviation ** 2 / b.length);
    const difference = two.mean - one.mean;
    return Math.abs(difference) < 2 * error ? undefined : difference > 0;
  }

  best(group: string): string | undefined {
    const { arms, best } = this.recipe, first = this.runs[0]?.seed;
    const searched = new Results(this.recipe, this.runs.filter(({ seed }) => seed === first));
    const names = arms.filter((arm) => arm.group === group).map(({ name }) => name);
    for (const [column, sign] of [[best?.least, 1], [best?.most, -1]] as const) {
      const found = names.flatMap((name) => {
        const mean = column && searched.mean(name, column);
        return mean === undefined ? [] : [[name, sign * mean] as const];
      });
      if (found.length > 0) return found.reduce((a, b) => b[1] < a[1] ? b : a)[0];
    }
  }

  /**
   * Whether an arm that has come so far without its target cannot be the best of its group any more:
   * another of the same seed took no longer to reach it.
   */
  isBeaten({ group }: Arm, seed: number, at: Reached): boolean {
    const column = this.recipe.best?.least;
    if (group === undefined || column === undefined) return false;
    const value = valueAt(column, at);
    return this.runs.some((run) =>
      run.arm.group === group && run.seed === seed &&
      (columns[column].of(run.result) ?? Infinity) <= value
    );
  }

  cell(arm: string, column: ColumnName): string {
    const runs = this.#of(arm), values = this.#values(arm, column);
    if (values === undefined) return runs.length === 0 ? "" : this.#missing(arm, column);
    const { mean, deviation } = spreadOf(values), { text } = columns[column];
    return values.length === 1 ? text(mean) : `${text(mean)} ± ${text(deviation)}`;
  }

  #missing(arm: string, column: ColumnName): string {
    const runs = this.#of(arm);
    if (runs.some(({ result }) => result.diverged !== undefined)) return "diverged";
    if (column !== "epochs to target" && column !== "steps to target") return "";
    const reached = runs.filter(({ result }) => columns[column].of(result) !== undefined).length;
    if (runs.length > 1) return `reached by ${reached} of ${runs.length}`;
    const [{ result }] = runs as [Run];
    if (!result.isBeaten) return "not reached";
    return `not within ${columns[column].text(valueAt(column, result))}`;
  }

  /** The seeds of an arm. */
  seeds(arm: string): readonly number[] {
    return this.#of(arm).map(({ seed }) => seed);
  }

  #of(arm: string): readonly Run[] {
    return this.runs.filter((run) => run.arm.name === arm);
  }

  #values(arm: string, column: ColumnName): number[] | undefined {
    const values = this.#of(arm).map(({ result }) => columns[column].of(result));
    const known = values.filter((value) => value !== undefined);
    return values.length > 0 && known.length === values.length ? known : undefined;
  }
}
