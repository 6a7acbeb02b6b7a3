import { Random } from "../../core/random.ts";
import { runSchema } from "../training_settings.ts";
import type { OptionValue, SweepRecipe, ValueRange } from "./sweep_recipe.ts";

/** One choice of settings. */
export interface Trial {
  readonly name: string;
  /** The options that vary. */
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly seeds: readonly number[];
}

/** All trials of a recipe; equal recipes have equal ones. */
export function trialsOf(recipe: SweepRecipe): readonly Trial[] {
  const choices = recipe.method === "grid" ? allCombinations(recipe) : drawn(recipe);
  const digits = String(choices.length).length;
  const seeds = Array.from({ length: recipe.seeds }, (_, seed) => seed);
  return choices.map((options, i) => ({
    name: `trial-${String(i + 1).padStart(digits, "0")}`,
    options,
    seeds,
  }));
}

type Choice = Readonly<Record<string, OptionValue>>;

/** Every value of each option with every one of the others; the last option changes fastest. */
function allCombinations({ vary }: SweepRecipe): readonly Choice[] {
  let choices: readonly Choice[] = [{}];
  for (const [name, values] of Object.entries(vary)) {
    const list = isRange(values)
      ? Array.from({ length: values.count! }, (_, i) => at(name, values, i / (values.count! - 1)))
      : values;
    choices = choices.flatMap((choice) => list.map((value) => ({ ...choice, [name]: value })));
  }
  return choices;
}

/**
 * As many choices as the recipe says, none twice as far as there are others.
 *
 * Source: Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR 2012.
 */
function drawn({ vary, trials, seed }: SweepRecipe): readonly Choice[] {
  const random = new Random(seed), found = new Map<string, Choice>();
  for (let tries = 0; found.size < trials && tries < 100 * trials; tries++) {
    const choice = Object.fromEntries(
      Object.entries(vary).map(([name, values]) => [
        name,
        isRange(values)
          ? at(name, values, random.uniform())
          : values[Math.floor(random.uniform() * values.length)]!,
      ]),
    );
    found.set(JSON.stringify(choice), choice);
  }
  return [...found.values()];
}

const isRange = (values: readonly OptionValue[] | ValueRange): values is ValueRange =>
  !Array.isArray(values);

/** The number at a share of a range, with four digits; a whole one where the option takes no other. */
function at(name: string, { from, to, scale = "linear" }: ValueRange, share: number): number {
  const exact = scale === "log" ? from * (to / from) ** share : from + share * (to - from);
  const value = Math.min(to, Math.max(from, Number(exact.toPrecision(4))));
  try {
    runSchema[name as keyof typeof runSchema].read(value as never, name);
    return value;
  } catch {
    return Math.round(value);
  }
}
