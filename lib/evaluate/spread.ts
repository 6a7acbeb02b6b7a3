import type { Group } from "../parallel/group.ts";
import type { ImageResult } from "./journal.ts";

/** Who is told of results, in their order. */
type Keep = (results: readonly ImageResult[]) => Promise<void>;

/** What a process says after each of its batches. */
interface Said {
  readonly results: readonly ImageResult[];
  readonly isDone: boolean;
  readonly isAborted: boolean;
}

/** An evaluation by several processes: each has every n-th image, and all get all results in order. */
export class Spread {
  readonly #group: Group;
  readonly #controller = new AbortController();
  /** Results by process that wait for those of others before them. */
  readonly #waiting: ImageResult[][];
  /** The process whose result comes next. */
  #next = 0;

  /** For the processes of a group. */
  constructor(group: Group) {
    this.#group = group;
    this.#waiting = Array.from({ length: group.size }, () => []);
  }

  /** Whether this process writes. */
  get isFirst(): boolean {
    return this.#group.rank === 0;
  }

  /** Aborted when any process stops. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What the first process knows, for all. */
  async shared(results: readonly ImageResult[]): Promise<readonly ImageResult[]> {
    const [first] = await this.#group.gatherTexts(JSON.stringify(this.isFirst ? results : []));
    return JSON.parse(first!);
  }

  /** This process's items. */
  async *own<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
    let index = 0;
    for await (const item of items) {
      if (index++ % this.#group.size === this.#group.rank) yield item;
    }
  }

  /** Brings what this process has found; `keep` gets what is complete up to there. */
  async bring(results: readonly ImageResult[], isAborted: boolean, keep: Keep): Promise<void> {
    await this.#exchange({ results, isDone: false, isAborted }, keep);
  }

  /** Waits until all processes have brought what they have. */
  async finish(signal: AbortSignal, keep: Keep): Promise<void> {
    const nothing = () => ({ results: [], isDone: true, isAborted: signal.aborted });
    while (!await this.#exchange(nothing(), keep));
  }

  async #exchange(own: Said, keep: Keep): Promise<boolean> {
    const all = (await this.#group.gatherTexts(JSON.stringify(own)))
      .map((text): Said => JSON.parse(text));
    all.forEach(({ results }, rank) => this.#waiting[rank]!.push(...results));
    if (all.some(({ isAborted }) => isAborted)) this.#controller.abort();
    const complete: ImageResult[] = [];
    for (let next = this.#take(); next !== undefined; next = this.#take()) complete.push(next);
    if (complete.length > 0) await keep(complete);
    return all.every(({ isDone }) => isDone);
  }

  /** The next result in order, if it is there. */
  #take(): ImageResult | undefined {
    const result = this.#waiting[this.#next]!.shift();
    if (result !== undefined) this.#next = (this.#next + 1) % this.#group.size;
    return result;
  }
}
