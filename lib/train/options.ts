export { checkNames } from "../core/options.ts";

/** Checks a count given by a user: an integer of at least 1. */
export function checkPositive(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${what}: expected an integer of at least 1, found ${value}`);
  }
  return value;
}
