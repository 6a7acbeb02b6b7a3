/**
 * Examples changed as they are read: by a function, or by a module on threads.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import { anything, object, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema as OptionSchema } from "../core/options.ts";
import type { Random } from "../core/random.ts";
import { usualThreads } from "../core/environment.ts";
import { checkExample, copyRow, emptyBatch, type Example, type Schema } from "./batch.ts";
import { after, type Examples, type ReadExample } from "./reading.ts";

/**
 * Changes one example. `index` is its place in the data set that is mapped, `epoch` counts from 0,
 * and `random` is the example's own: it depends on the seed, the epoch and the example's place alone.
 * An example that is returned without weights keeps those that it had.
 */
export type ExampleTransform = (
  example: Example,
  index: number,
  epoch: number,
  random: Random,
) => Example | Promise<Example>;

/**
 * What changes examples and says itself how: it is made for the fields of what it maps, and refuses
 * what does not fit before any example is read. The pipelines of `augmentation` are such.
 */
export interface SchemaTransform {
  /** What it does to examples of a schema, and what it changes in that. */
  forSchema(
    schema: Schema,
  ): { readonly transform: ExampleTransform; readonly schema: Partial<Schema> };
}

/** How {@linkcode Dataset.parallelMap} changes examples. */
export interface ParallelMapOptions {
  /** What the module's function is told: plain data. */
  readonly settings?: unknown;
  /** What changes in shape or dtype, as for {@linkcode Dataset.map}. */
  readonly schema?: Partial<Schema>;
  /** Threads; by default one a core but one, from 1 to 8. */
  readonly threads?: number;
}

const parallelSchema = {
  settings: anything,
  schema: object<Partial<Schema>>("fields by side"),
  threads: positiveInteger(),
} satisfies OptionSchema<ParallelMapOptions>;

/** Refuses what changes no examples. */
export function checkTransform(change: SchemaTransform): void {
  if (typeof change?.forSchema === "function") return;
  throw new TypeError(
    "map: expected a function of an example, or a pipeline of augmentation, found " +
      describeValue(change),
  );
}

/** Reads what a function makes of examples; `result` is what it makes, with its fields. */
export function changedBy(
  change: ExampleTransform,
  examples: Examples,
  result: Schema,
): ReadExample {
  return (index, batch, row, draw) => {
    const source = emptyBatch(examples, 1);
    const put = (changed: Example) => {
      const { weights = source.weights } = changed ?? {};
      const example = result.weights ? { ...changed, weights: weights! } : changed;
      checkExample(result, example, `map: example ${index}`);
      copyRow(result, example, 0, batch, row);
    };
    return after(examples.read(index, source, 0, draw), () => {
      const changed = change(source, index, draw.epoch, draw.random);
      return changed instanceof Promise ? changed.then(put) : put(changed);
    });
  };
}

/** Examples a thread that are under way at a time: it works on one while others come and go. */
const perThread = 4;

/** What a module does on threads, as `map` takes it; see {@linkcode Dataset.parallelMap}. */
export function onThreads(
  module: string | URL,
  given: ParallelMapOptions,
): {
  readonly transform: ExampleTransform;
  readonly schema: Partial<Schema> | undefined;
  /** How many examples keep the threads at work. */
  readonly atOnce: number;
} {
  const { threads = usualThreads(), settings, schema } = options(
    "parallelMap",
    given,
    parallelSchema,
  );
  const { href } = new URL(module);
  try {
    structuredClone(settings);
  } catch (error) {
    const message = `parallelMap: settings: expected plain data: ${(error as Error).message}`;
    throw new TypeError(message, { cause: error });
  }
  return {
    async transform(example, index, epoch, random) {
      // It is rare that training has threads of its own.
      const { mapOnThread } = await import("./map_threads.ts");
      return await mapOnThread({ module: href, settings, example, index, epoch }, random, threads);
    },
    schema,
    atOnce: perThread * threads,
  };
}
