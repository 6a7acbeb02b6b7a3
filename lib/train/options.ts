import { unknownName } from "../core/suggest.ts";

/** Checks that options given by a user are an object and name nothing unknown. */
export function checkNames(where: string, options: object, known: readonly string[]): void {
  if (options === null || typeof options !== "object" || Array.isArray(options)) {
    throw new TypeError(`${where}: expected options in braces, found ${JSON.stringify(options)}`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`${where}: ${unknownName("option", unknown, known)}`);
  }
}

/** Checks a count given by a user: an integer of at least 1. */
export function checkPositive(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${what}: expected an integer of at least 1, found ${value}`);
  }
  return value;
}

/** Checks a seed given by a user: an integer. */
export function checkSeed(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`${what}: expected an integer, found ${value}`);
  }
  return value;
}
