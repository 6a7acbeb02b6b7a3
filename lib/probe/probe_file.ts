/**
 * What a network looks like while it learns, in a file of its run: `probes.jsonl`, a line for each look.
 *
 * @module
 */
import { storing, writeAll } from "../core/files.ts";
import type { Seen } from "./probe.ts";

/** The name of the file. */
export const probeFile = "probes.jsonl";

/** When a look was taken: the epochs done, with a fraction, and the steps. */
export interface Moment {
  readonly epoch: number;
  readonly step: number;
  /** Of a new head that learns alone. */
  readonly phase?: "head";
}

/** A line of the file. */
export interface Probed extends Seen, Moment {
  readonly time: string;
}

/**
 * When to look again: so that looks take a twentieth of the time at most, are a second apart or more, and
 * become fewer the longer a run is, which a file and a chart are to hold.
 */
export class Pace {
  readonly #began: number;
  #last = -Infinity;
  #cost = 0;

  /** A pace from a time in milliseconds. */
  constructor(began: number) {
    this.#began = began;
  }

  /** Whether it is time to look. */
  isDue(now: number): boolean {
    const wait = Math.max(1000, 20 * this.#cost, (now - this.#began) / 100);
    return now - this.#last >= wait;
  }

  /** A look was taken from one time to another. */
  took(from: number, to: number): void {
    [this.#last, this.#cost] = [to, to - from];
  }
}

/** Adds lines to the file in a folder. */
export class ProbeFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    [this.#path, this.#file] = [path, file];
  }

  /** Opens the file; the lines of a run that is resumed stay up to where it goes on. */
  static async open(folder: string, from?: Moment): Promise<ProbeFile> {
    const path = `${folder}/${probeFile}`;
    const kept = from === undefined ? "" : await linesBefore(path, from);
    const file = await storing(
      path,
      () => Deno.open(path, { write: true, create: true, truncate: true }),
    );
    const opened = new ProbeFile(path, file);
    await opened.#write(kept);
    return opened;
  }

  /** Writes what was seen. */
  async add(probed: Probed): Promise<void> {
    await this.#write(`${JSON.stringify(probed)}\n`);
  }

  async #write(text: string): Promise<void> {
    await storing(this.#path, () => writeAll(this.#file, new TextEncoder().encode(text)));
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** The whole lines of looks up to a moment; what comes after a checkpoint comes again. */
async function linesBefore(path: string, { step, phase }: Moment): Promise<string> {
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const kept = text.split("\n").filter((line) => {
    try {
      const probed: Moment = JSON.parse(line);
      // The head's phase is the first.
      if (probed.phase !== phase) return phase === undefined;
      return probed.step <= step;
    } catch {
      return false;
    }
  });
  return kept.map((line) => `${line}\n`).join("");
}
