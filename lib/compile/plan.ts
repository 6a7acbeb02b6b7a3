import type { DType } from "../core/dtype.ts";
import type { Launch } from "../graph/kernel.ts";

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

/**
 * A program before it is loaded on a device: a flat list of launches over numbered values. Values
 * that share a place never live at the same time, but for an update in place: a map kernel (or a
 * tail, for its loads at the result's own index) may store an output where it loads an input, at
 * the same index.
 */
export interface Plan {
  readonly launches: readonly Launch[];
  readonly values: readonly PlannedValue[];
  /** Bytes of each slot. */
  readonly slots: readonly number[];
  /** Bytes that each binding must hold: inputs first, then outputs that are not updates in place. */
  readonly bindings: readonly number[];
  /** For each output, the binding that holds it. */
  readonly outputs: readonly number[];
}
