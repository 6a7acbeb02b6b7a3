import type { DType } from "../core/dtype.ts";
import type { Exchange, Launch } from "../graph/kernel.ts";

/** Where a value lies: in a buffer bound at each run, or in a slot of the program's own memory. */
export interface Place {
  readonly kind: "binding" | "slot";
  readonly index: number;
}

/** A contiguous run of elements that launches read and write. */
export interface PlannedValue {
  readonly size: number;
  readonly dtype: DType;
  readonly place: Place;
  /** What a person would call it, for errors: an op and a shape. */
  readonly name: string;
}

/** An exchange between processes in a plan. */
export interface PlannedExchange {
  readonly exchange: Exchange;
  /** How many launches come before it. */
  readonly after: number;
  /** The value that is sent, and the one that comes back. */
  readonly input: number;
  readonly output: number;
}

/**
 * A program before it is loaded on a device: a flat list of launches over numbered values. Values
 * that share a place never live at the same time, but for an update in place: a map kernel (or a
 * tail, for its loads at the result's own index) may store an output where it loads an input, at
 * the same index.
 */
export interface Plan {
  readonly launches: readonly Launch[];
  /** In their order. A device loads plans without any: see `lib/parallel`. */
  readonly exchanges?: readonly PlannedExchange[];
  readonly values: readonly PlannedValue[];
  /** Bytes of each slot. */
  readonly slots: readonly number[];
  /** Bytes that each binding must hold: inputs first, then outputs that are not updates in place. */
  readonly bindings: readonly number[];
  /** For each output, the binding that holds it. */
  readonly outputs: readonly number[];
  /** Of a part of another plan: bindings whose numbers change from run to run, whoever writes them. */
  readonly changing?: readonly number[];
  /** Of a part of another plan: that one. */
  readonly whole?: Plan;
}
