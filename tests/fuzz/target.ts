import type { Random } from "../../lib/core/random.ts";

/** Something that reads what it is given. */
export interface Target {
  /** A new input; bytes, so that one which breaks something can be kept as a file. */
  readonly make: (random: Random) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Reads an input. An error of the library's classes is a right answer; whatever else is wrong with
   * the result is a {@linkcode Wrong}.
   */
  readonly read: (input: Uint8Array<ArrayBuffer>) => Promise<void>;
}

/** An input was read, or refused, and something was wrong with that. */
export class Wrong extends Error {
  override readonly name = "Wrong";
}

/** A target by name; it is made when it is wanted. */
export type Targets = Readonly<Record<string, () => Promise<Target>>>;
