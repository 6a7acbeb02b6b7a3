import type { RunRecord, RunStatus } from "./run_record.ts";

/**
 * The record of a run, which is begun once training is under way: what writes it is not loaded before
 * the first step. What it is told meanwhile waits, in its order.
 */
export class Recording implements AsyncDisposable {
  readonly #begin: () => Promise<RunRecord>;
  #record: Promise<RunRecord> | undefined;
  #told: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** A record that `begin` begins when it is first told something. */
  constructor(begin: () => Promise<RunRecord>) {
    this.#begin = begin;
  }

  /** Training is under way. */
  started(): void {
    this.#tell(() => Promise.resolve());
  }

  /** How training stands. An error shows when the next thing is awaited. */
  progress(progress: Parameters<RunRecord["progress"]>[0]): void {
    this.#tell((record) => record.progress(progress));
  }

  /** An epoch that is done. */
  async epoch(record: Parameters<RunRecord["epoch"]>[0]): Promise<void> {
    await this.#tell((run) => run.epoch(record));
  }

  /** How the run ended, and what came out. */
  async end(status: RunStatus, result?: unknown): Promise<void> {
    await this.#tell((run) => run.end(status, result));
  }

  #tell(tell: (record: RunRecord) => Promise<void>): Promise<unknown> {
    // A first step may turn out to be done when its run has ended by an error.
    if (this.#isClosed) return Promise.resolve();
    const record = this.#record ??= this.#begin();
    this.#told = this.#told.then(async () => await tell(await record));
    this.#told.catch(() => {});
    return this.#told;
  }

  /** Closes it, also after an error. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#told.catch(() => {});
    (await this.#record?.catch(() => undefined))?.[Symbol.dispose]();
  }
}
