/**
 * The record that a training leaves in its folder: `run.json`, which says what was done, with what and
 * how it ended, and `metrics.jsonl`, a line for each epoch and every second.
 *
 * @module
 */
import { storing, writeAll, writeFileAtomic } from "../core/files.ts";
import type { EpochRecord, Progress } from "../train/epoch_record.ts";
import type { Position } from "../train/position.ts";
import { type GitRevision, gitRevision } from "./git_revision.ts";

/** The names of the files. */
export const runFile = "run.json", metricsFile = "metrics.jsonl";

/** Milliseconds between lines of progress, at which who watches a run sees it go on. */
const usualInterval = 1000;

/** The name of a file that asks a run to end after the step under way, with a checkpoint. */
export const stopFile = "stop";

/** What a run is. */
export interface RunAbout {
  /** All that it depends on. */
  readonly settings: object;
  /** Where it runs. */
  readonly device: { readonly kind: string; readonly description: string };
  /** What it learns. */
  readonly data: {
    readonly train: number | null;
    readonly test: number | null;
    readonly classes: readonly string[] | undefined;
    readonly fingerprint: string;
  };
}

/** How a run stands. */
export type RunStatus = "running" | "done" | "interrupted" | "failed";

/** What `run.json` holds. */
export interface RunContent extends RunAbout {
  readonly format: typeof format;
  readonly status: RunStatus;
  /** The version of this library, and that of Deno. */
  readonly versions: { readonly striate: string; readonly deno: string };
  readonly system: string;
  readonly git?: GitRevision;
  readonly began: string;
  /** When it was resumed, and at which step. */
  readonly resumed?: readonly { readonly at: string; readonly step: number }[];
  readonly ended?: string;
  /** What came out, or the error. */
  readonly result?: unknown;
}

const format = "striate-run";

/** A part of a run: of a new head alone, or of all. */
export type Phase = "head" | "all";

/** What lines say of their phase, where there are two. */
interface OfPhase {
  readonly phase?: "head";
}

/** A run that goes on from a checkpoint in a folder. */
export interface Resumed {
  readonly folder: string;
  /** "all" by default. */
  readonly phase?: Phase;
  readonly position: Pick<Position, "step" | "records">;
}

/** How training stands, with the memory that the device holds, in bytes. */
interface Standing extends Progress, OfPhase {
  readonly deviceMemory?: number;
}

/** How a record is written. */
export interface RecordOptions {
  /** Milliseconds between lines of progress; 1000 by default. */
  readonly interval?: number;
  /** Called when a file in the folder asks the run to end. */
  readonly onStop?: () => void;
}

/** The record of a run that is under way. */
export class RunRecord implements Disposable {
  readonly #folder: string;
  readonly #file: Deno.FsFile;
  #content: RunContent;
  readonly #options: RecordOptions;
  #shown = performance.now();

