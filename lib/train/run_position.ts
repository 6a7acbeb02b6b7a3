import type { EpochRecord } from "./epoch_record.ts";

/** Where a run of `fit` stands. */
export class RunPosition {
  epoch = 0;
  /** Batches of the epoch that are done. */
  batch = 0;
  /** Updates done in all. */
  step = 0;
  records: EpochRecord[] = [];
  /** Batches that an update is made of. */
  readonly #accumulate: number;
  /** Batches of an epoch; a stream does not know. */
  readonly batches: number | undefined;

  /** The begin of a run. */
  constructor(accumulate: number, batches: number | undefined) {
    [this.#accumulate, this.batches] = [accumulate, batches];
  }

  /** Updates that were done before this epoch. */
  get stepsBefore(): number {
    return this.records.at(-1)?.step ?? 0;
  }

  /** Batches that were trained on since the last update. */
  get pending(): number {
    return Math.max(0, this.batch - (this.step - this.stepsBefore) * this.#accumulate);
  }

  /** Epochs, in parts too, and updates that are done so many updates from here. */
  after(updates: number): { readonly epochs: number; readonly step: number } {
    const step = Math.max(0, this.step + updates), done = Math.max(0, step - this.stepsBefore);
    const steps = Math.ceil((this.batches ?? Infinity) / this.#accumulate);
    return { epochs: this.epoch + done / steps, step };
  }
}
