/** What is thrown where a value has a wrong type or shape; `where` says whose it is. */
export const wrongType = (where: string, expected: string, found: string | number): TypeError =>
  new TypeError(`${where}: expected ${expected}, found ${found}`);

/** What is thrown where a value is none of those that may be given, though of the right type. */
export const outOfRange = (where: string, expected: string, found: string | number): RangeError =>
  new RangeError(`${where}: expected ${expected}, found ${found}`);

/** A device refused, failed or was lost: no adapter, a limit exceeded, out of memory, an invalid kernel. */
export class DeviceError extends Error {
  /** Always "DeviceError". */
  override readonly name: string = "DeviceError";
}

/** A file's bytes are not those that were published, or written: its checksum differs. */
export class ChecksumError extends Error {
  /** Always "ChecksumError". */
  override readonly name: string = "ChecksumError";
}

/** The loss stopped being a finite number, so training stopped. */
export class DivergenceError extends Error {
  /** Always "DivergenceError". */
  override readonly name: string = "DivergenceError";
  /** The first step, counted from 1, whose loss was not finite. */
  readonly step: number;

  /** An error for the step at which the loss stopped being finite. */
  constructor(message: string, step: number) {
    super(message);
    this.step = step;
  }
}

/** So many characters of a value stand in a message, and so many items of a list are looked at. */
const [longest, most] = [80, 40];

/** Under this name an object that may be taken for a tensor says what to do in its stead. */
export const inTensorsStead = Symbol("inTensorsStead");

/** A value that was found where a tensor was expected, and what to do. */
export function noTensor(value: unknown): string {
  const { [inTensorsStead]: advice = "see tensor()" } = Object(value);
  return `${describeValue(value)}; ${advice}`;
}

const shortened = (text: string) =>
  text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;

/** Checks that what an object of a class is made from has its parts; `advice` says what makes one. */
export function checkParts(
  where: string,
  given: unknown,
  parts: readonly string[],
  advice: string,
): void {
  if (parts.every((part) => Object(given)[part] !== undefined)) return;
  throw wrongType(where, `{ ${parts.join(", ")} }`, `${describeValue(given)}; ${advice}`);
}

/**
 * A value as messages show it: a text in quotes, the name of a class, a list as far as it is short.
 * Whatever the value is, this is short, and it is found without going through all of it.
 */
export function describeValue(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "string") return JSON.stringify(shortened(value));
  if (typeof value === "bigint") return shortened(`${value}n`);
  if (typeof value !== "object" || value === null) return shortened(String(value));
  const kind = kindOf(value);
  if (kind !== "Array" && kind !== "Object") return `an object of ${shortened(kind)}`;
  try {
    return shortened(JSON.stringify(value, (_, part) => partOf(part)));
  } catch {
    return kind === "Array" ? "a list" : "an object"; // It holds itself, or a bigint.
  }
}

const kindOf = (value: object): string => {
  const { constructor } = value;
  return typeof constructor === "function" ? constructor.name : "Object";
};

/** What of a part of a value is looked at: the beginning of lists and texts, no object of a class. */
function partOf(part: unknown): unknown {
  if (typeof part === "string") return part.slice(0, longest);
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.length <= most ? part : part.slice(0, most);
  const kind = kindOf(part);
  if (kind !== "Object") return `an object of ${kind}`;
  const entries = Object.entries(part);
  return entries.length <= most ? part : Object.fromEntries(entries.slice(0, most));
}
