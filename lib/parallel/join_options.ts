import { custom, integer, number, oneOf } from "../core/option_kinds.ts";
import type { Schema, Values } from "../core/options.ts";

/** How processes work together: settings of {@linkcode joinProcesses}, the same in all. */
export interface JoinOptions {
  /** Steps between two looks whether the weights are the same in all processes; 100 by default. */
  readonly checkEvery?: number;
  /**
   * Bytes of gradients that are sent together while the rest of them is still computed; 1 MiB by
   * default. With Infinity all are sent at the end.
   */
  readonly bucketBytes?: number;
  /** "f16" halves the bytes of gradients on their way, by rounding them; "none" by default. */
  readonly compress?: "none" | "f16";
  /** Seconds after which the processes are named that the others wait for; 10 by default. */
  readonly patience?: number;
}

/** The options of `joinProcesses`. */
export const joinSchema = {
  checkEvery: integer({ least: 1 }, 100),
  bucketBytes: custom<number, number>(
    "a number of at least 4, or Infinity",
    (value): value is number => typeof value === "number" && value >= 4,
    2 ** 20,
  ),
  compress: oneOf(["none", "f16"], "none"),
  patience: number({ above: 0 }, 10),
} satisfies Schema<JoinOptions>;

/** The options of a group, with their defaults. */
export type JoinSettings = Values<typeof joinSchema>;
