import type { Shape } from "../../core/shape.ts";
import { unknownName } from "../../core/suggest.ts";

/** Settings that every layer takes. */
export interface LayerOptions {
  /** The layer's name, unique in a model; by default its type and a number. */
  readonly name?: string;
}

/** Checks that options name nothing that a layer does not know, and leaves undefined ones out. */
export function checkOptions(
  where: string,
  options: object,
  known: readonly string[],
): Record<string, unknown> {
  if (options === null || typeof options !== "object" || Array.isArray(options)) {
    throw new TypeError(`${where}: expected options in braces, found ${JSON.stringify(options)}`);
  }
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [name] of entries) {
    if (name === "name" || known.includes(name)) continue;
    if (name === "activation") {
      throw new RangeError(
        `${where}: unknown option "activation"; it is a layer of its own: .relu()`,
      );
    }
    throw new RangeError(`${where}: ${unknownName("option", name, [...known, "name"])}`);
  }
  return Object.fromEntries(entries.filter(([name]) => name !== "name"));
}

/** Checks a count given by a user. */
export function checkCount(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${what}: expected an integer of at least 1, found ${value}`);
  }
  return value;
}

/** Checks that a layer's input (without the batch axis) is [height, width, channels]. */
export function checkImages(shape: Shape): void {
  if (shape.length === 3) return;
  throw new TypeError("expected images of height, width and channels");
}
