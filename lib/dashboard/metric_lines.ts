import type { Points, Series } from "./page/types.ts";
import { thinned } from "./page/thin.ts";

/** Names of a line's members that are no measures. */
const others = new Set([
  ...["event", "time", "phase", "epoch", "step", "epochs", "batch", "batches"],
  ...["secondsLeft", "seconds", "processes"],
]);

/** A curve that grows. */
interface Column {
  readonly step: number[];
  readonly epoch: number[];
  readonly seconds: number[];
  readonly value: (number | null)[];
}

/** The curves in a file of metrics that a run adds lines to: only what is new is read. */
export class MetricLines {
  readonly #path: string;
  readonly #columns = new Map<string, Column>();
  #place = "";
  #read = 0;
  /** The beginning of a line that is not yet whole. */
  #rest = new Uint8Array();
  #seconds = 0;
  #time: number | undefined;
  /** The last line. */
  #epoch = 0;
  #step = 0;
  #epochs: number | undefined;

  /** The curves of a file, which need not be there. */
  constructor(path: string) {
    this.#path = path;
  }

  /** How far the run has come. */
  get standing(): { readonly epoch: number; readonly step: number; readonly epochs?: number } {
    const epochs = this.#epochs;
    return { epoch: this.#epoch, step: this.#step, ...epochs !== undefined && { epochs } };
  }

  /** Time of the lines, without the pauses of a run that was resumed. */
  get seconds(): number {
    return this.#seconds;
  }

  /** The last value of each curve. */
  get latest(): Readonly<Record<string, number>> {
    const found = [...this.#columns].map(([name, { value }]) => [name, value.at(-1)]);
    return Object.fromEntries(found.filter(([, value]) => value !== null));
  }

  /** The names of the curves. */
  get names(): readonly string[] {
    return [...this.#columns.keys()];
  }

  /** Reads what is new; `starts` are the times in milliseconds when the run began, and went on. */
  async read(starts: readonly number[] = []): Promise<boolean> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(this.#path);
    } catch {
      return false;
    }
    using _closing = file;
    const { size, ino, dev } = await file.stat(), place = `${dev} ${ino}`;
    // Another file is in its place, or it was cut.
    if (place !== this.#place || size < this.#read) this.#begin(place);
    if (size === this.#read) return false;
    await file.seek(this.#read, Deno.SeekMode.Start);
    const bytes = new Uint8Array(size - this.#read);
    let filled = 0;
    while (filled < bytes.length) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    this.#read += filled;
    const all = new Uint8Array(this.#rest.length + filled);
    all.set(this.#rest);
    all.set(bytes.subarray(0, filled), this.#rest.length);
    const end = all.lastIndexOf(10) + 1;
    this.#rest = all.slice(end);
    for (const line of new TextDecoder().decode(all.subarray(0, end)).split("\n")) {
      this.#add(line, starts);
    }
    return end > 0;
  }

  #begin(place: string): void {
    this.#columns.clear();
    [this.#place, this.#read, this.#rest] = [place, 0, new Uint8Array()];
    [this.#seconds, this.#time, this.#epoch, this.#step] = [0, undefined, 0, 0];
  }

  #add(text: string, starts: readonly number[]): void {
    let line: Record<string, unknown>;
    try {
      line = JSON.parse(text);
    } catch {
      return; // It was cut off.
    }
    if (typeof line !== "object" || line === null) return;
    const number = (name: string) => typeof line[name] === "number" ? line[name] : undefined;
    const epoch = number("epoch"), step = number("step");
    if (epoch === undefined || step === undefined) return;
    this.#pass(Date.parse(String(line.time)), starts);
    const batch = number("batch"), batches = number("batches");
    const isDone = line.event === "epoch";
    const done = isDone ? epoch : epoch - 1 + (batch && batches ? batch / batches : 0);
    [this.#epoch, this.#step] = [done, step];
    this.#epochs = number("epochs") ?? this.#epochs;
    const prefix = line.phase === "head" ? "head/" : "";
    for (const [name, value] of [...valuesIn(line), ...speedsOfRanks(line)]) {
      const column = this.#columns.getOrInsertComputed(
        prefix + name,
        () => ({ step: [], epoch: [], seconds: [], value: [] }),
      );
      column.step.push(step);
      column.epoch.push(done);
      column.seconds.push(this.#seconds);
      column.value.push(value);
    }
  }

  /** Time goes on to a line; a pause before a run was resumed is none of it. */
  #pass(time: number, starts: readonly number[]): void {
    if (Number.isNaN(time)) return;
    const before = this.#time ?? -Infinity;
    const start = starts.findLast((at) => at > before && at <= time);
    const from = start ?? this.#time ?? time;
    this.#seconds += Math.max(0, time - from) / 1000;
    this.#time = time;
  }

  /** The curves with so many points each at most; of those from one step to another, where given. */
  series(most: number, from = -Infinity, to = Infinity): Series {
    return Object.fromEntries(
      [...this.#columns].map(([name, column]) => [name, pointsOf(column, most, from, to)]),
    );
  }

  /** All numbers, a row for each moment and metric. */
  *rows(): Generator<readonly [metric: string, ...values: (number | null)[]]> {
    for (const [name, { step, epoch, seconds, value }] of this.#columns) {
      for (let i = 0; i < value.length; i++) {
        yield [name, step[i]!, epoch[i]!, seconds[i]!, value[i]!];
      }
    }
  }
}

function pointsOf(column: Column, most: number, from: number, to: number): Points {
  const { step } = column;
  let start = step.findIndex((at) => at >= from), end = step.findLastIndex((at) => at <= to) + 1;
  // A line goes on beyond the edges of what is shown.
  [start, end] = [
    Math.max(0, (start < 0 ? step.length : start) - 1),
    Math.min(step.length, end + 1),
  ];
  const cut = <T>(list: readonly T[]) => list.slice(start, end);
  const places = thinned(cut(step), cut(column.value), most);
  const take = <T>(list: readonly T[]) => places.map((place) => list[start + place]!);
  return {
    step: take(step),
    epoch: take(column.epoch).map((at) => Number(at.toFixed(4))),
    seconds: take(column.seconds).map((at) => Number(at.toFixed(3))),
    value: take(column.value).map((value) => value === null ? null : Number(value.toPrecision(7))),
  };
}

/** The images a second of each process of a group, while it is at work and does not wait for others. */
function speedsOfRanks(
  { imagesPerSecond, seconds, processes }: Readonly<Record<string, unknown>>,
): [string, number][] {
  if (!Array.isArray(processes)) return [];
  const images = Number(imagesPerSecond) * Number(seconds) / processes.length;
  return processes.map((work, rank) => [`ranks/${rank}`, images / Number(work)] as [string, number])
    .filter(([, speed]) => Number.isFinite(speed));
}

/** The measures in a line, by the names that lead to them; what is infinite or none is null in JSON. */
function valuesIn(value: object, before = ""): [string, number | null][] {
  return Object.entries(value).flatMap(([name, one]): [string, number | null][] => {
    if (before === "" && others.has(name)) return [];
    if (typeof one === "number" || one === null) return [[before + name, one]];
    return typeof one === "object" ? valuesIn(one, `${before}${name}/`) : [];
  });
}