  private constructor(
    folder: string,
    file: Deno.FsFile,
    content: RunContent,
    options: RecordOptions,
  ) {
    [this.#folder, this.#file, this.#content] = [folder, file, content];
    this.#options = options;
  }

  /**
   * Begins a record, or goes on with that of a run that is resumed, whose lines up to its checkpoint
   * stay.
   *
   * @throws {Error} if it cannot be written
   */
  static async begin(
    folder: string,
    about: RunAbout,
    resumed?: Resumed,
    options: RecordOptions = {},
  ): Promise<RunRecord> {
    const before = resumed && await readRun(resumed.folder), now = new Date().toISOString();
    const git = await gitRevision(".");
    const content: RunContent = {
      format,
      status: "running",
      ...about,
      versions: { striate: await version(), deno: Deno.version.deno },
      system: `${Deno.build.os} ${Deno.build.arch}`,
      ...git && { git },
      began: before?.began ?? now,
      ...resumed && {
        resumed: [...before?.resumed ?? [], { at: now, step: resumed.position.step }],
      },
    };
    const path = `${folder}/${metricsFile}`;
    const lines = resumed ? await linesBefore(resumed) : [];
    takeStop(folder); // of a run before
    await writeRun(folder, content);
    await writeFileAtomic(path, lines.map((line) => `${line}\n`).join(""));
    const file = await storing(path, () => Deno.open(path, { append: true }));
    return new RunRecord(folder, file, content, options);
  }

  /** Ends the run where somebody has asked for it. */
  #heedStop(): void {
    const { onStop } = this.#options;
    if (onStop !== undefined && takeStop(this.#folder)) onStop();
  }

  /** Writes how training stands, every second, and the memory that it takes; hears who asks for its end. */
  async progress(progress: Standing): Promise<void> {
    const { interval = usualInterval } = this.#options;
    this.#heedStop();
    const now = performance.now();
    if (now - this.#shown < interval) return;
    this.#shown = now;
    await this.#write("progress", { ...progress, memory: Deno.memoryUsage().rss });
  }

  /** Writes an epoch, and has it on the disk. */
  async epoch(record: EpochRecord & OfPhase): Promise<void> {
    this.#heedStop(); // Short epochs tell no progress on the way.
    await this.#write("epoch", record);
    await storing(this.#path, () => this.#file.sync());
  }

  /** Writes how the run ended, and what came out. */
  async end(status: RunStatus, result?: unknown): Promise<void> {
    const ended = new Date().toISOString();
    this.#content = { ...this.#content, status, ended, ...result !== undefined && { result } };
    await writeRun(this.#folder, this.#content);
  }

  get #path(): string {
    return `${this.#folder}/${metricsFile}`;
  }

  async #write(event: Line["event"], content: object): Promise<void> {
    const line = JSON.stringify({ event, time: new Date().toISOString(), ...content });
    await storing(this.#path, () => writeAll(this.#file, new TextEncoder().encode(`${line}\n`)));
  }

  /** Closes its file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Whether there is a file that asks for the end of a run; it has then been taken away. */
function takeStop(folder: string): boolean {
  try {
    Deno.removeSync(`${folder}/${stopFile}`);
    return true;
  } catch {
    return false;
  }
}

const writeRun = (folder: string, content: RunContent) =>
  writeFileAtomic(`${folder}/${runFile}`, `${JSON.stringify(content, null, 2)}\n`);

/** The record of the run in a folder; undefined where there is none. */
export async function readRun(folder: string): Promise<RunContent | undefined> {
  try {
    const content = JSON.parse(await Deno.readTextFile(`${folder}/${runFile}`));
    return content?.format === format ? content : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Checks that the data of a run that goes on are those it began with.
 *
 * @throws {RangeError} if they are others
 */
export async function checkSameData(folder: string, fingerprint: string): Promise<void> {
  const before = (await readRun(folder))?.data?.fingerprint;
  if (before === undefined || before === fingerprint) return;
  throw new RangeError(
    `cannot resume: the data are not those that the run in ${folder} began with (${before}, now ` +
      `${fingerprint}); put them back, or begin a new run with another --out DIR`,
  );
}

/** A line of the metrics. */
interface Line extends OfPhase {
  readonly event: "progress" | "epoch";
  readonly epoch: number;
  readonly step: number;
}

/** The lines up to a checkpoint: what came after it comes again. */
async function linesBefore({ folder, phase = "all", position }: Resumed): Promise<string[]> {
  const { step, records } = position;
  const text = await Deno.readTextFile(`${folder}/${metricsFile}`).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const kept: string[] = [], epochs = new Set<number>();
  for (const line of text.split("\n")) {
    const read = lineOf(line);
    if (read === undefined) continue;
    if (read.phase === "head" && phase === "all") {
      kept.push(line); // That phase has ended.
      continue;
    }
    const isOfPhase = (read.phase ?? "all") === phase;
    const isBefore = read.event === "epoch" ? read.epoch <= records.length : read.step <= step;
    if (!isOfPhase || !isBefore) continue;
    if (read.event === "epoch") epochs.add(read.epoch);
    kept.push(line);
  }
  // An epoch may be in the checkpoint alone, which was written first.
  const ofPhase: OfPhase = phase === "head" ? { phase } : {};
  const lost = records.filter(({ epoch }) => !epochs.has(epoch))
    .map((record) => JSON.stringify({ event: "epoch", ...ofPhase, ...record }));
  return [...kept, ...lost];
}

/** A line as an object; undefined for one that was cut off. */
function lineOf(text: string): Line | undefined {
  try {
    const { event, phase, epoch, step } = JSON.parse(text);
    if (!Number.isInteger(epoch) || !Number.isInteger(step)) return undefined;
    return { event, epoch, step, ...phase === "head" && { phase } };
  } catch {
    return undefined;
  }
}

/** The version of this library. */
async function version(): Promise<string> {
  return (await (await fetch(new URL("../../deno.json", import.meta.url))).json()).version;
}
