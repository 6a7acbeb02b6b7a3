import { describeValue } from "./errors.ts";
import { unknownName } from "./suggest.ts";

/** What options of every kind have. */
export interface AnyOption {
  /** The value itself if it is a good one; else an error whose message begins with `where`. */
  readonly read: (value: unknown, where: string) => unknown;
  /** What stands where none is given; undefined for nothing. */
  readonly fallback: unknown;
  /** Whether a value must be given. */
  readonly isRequired?: boolean;
  /** The type of values that a text can stand for, as on the command line. */
  readonly type?: "number" | "string" | "boolean";
  /** All good values, where they are few. */
  readonly choices?: readonly unknown[];
  /** No option at all, though its name is often tried here: what to do instead. */
  readonly instead?: string;
}

/**
 * One option: how a value of type `T` is checked, and its default. `D` is the type of the default:
 * undefined where there is none, never where a value must be given. `option_kinds.ts` makes them.
 */
export interface Option<in out T, out D = unknown> extends AnyOption {
  readonly read: (value: unknown, where: string) => T;
  readonly fallback: D | undefined;
  readonly choices?: readonly T[];
}

/**
 * What the schema of a documented interface must be: an option of the same type for each member.
 * `satisfies` holds it against the interface, so that neither has a name that the other lacks.
 */
export type Schema<O> = {
  readonly [K in keyof O]-?: Option<
    Exclude<O[K], undefined>,
    Record<never, never> extends Pick<O, K> ? unknown : never
  >;
};

/** Options by name. */
export type AnySchema = Readonly<Record<string, AnyOption>>;
type ValueOf<A> = A extends Option<infer T, infer _> ? T : never;
type DefaultOf<A> = A extends Option<infer _, infer D> ? D : never;
type WithoutDefault<S> = { [K in keyof S]: undefined extends DefaultOf<S[K]> ? K : never }[keyof S];

/** The values of a schema's options: those that have a default, or must be given, are there. */
export type Values<S extends AnySchema> =
  & { readonly [K in Exclude<keyof S, WithoutDefault<S>>]: ValueOf<S[K]> }
  & { readonly [K in WithoutDefault<S>]?: ValueOf<S[K]> };

/**
 * Checks the options that a user gives to `where`, names and values, and yields the values with
 * their defaults. What is undefined counts as not given.
 *
 * ```ts ignore
 * interface FadeOptions {
 *   /** Steps from light to dark; 8 by default. *\/
 *   readonly steps?: number;
 *   /** How the steps are spaced; "linear" by default. *\/
 *   readonly spacing?: "linear" | "logarithmic";
 *   /** A name for the legend. *\/
 *   readonly name?: string;
 * }
 *
 * const fadeOptions = {
 *   steps: positiveInteger(8),
 *   spacing: oneOf(["linear", "logarithmic"], "linear"),
 *   name: text(),
 * } satisfies Schema<FadeOptions>;
 *
 * function fade(given: FadeOptions = {}): void {
 *   const { steps, spacing, name } = options("fade", given, fadeOptions); // name may be undefined
 * }
 * fade({ steps: 0 }); // RangeError: fade: steps: expected an integer of at least 1, found 0
 * fade({ step: 4 }); // RangeError: fade: unknown option "step"; did you mean "steps"? Known: …
 * ```
 *
 * @throws {TypeError} for what is no object in braces, a value of another type, or none where one
 * must be given
 * @throws {RangeError} for an unknown name, or a value out of range
 */
export function options<S extends AnySchema>(where: string, given: unknown, schema: S): Values<S> {
  if (!isObject(given)) {
    throw new TypeError(`${where}: expected options in braces, found ${describeValue(given)}`);
  }
  for (const name of Object.keys(given)) checkName(name, where, schema);
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(schema)) {
    const { read, fallback, isRequired } = schema[name]!, value = given[name];
    if (value === undefined && !isRequired) {
      if (fallback !== undefined) values[name] = fallback;
    } else values[name] = read(value, `${where}: ${name}`);
  }
  return values as Values<S>;
}

/** Those of some members that an object has. */
export function pick<T extends object, K extends keyof T>(given: T, ...names: K[]): Pick<T, K> {
  return Object.fromEntries(
    names.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
  ) as Pick<T, K>;
}

function checkName(name: string, where: string, schema: AnySchema): void {
  const option = Object.hasOwn(schema, name) ? schema[name] : undefined;
  if (option !== undefined && option.instead === undefined) return;
  const known = Object.keys(schema).filter((name) => schema[name]!.instead === undefined);
  const message = option === undefined
    ? unknownName("option", name, known)
    : `unknown option ${JSON.stringify(name)}; ${option.instead}`;
  throw new RangeError(`${where}: ${message}`);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
