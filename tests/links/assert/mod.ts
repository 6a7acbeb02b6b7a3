/**
 * The few assertions of `@std/assert` that the tests use, over `node:assert`, so that the tests
 * also run where JSR cannot be reached. `"links"` in deno.json puts this in its place.
 *
 * @module
 */
import {
  AssertionError,
  deepStrictEqual,
  match,
  notDeepStrictEqual,
  strictEqual,
} from "node:assert";

export { AssertionError };

/** Fails unless `value` is truthy. */
export function assert(value: unknown, message = "expected a truthy value"): asserts value {
  if (!value) throw new AssertionError({ message });
}

/** Fails unless `actual` and `expected` are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  deepStrictEqual(actual, expected, message);
}

/** Fails if `actual` and `expected` are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  notDeepStrictEqual(actual, expected, message);
}

/** Fails unless `actual` is the very same value as `expected`. */
export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): void {
  strictEqual(actual, expected, message);
}

/** Fails unless `actual` and `expected` differ by at most `tolerance` (absolute). */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = Math.abs(expected) * 1e-7,
  message?: string,
): void {
  if (Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance) return;
  throw new AssertionError({
    message: message ?? `expected ${expected} ± ${tolerance}, found ${actual}`,
  });
}

/** Fails unless `text` holds `part`. */
export function assertStringIncludes(text: string, part: string, message?: string): void {
  if (!text.includes(part)) {
    throw new AssertionError({
      message: message ?? `expected ${JSON.stringify(text)} to include ${JSON.stringify(part)}`,
    });
  }
}

/** Fails unless `text` matches `pattern`. */
export function assertMatch(text: string, pattern: RegExp, message?: string): void {
  match(text, pattern, message);
}

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...parameters: any[]) => E;

function checkError<E extends Error>(error: unknown, errorClass?: ErrorClass<E>, part?: string): E {
  if (errorClass && !(error instanceof errorClass)) {
    throw new AssertionError({ message: `expected ${errorClass.name}, found ${error}` });
  }
  if (part !== undefined) assertStringIncludes((error as Error).message, part);
  return error as E;
}

/** Fails unless `body` throws (an `errorClass` whose message holds `part`); returns the error. */
export function assertThrows<E extends Error = Error>(
  body: () => unknown,
  errorClass?: ErrorClass<E>,
  part?: string,
): E {
  try {
    body();
  } catch (error) {
    return checkError(error, errorClass, part);
  }
  throw new AssertionError({ message: "expected an error, but nothing was thrown" });
}

/** Fails unless the promise of `body` rejects (with an `errorClass` whose message holds `part`). */
export async function assertRejects<E extends Error = Error>(
  body: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  part?: string,
): Promise<E> {
  try {
    await body();
  } catch (error) {
    return checkError(error, errorClass, part);
  }
  throw new AssertionError({ message: "expected a rejection, but the promise was fulfilled" });
}
