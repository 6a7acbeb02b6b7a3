import { describeValue } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";

/** Something for each output of a model: a list in their order, or by their names. */
export type ByOutput<T> = readonly T[] | Readonly<Record<string, T>>;

/**
 * What is given for each of the outputs of these names; undefined for one that is not named.
 *
 * @throws {RangeError} for a name that no output has
 * @throws {TypeError} for a list of another length
 */
export function byOutput<T>(
  given: ByOutput<T>,
  names: readonly string[],
  option: string,
): (T | undefined)[] {
  if (isList(given)) {
    if (given.length === names.length) return [...given];
    throw new TypeError(
      `${option}: expected one for each of the ${names.length} outputs, found ${given.length}`,
    );
  }
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      throw new RangeError(`${option}: ${unknownName("output", name, names)}`);
    }
  }
  return names.map((name) => Object.hasOwn(given, name) ? given[name] : undefined);
}

/** Whether a value is a list, for types that do not tell by themselves. */
export const isList = <T>(value: unknown): value is readonly T[] => Array.isArray(value);

/** A weight: a finite number of at least 0. */
export function checkWeight(value: unknown, what: string): number {
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  const message = `${what}: expected a finite number of at least 0, found ${describeValue(value)}`;
  throw typeof value === "number" ? new RangeError(message) : new TypeError(message);
}

/** Checks weights of examples; the error says which is none. */
export function checkWeights(weights: ArrayLike<number>, what: string): void {
  let wrong = 0;
  while (wrong < weights.length && weights[wrong]! >= 0 && weights[wrong]! < Infinity) wrong++;
  if (wrong === weights.length) return;
  throw new RangeError(
    `${what}: expected finite numbers of at least 0, found ${weights[wrong]} at place ${wrong}`,
  );
}
