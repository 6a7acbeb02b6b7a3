import { findRuns } from "./find_runs.ts";
import type { Change, Overview, RunSummary, Sweep } from "./page/types.ts";
import { RunView } from "./run_view.ts";
import { sweepIn } from "./sweep_view.ts";

/** Milliseconds between looks at the files of runs, while somebody watches. */
const interval = 250;

/** Looks at known files between searches for new ones. */
const looksPerSearch = 8;

/** The runs in a folder. A run has no other name than the one it is found by: no path leads elsewhere. */
export class RunStore {
  readonly #root: string;
  readonly #runs = new Map<string, RunView>();
  readonly #listeners = new Set<(change: Change) => void>();
  #sweeps: readonly string[] = [];
  #shownSweeps = "";
  #timer: ReturnType<typeof setInterval> | undefined;
  #looks = 0;
  /** Looks are taken one after another. */
  #looking: Promise<void> = Promise.resolve();

  /** The runs in a folder. */
  constructor(root: string) {
    this.#root = root;
  }

  /** A run by its name. */
  run(id: string): RunView | undefined {
    return this.#runs.get(id);
  }

  /** All runs and sweeps as they are now. */
  async overview(): Promise<Overview> {
    await this.#next(true);
    return {
      runs: [...this.#runs.values()].map(({ summary }) => this.#placed(summary)),
      sweeps: await this.#readSweeps(),
    };
  }

  /** Calls `listener` when something has changed, until what it returns is called. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.#next(this.#looks++ % looksPerSearch === 0), interval);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  /** Looks a last time, and tells what is new. */
  async close(): Promise<void> {
    if (this.#listeners.size > 0) await this.#next(false);
    this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #next(isSearch: boolean): Promise<void> {
    return this.#looking = this.#looking.then(() => this.#look(isSearch));
  }

  async #look(isSearch: boolean): Promise<void> {
    const removed: string[] = [];
    if (isSearch) {
      const { runs, sweeps } = findRuns(this.#root), there = new Set(runs);
      this.#sweeps = sweeps;
      for (const id of runs) this.#runs.getOrInsertComputed(id, () => new RunView(this.#root, id));
      for (const id of this.#runs.keys()) {
        if (there.has(id)) continue;
        this.#runs.delete(id);
        removed.push(id);
      }
    }
    const changed: RunSummary[] = [];
    for (const run of this.#runs.values()) {
      if (await run.refresh()) changed.push(this.#placed(run.summary));
    }
    if (this.#listeners.size === 0) return;
    const sweeps = changed.length + removed.length > 0 || isSearch ? await this.#readSweeps() : [];
    const shown = JSON.stringify(sweeps), isNew = sweeps.length > 0 && shown !== this.#shownSweeps;
    if (isNew) this.#shownSweeps = shown;
    if (changed.length + removed.length === 0 && !isNew) return;
    const change = { runs: changed, removed, sweeps: isNew ? sweeps : [] };
    for (const listener of this.#listeners) listener(change);
  }

  /** A run with the sweep that it is part of. */
  #placed(summary: RunSummary): RunSummary {
    const sweep = this.#sweeps.findLast((id) => id === "." || summary.id.startsWith(`${id}/`));
    return sweep === undefined ? summary : { ...summary, sweep };
  }

  async #readSweeps(): Promise<Sweep[]> {
    const read = await Promise.all(
      this.#sweeps.map((id) => sweepIn(this.#root, id, (run) => this.#runs.get(run)?.summary)),
    );
    return read.filter((sweep) => sweep !== undefined);
  }
}
