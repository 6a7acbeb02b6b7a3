import { describeValue } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { isPlain } from "../tensor/tree.ts";

/** Names of a model's inputs and outputs, where its user gave them: in their order. */
export interface EndNames {
  /** Those of the inputs. */
  readonly inputs?: readonly string[];
  /** Those of the outputs. */
  readonly outputs?: readonly string[];
}

/** Something for each input of a model, or for each output, by their names. */
export type ByName<T> = Readonly<Record<string, T>>;

/** What a model takes: a tensor, a list in the order of its inputs, or tensors by the inputs' names. */
export type TensorInputs = Tensor | readonly Tensor[] | ByName<Tensor>;

/** Whether things are given by name, and not as one or as a list. */
export const isByName = (given: unknown): given is ByName<unknown> =>
  !Array.isArray(given) && isPlain(given);

/**
 * What is given by name, in the order of `names`, which are those of a model's inputs, say.
 *
 * @throws {RangeError} for a name that is not among them
 * @throws {TypeError} where one of them is missing
 */
export function inNamedOrder<T>(
  given: ByName<T>,
  names: readonly string[],
  kind: string,
  where: string,
): T[] {
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new RangeError(`${where}: ${unknownName(kind, unknown, names)}`);
  const missing = names.filter((name) => !Object.hasOwn(given, name));
  if (missing.length === 0) return names.map((name) => given[name]!);
  const found = Object.keys(given).join(", ") || "none";
  throw new TypeError(
    `${where}: expected ${kind}s ${names.join(", ")}, found ${found}: ${missing.join(", ")} ` +
      `${missing.length === 1 ? "is" : "are"} missing`,
  );
}

/** Checks names that a user gives: texts, each one once. */
export function checkNames(names: readonly string[], kind: string): readonly string[] {
  for (const [i, name] of names.entries()) {
    if (typeof name !== "string" || name === "") {
      throw new TypeError(`model: expected a name for ${kind} ${i}, found ${describeValue(name)}`);
    }
    if (names.indexOf(name) < i) {
      throw new RangeError(`model: two ${kind}s are named ${JSON.stringify(name)}; rename one`);
    }
  }
  return names;
}
