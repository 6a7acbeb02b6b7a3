import { gatherOver, sumOver } from "../../lib/parallel/exchange.ts";
import type { Group, Traffic } from "../../lib/parallel/group.ts";
import type { Tensor } from "../../mod.ts";

type Numbers = Float32Array<ArrayBuffer>;

/** Who comes to an exchange waits here for the others. */
class Meeting {
  readonly brought: (Numbers | undefined)[];
  readonly done = Promise.withResolvers<void>();
  #missing: number;

  constructor(readonly size: number, readonly what: string) {
    this.brought = Array(size);
    this.#missing = size;
  }

  async come(rank: number, numbers: Numbers): Promise<readonly Numbers[]> {
    this.brought[rank] = numbers.slice();
    if (--this.#missing === 0) this.done.resolve();
    await this.done.promise;
    return this.brought as Numbers[];
  }
}

/** Groups whose members are in one process, for tests that have no MPI. */
export function localGroups(
  size: number,
  settings: { readonly bucketBytes?: number; readonly checkEvery?: number } = {},
): LocalGroup[] {
  const meetings = new Map<string, Meeting>();
  return Array.from({ length: size }, (_, rank) => new LocalGroup(rank, size, meetings, settings));
}

/** One member: what `MpiGroup` is among processes. */
export class LocalGroup implements Group {
  readonly checkEvery: number;
  readonly bucketBytes: number;
  /** What was exchanged, in order. */
  readonly log: string[] = [];
  readonly #counts = [0, 0];
  #stood = 0;
  #bytes = 0;

  constructor(
    readonly rank: number,
    readonly size: number,
    readonly meetings: Map<string, Meeting>,
    { bucketBytes = 2 ** 22, checkEvery = 1 }: {
      readonly bucketBytes?: number;
      readonly checkEvery?: number;
    },
  ) {
    this.bucketBytes = bucketBytes;
    this.checkEvery = checkEvery;
  }

  get traffic(): Traffic {
    return { bytes: this.#bytes, seconds: this.#stood / 1000 };
  }

  stood(milliseconds: number): void {
    this.#stood += milliseconds;
  }

  async sum(numbers: Numbers, canWait = false): Promise<void> {
    const all = await this.#meet(`sum ${numbers.length}`, numbers, canWait);
    numbers.fill(0);
    for (const part of all) part.forEach((x, i) => numbers[i]! += x);
  }

  async gather(numbers: Numbers): Promise<Numbers> {
    const all = await this.#meet(`gather ${numbers.length}`, numbers, false);
    // As bytes: they may be no numbers.
    const bytes = all.map(({ buffer }) => new Uint8Array(buffer));
    const joined = new Uint8Array(numbers.byteLength * this.size);
    bytes.forEach((part, rank) => joined.set(part, rank * numbers.byteLength));
    return new Float32Array(joined.buffer);
  }

  async gatherTexts(text: string): Promise<string[]> {
    const codes = Float32Array.from(text, (letter) => letter.codePointAt(0)!);
    const all = await this.#meet("texts", codes, false);
    return all.map((codes) => String.fromCodePoint(...codes));
  }

  sumTensor(x: Tensor, canWait = false): Tensor {
    return sumOver(this, x, canWait);
  }

  gatherTensor(x: Tensor, axis: number): Tensor {
    return gatherOver(this, x, axis);
  }

  /** What all have brought to the next exchange of its kind; it must be the same exchange for all. */
  async #meet(what: string, numbers: Numbers, canWait: boolean): Promise<readonly Numbers[]> {
    const lane = canWait ? 1 : 0, key = `${lane} ${this.#counts[lane]!++}`;
    this.log.push(`${canWait ? "late " : ""}${what}`);
    this.#bytes += numbers.byteLength;
    const meeting = this.meetings.getOrInsertComputed(key, () => new Meeting(this.size, what));
    if (meeting.what !== what) throw new Error(`exchange ${key}: ${meeting.what} and ${what}`);
    return await meeting.come(this.rank, numbers);
  }
}
