import type { Group } from "../parallel/group.ts";
import type { Variable } from "../tensor/variable.ts";
import type { Batch } from "./batch.ts";

/** What is the same for all processes of a group at a step. */
export interface Agreement {
  /** Examples of the whole batch. */
  readonly examples: number;
  /** Whether any of them is to stop. */
  readonly isAborted: boolean;
  /** The clock of process 0, in milliseconds. */
  readonly now: number;
}

/** A process takes so many times as long as the median before it is called slow. */
const slow = 1.5;

/** The processes that train together, as `fit` needs them: what they agree on. */
export class Cohort {
  readonly #group: Group;
  #named = new Set<number>();
  #began = performance.now();
  #stood = 0;

  /** For the processes of a group. */
  constructor(group: Group) {
    this.#group = group;
  }

  /** Whether this process writes what the run leaves behind, and shows how it stands. */
  get isFirst(): boolean {
    return this.#group.rank === 0;
  }

  /** What holds for all, of what each says. */
  async agree(batch: Batch | undefined, isAborted: boolean, now: number): Promise<Agreement> {
    const { rank } = this.#group, clock = rank === 0 ? Math.max(0, Math.floor(now)) : 0;
    // A number of f32 has 24 bits.
    const told = Float32Array.of(
      batch?.size ?? 0,
      isAborted ? 1 : 0,
      Math.floor(clock / 2 ** 20),
      clock % 2 ** 20,
    );
    await this.#sum(told);
    return {
      examples: told[0]!,
      isAborted: told[1]! > 0,
      now: told[2]! * 2 ** 20 + told[3]!,
    };
  }

  async #sum(numbers: Float32Array<ArrayBuffer>): Promise<void> {
    const since = performance.now();
    await this.#group.sum(numbers);
    this.#group.stood(performance.now() - since);
  }

  /**
   * Checks that all processes are about to do the same: facts by name, as texts.
   *
   * @throws {RangeError} that names the first fact in which some differ, and the processes
   */
  async checkSame(facts: Readonly<Record<string, string>>): Promise<void> {
    const all = (await this.#group.gatherTexts(JSON.stringify(facts)))
      .map((text): Readonly<Record<string, string>> => JSON.parse(text));
    for (const [name, expected] of Object.entries(all[0]!)) {
      const other = all.findIndex((facts) => facts[name] !== expected);
      if (other < 0) continue;
      throw new RangeError(
        `fit: group: expected all processes to have the same ${name}, found ${expected} in process 0 ` +
          `and ${all[other]![name]} in process ${other}`,
      );
    }
  }

  /** Whether a step is one after which weights are compared. */
  isCheckDue(step: number): boolean {
    return step % this.#group.checkEvery === 0;
  }

  /**
   * Compares what all processes have in variables.
   *
   * @throws {Error} that names the first in which some differ
   */
  async checkWeights(variables: ReadonlyMap<string, Variable>, step: number): Promise<void> {
    const prints = await fingerprintsOf(variables), { size } = this.#group;
    const all = await this.#group.gather(prints);
    const of = (rank: number, i: number) => new Int32Array(all.buffer)[rank * prints.length + i];
    for (const [i, name] of [...variables.keys()].entries()) {
      for (let rank = 1; rank < size; rank++) {
        if (of(rank, i) === of(0, i)) continue;
        throw new Error(
          `fit: group: after step ${step} process ${rank} has other numbers in ${name} than process 0; ` +
            "they must do the same: look for what differs in programs, devices or processors",
        );
      }
    }
  }

  /** Begins to measure what each process computes in an epoch. */
  beginEpoch(): void {
    this.#began = performance.now();
    this.#stood = this.#group.traffic.seconds;
  }

  /** Seconds that each process was at work since; one that keeps the others waiting is named, once. */
  async endEpoch(): Promise<number[]> {
    const stood = this.#group.traffic.seconds - this.#stood;
    const own = (performance.now() - this.#began) / 1000 - stood;
    const seconds = [...await this.#group.gather(Float32Array.of(own))];
    const median = seconds.toSorted((a, b) => a - b)[Math.floor((seconds.length - 1) / 2)]!;
    const rank = seconds.indexOf(Math.max(...seconds));
    if (seconds[rank]! > slow * median && seconds[rank]! > 1 && !this.#named.has(rank)) {
      this.#named.add(rank);
      if (this.isFirst) {
        console.error(
          `striate: process ${rank} is slow: ${
            seconds[rank]!.toFixed(1)
          } s of work in this epoch, ` +
            `others ${median.toFixed(1)} s`,
        );
      }
    }
    return seconds;
  }

  /**
   * Batches of a stream that is this process's alone: it goes on with empty ones until those of all have
   * ended.
   */
  async *together(batches: AsyncIterable<Batch>, empty: Batch): AsyncGenerator<Batch> {
    const iterator = batches[Symbol.asyncIterator]();
    try {
      for (let own: Batch | undefined = empty;;) {
        if (own !== undefined) {
          const next: IteratorResult<Batch> = await iterator.next();
          own = next.done ? undefined : next.value;
        }
        const left = Float32Array.of(own === undefined ? 0 : 1);
        await this.#sum(left);
        if (left[0] === 0) return;
        yield own ?? empty;
      }
    } finally {
      await iterator.return?.();
    }
  }
}

/** 32 bits for each variable that tell its numbers from others (FNV-1a of their words). */
export async function fingerprintsOf(
  variables: ReadonlyMap<string, Variable>,
): Promise<Float32Array<ArrayBuffer>> {
  const prints = new Int32Array(variables.size);
  let i = 0;
  for (const variable of variables.values()) prints[i++] = fingerprintOf(await variable.read());
  return new Float32Array(prints.buffer);
}

/** 32 bits that tell numbers from others. */
export function fingerprintOf({ buffer, byteOffset, byteLength }: ArrayBufferView): number {
  const whole = Math.floor(byteLength / 4), bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const words = byteOffset % 4 === 0 ? new Int32Array(buffer, byteOffset, whole) : bytes;
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  if (words !== bytes) {
    for (let i = whole * 4; i < byteLength; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  }
  return hash;
}
