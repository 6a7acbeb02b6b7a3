export { checkNames } from "../core/options.ts";

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
