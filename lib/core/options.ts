import { unknownName } from "./suggest.ts";

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
