/**
 * The kinds of options. Each takes its default last; without it, an option that is not given has no
 * value.
 *
 * @module
 */
import { describeValue } from "./errors.ts";
import { type AnyOption, type Option, options, type Values } from "./options.ts";
import { nearestName } from "./suggest.ts";

/**
 * An option whose good values are those that `accepts` accepts; `expected` says what they are. Where
 * the type is known, a value of that type is out of range, any other of a wrong type.
 */
export function custom<T, D extends T | undefined = undefined>(
  expected: string,
  accepts: (value: unknown) => value is T,
  fallback?: D,
  type?: AnyOption["type"],
): Option<T, NoInfer<D>> {
  const read = (value: unknown, where: string) => {
    if (accepts(value)) return value;
    const message = `${where}: expected ${expected}, found ${describeValue(value)}`;
    const kind: string = typeof value;
    throw kind === type ? new RangeError(message) : new TypeError(message);
  };
  return { read, fallback, ...type && { type } };
}

/** An option with a check of its own, which returns the value or throws an error that names `where`. */
export function checkedBy<T, D extends T | undefined = undefined>(
  read: (value: unknown, where: string) => T,
  fallback?: D,
): Option<T, NoInfer<D>> {
  return { read, fallback };
}

/** The same option, but a value must be given. */
export function required<T>({ fallback: _, ...option }: Option<T>): Option<T, never> {
  return { ...option, fallback: undefined, isRequired: true };
}

/** Where numbers may lie; without bounds, anywhere. */
export interface Range {
  /** The smallest. */
  readonly least?: number;
  /** The largest. */
  readonly most?: number;
  /** What all are larger than. */
  readonly above?: number;
  /** What all are smaller than. */
  readonly below?: number;
}

const isWithin = (value: number, { least, most, above, below }: Range) =>
  value >= (least ?? -Infinity) && value <= (most ?? Infinity) &&
  value > (above ?? -Infinity) && value < (below ?? Infinity);

/** A range in words, behind what is in it: " of at least 1". */
function inWords({ least, most, above, below }: Range): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  const bounds = Object.entries({
    " of at least": least,
    " above": above,
    " of at most": most,
    " below": below,
  }).filter(([, bound]) => bound !== undefined);
  return bounds.map((bound) => bound.join(" ")).join(" and");
}

const numbers =
  (kind: string, anywhere: string, isOne: (value: number) => boolean) =>
  <D extends number | undefined = undefined>(range: Range = {}, fallback?: D): Option<number, D> =>
    custom<number, D>(
      Object.keys(range).length === 0 ? anywhere : kind + inWords(range),
      (value): value is number =>
        typeof value === "number" && isOne(value) && isWithin(value, range),
      fallback,
      "number",
    );

/** A finite number in a range. */
export const number = numbers("a number", "a finite number", Number.isFinite);

/** An integer in a range. */
export const integer = numbers("an integer", "an integer", Number.isSafeInteger);

/** A count: an integer of at least 1. */
export const positiveInteger = <D extends number | undefined = undefined>(fallback?: D) =>
  integer({ least: 1 }, fallback);

/** Something that is on or off. */
export const flag = <D extends boolean | undefined = undefined>(fallback?: D) =>
  custom<boolean, D>("true or false", (value) => typeof value === "boolean", fallback, "boolean");

/** Any text. */
export const text = <D extends string | undefined = undefined>(fallback?: D) =>
  custom<string, D>("a text", (value) => typeof value === "string", fallback, "string");

/** One of a few texts or numbers. */
export function oneOf<
  const T extends string | number,
  D extends T | undefined = undefined,
>(choices: readonly T[], fallback?: D): Option<T, NoInfer<D>> {
  const words = choices.map((choice) => describeValue(choice));
  const expected = [words.slice(0, -1).join(", "), words.at(-1)].filter(Boolean).join(" or ");
  const names = choices.map(String);
  const read = (value: unknown, where: string) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const near = typeof value === "string" ? nearestName(value, names) : undefined;
    const guess = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
    throw new RangeError(`${where}: expected ${expected}, found ${describeValue(value)}${guess}`);
  };
  return { read, fallback, choices, type: typeof choices[0] === "number" ? "number" : "string" };
}

/** An object in braces, of the type that the schema's interface gives it; `expected` says which. */
export const object = <T extends object, D extends T | undefined = undefined>(
  expected: string,
  fallback?: D,
) =>
  custom<T, D>(
    expected,
    (value): value is T => typeof value === "object" && value !== null,
    fallback,
  );

/** A function, of the type that the schema's interface gives it. */
export const callback = <T>() =>
  custom<T>("a function", (value): value is T => typeof value === "function");

/** An object of a class. */
export const instance = <T>(
  type: { readonly prototype: T } & (abstract new (...values: never[]) => unknown),
) => custom<T>(`an object of ${type.name}`, (value): value is T => value instanceof type);

/** A list whose items are checked as an option would be. */
export const listOf = <T, D extends readonly T[] | undefined = undefined>(
  item: Option<T>,
  fallback?: D,
) =>
  checkedBy<readonly T[], D>((value, where) => {
    if (!Array.isArray(value)) {
      throw new TypeError(`${where}: expected a list, found ${describeValue(value)}`);
    }
    return value.map((one, i) => item.read(one, `${where}[${i}]`));
  }, fallback);

/** Any value: whoever uses it checks it. */
export const anything = checkedBy<unknown>((value) => value);

/** No option, but a name that is often tried: its error says what to do `instead`. */
export const elsewhere = (instead: string): Option<never, undefined> => ({
  read: (_, where) => {
    throw new RangeError(`${where}: ${instead}`);
  },
  fallback: undefined,
  instead,
});

/** Options within options. */
export const group = <S extends Readonly<Record<string, AnyOption>>>(schema: S) =>
  checkedBy<Values<S>>((value, where) => options(where, value, schema));
