/**
 * What a sweep is asked for, in a file: which settings are fixed, which vary, and how they are tried.
 *
 * @module
 */
import { describeValue } from "../../core/errors.ts";
import { integer, object, oneOf, positiveInteger, required } from "../../core/option_kinds.ts";
import { type AnyOption, options, type Schema } from "../../core/options.ts";
import { unknownName } from "../../core/suggest.ts";
import { UsageError } from "../command.ts";
import { runSchema } from "../training_settings.ts";

/** A value of an option of `train`. */
export type OptionValue = string | number | boolean;

/** Numbers between two, evenly spread or drawn evenly; on a logarithmic scale as many in each decade. */
export interface ValueRange {
  readonly from: number;
  readonly to: number;
  /** "linear" by default. */
  readonly scale?: "linear" | "log";
  /** For a grid: how many. */
  readonly count?: number;
}

/** What a measure is to be. */
export type Goal = "max" | "min";

/** What a sweep tries. */
export interface SweepRecipe {
  readonly method: "grid" | "random" | "halving";
  /** Options of `train` that all trials have. */
  readonly fixed: Readonly<Record<string, OptionValue>>;
  /** Options that differ: their values, or a range of them. */
  readonly vary: Readonly<Record<string, readonly OptionValue[] | ValueRange>>;
  /** How many are drawn; a grid has all combinations. */
  readonly trials: number;
  /** Runs of each trial, with the seeds from 0. */
  readonly seeds: number;
  /** What the drawn values depend on. */
  readonly seed: number;
  /** What is compared, of the test images. */
  readonly metric: "top1" | "top5" | "loss";
  readonly goal: Goal;
  /** Of halving: of how many trials one goes on, and how much longer it then trains. */
  readonly factor: number;
  /** Of halving: the epochs that all trials train for. */
  readonly leastEpochs: number;
}

/** As the file has it. */
interface SweepFile {
  readonly method?: SweepRecipe["method"];
  readonly fixed?: object;
  readonly vary: object;
  readonly trials?: number;
  readonly seeds?: number;
  readonly seed?: number;
  readonly metric?: SweepRecipe["metric"];
  readonly factor?: number;
  readonly leastEpochs?: number;
}

const fileSchema = {
  method: oneOf(["grid", "random", "halving"], "grid"),
  fixed: object("options by name", {}),
  vary: required(object("values or ranges by option")),
  trials: positiveInteger(),
  seeds: positiveInteger(1),
  seed: integer({ least: 0 }, 0),
  metric: oneOf(["top1", "top5", "loss"], "top1"),
  factor: integer({ least: 2 }, 3),
  leastEpochs: positiveInteger(1),
} satisfies Schema<SweepFile>;

const rangeSchema = {
  from: required(oneNumber()),
  to: required(oneNumber()),
  scale: oneOf(["linear", "log"], "linear"),
  count: integer({ least: 2 }),
} satisfies Schema<ValueRange>;

function oneNumber() {
  const read = (value: unknown, where: string): number => {
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new TypeError(`${where}: expected a finite number, found ${describeValue(value)}`);
  };
  return { read, fallback: undefined };
}

/** Trials of a sweep that draws, where the file does not say. */
const usualTrials = 16;

/**
 * Reads and checks a recipe.
 *
 * @throws {UsageError} for what is no recipe, with where it is wrong
 */
export async function readRecipe(path: string): Promise<SweepRecipe> {
  try {
    return recipeIn(JSON.parse(await Deno.readTextFile(path)), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UsageError(`there is no recipe ${path}`);
    if (error instanceof SyntaxError) throw new UsageError(`${path} is no JSON: ${error.message}`);
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
}

/** The recipe in what a file holds; errors begin with `where`. */
export function recipeIn(content: unknown, where: string): SweepRecipe {
  const { method, fixed, vary, trials, metric, ...others } = options(where, content, fileSchema);
  const checked = Object.entries(vary).map(([name, values]) =>
    [name, valuesIn(name, values, method, `${where}: vary`)] as const
  );
  const kept = Object.entries(fixed).map(([name, value]) =>
    [name, checkedValue(name, value, `${where}: fixed`)] as const
  );
  if (checked.length === 0) throw new RangeError(`${where}: vary: expected an option at least`);
  for (const [name] of checked) {
    if (kept.some(([other]) => other === name)) {
      throw new RangeError(`${where}: ${name} is both fixed and varied`);
    }
  }
  const [own] = kept.filter(([name]) => name === "epochs");
  if (method === "halving" && (own === undefined || Number(own[1]) <= others.leastEpochs)) {
    throw new RangeError(
      `${where}: fixed: halving needs epochs above leastEpochs (${others.leastEpochs}), for which ` +
        "the best trials train",
    );
  }
  if (method === "grid" && trials !== undefined) {
    throw new RangeError(`${where}: trials: a grid has all combinations; leave it out`);
  }
  return {
    method,
    fixed: Object.fromEntries(kept),
    vary: Object.fromEntries(checked),
    trials: trials ?? usualTrials,
    metric,
    goal: metric === "loss" ? "min" : "max",
    ...others,
  };
}

/** Options of `train` that a sweep sets itself, or that mean nothing to it. */
const own = ["seed"];

/** The option of a name; halving decides itself how many epochs there are. */
function optionOf(name: string, where: string): AnyOption {
  const known = Object.keys(runSchema).filter((name) => !own.includes(name));
  if (own.includes(name)) {
    throw new RangeError(`${where}: ${name}: a sweep sets it itself; say how many seeds`);
  }
  if (!known.includes(name)) {
    throw new RangeError(`${where}: ${unknownName("option of train", name, known)}`);
  }
  return runSchema[name as keyof typeof runSchema];
}

function checkedValue(name: string, value: unknown, where: string): OptionValue {
  const option = optionOf(name, where);
  return option.read(value, `${where}: ${name}`) as OptionValue;
}

function valuesIn(
  name: string,
  values: unknown,
  method: SweepRecipe["method"],
  where: string,
): readonly OptionValue[] | ValueRange {
  if (method === "halving" && name === "epochs") {
    throw new RangeError(`${where}: epochs: halving decides how long a trial trains; fix them`);
  }
  if (Array.isArray(values)) {
    if (values.length === 0) throw new RangeError(`${where}: ${name}: expected a value at least`);
    return values.map((value) => checkedValue(name, value, where));
  }
  const range = options(`${where}: ${name}`, values, rangeSchema);
  const { from, to, scale, count } = range;
  if (optionOf(name, where).type !== "number") {
    throw new TypeError(`${where}: ${name}: expected a list of values, found a range of numbers`);
  }
  if (!(from < to)) throw new RangeError(`${where}: ${name}: expected from below to`);
  if (scale === "log" && from <= 0) {
    throw new RangeError(`${where}: ${name}: expected from above 0, for a logarithmic scale`);
  }
  if (method === "grid" && count === undefined) {
    throw new RangeError(`${where}: ${name}: expected count, how many values a grid takes`);
  }
  for (const end of [from, to]) checkedValue(name, end, where);
  return range;
}
