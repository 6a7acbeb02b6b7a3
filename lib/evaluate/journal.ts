/**
 * What was found for each image, kept in a file as it is found: an evaluation that breaks off can go
 * on, and afterwards the file lists every prediction. One JSON object a line; the first says what is
 * evaluated.
 *
 * @module
 */
import { FileLock } from "../core/file_lock.ts";
import { writeAll } from "../core/files.ts";

/** What was found for one image. */
export type ImageResult =
  | {
    readonly image: string;
    readonly label: number;
    /** The most probable classes, best first. */
    readonly top: readonly number[];
    /** The probability of the first. */
    readonly probability: number;
  }
  | {
    readonly image: string;
    /** Why it could not be read. */
    readonly corrupt: string;
  };

/** What is evaluated and how: an evaluation goes on only where all of it is the same. */
export type JournalHeader = Readonly<Record<string, unknown>>;

const format = "striate-evaluation";

/** A journal that is open for writing. */
export class Journal {
  /** The results that were in the file already. */
  readonly results: readonly ImageResult[];
  readonly #file: Deno.FsFile;
  readonly #path: string;
  readonly #lock: FileLock;

  private constructor(
    path: string,
    file: Deno.FsFile,
    lock: FileLock,
    results: readonly ImageResult[],
  ) {
    [this.#path, this.#file, this.#lock, this.results] = [path, file, lock, results];
  }

  /**
   * Opens a journal: a new one, in place of an older journal if there is one, or with `resume` the one
   * that is there. A last line that was cut off is dropped.
   *
   * @throws {Deno.errors.NotFound} if there is none to resume
   * @throws {RangeError} if that one is of another evaluation
   * @throws {SyntaxError} if it is damaged, or if there is another file, which is left as it is
   * @throws {Error} if another process writes it
   */
  static async open(path: string, header: JournalHeader, resume: boolean): Promise<Journal> {
    const lock = await FileLock.take(path, "choose another path (--out FILE)");
    try {
      return await (resume
        ? Journal.#resume(path, header, lock)
        : Journal.#new(path, header, lock));
    } catch (error) {
      lock[Symbol.dispose]();
      throw error;
    }
  }

  static async #new(path: string, header: JournalHeader, lock: FileLock): Promise<Journal> {
    await refuseOther(path);
    const file = await Deno.open(path, { write: true, create: true, truncate: true });
    const journal = new Journal(path, file, lock, []);
    await journal.#write([{ format, ...header }]);
    return journal;
  }

  static async #resume(path: string, header: JournalHeader, lock: FileLock): Promise<Journal> {
    const bytes = await Deno.readFile(path).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Deno.errors.NotFound(
        `there is no evaluation to resume: ${path} does not exist; start without --resume`,
      );
    });
    const end = bytes.lastIndexOf(10) + 1;
    const lines = new TextDecoder().decode(bytes.subarray(0, end)).split("\n").slice(0, -1);
    checkHeader(parseLine(lines[0] ?? "", path, 1), header, path);
    const results = lines.slice(1).map((line, i) =>
      resultOf(parseLine(line, path, i + 2), path, i)
    );
    const file = await Deno.open(path, { write: true });
    await file.truncate(end);
    await file.seek(end, Deno.SeekMode.Start);
    return new Journal(path, file, lock, results);
  }

  /** Adds results. */
  async add(results: readonly ImageResult[]): Promise<void> {
    await this.#write(results);
  }

  async #write(objects: readonly object[]): Promise<void> {
    const bytes = new TextEncoder().encode(objects.map((o) => `${JSON.stringify(o)}\n`).join(""));
    try {
      await writeAll(this.#file, bytes);
    } catch (error) {
      throw new Error(`cannot write ${this.#path}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
    this.#lock[Symbol.dispose]();
  }
}

/**
 * What a journal holds that is whole.
 *
 * @throws {SyntaxError} for another file, or one that is damaged
 */
export async function readResults(path: string): Promise<readonly ImageResult[]> {
  const lines = (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "")
    .map((line, i) => parseLine(line, path, i + 1));
  checkHeader(lines[0] ?? {}, {}, path);
  return lines.slice(1).map((line, i) => resultOf(line, path, i));
}

/** Refuses to write over a file that is no journal, such as the labels. */
async function refuseOther(path: string): Promise<void> {
  const { isFile, size } = await Deno.stat(path).catch(() => ({ isFile: false, size: 0 }));
  if (!isFile || size === 0) return;
  const start = new TextEncoder().encode(JSON.stringify({ format }).slice(0, -1));
  const found = new Uint8Array(start.length);
  using file = await Deno.open(path);
  await file.read(found);
  if (start.every((byte, i) => byte === found[i])) return;
  throw new SyntaxError(
    `${path}: expected no file or the journal of an evaluation, found another file, which is kept; ` +
      "choose another path (--out FILE)",
  );
}

function parseLine(line: string, path: string, number: number): Record<string, unknown> {
  try {
    const value = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value;
  } catch { /* reported below */ }
  throw new SyntaxError(
    `${path}, line ${number}: expected a JSON object, found ` +
      `${JSON.stringify(line.slice(0, 40))}; the journal is damaged, or is another file: start ` +
      "without --resume, or choose another path",
  );
}

function checkHeader(found: Record<string, unknown>, expected: JournalHeader, path: string): void {
  if (found.format !== format) {
    throw new SyntaxError(`${path}: expected the journal of an evaluation, found another file`);
  }
  for (const [key, value] of Object.entries(expected)) {
    if (JSON.stringify(found[key]) === JSON.stringify(value)) continue;
    throw new RangeError(
      `${path} is of another evaluation: its ${key} is ${JSON.stringify(found[key])}, this one's ` +
        `${JSON.stringify(value)}; start without --resume, or with the same options`,
    );
  }
}

function resultOf(line: Record<string, unknown>, path: string, index: number): ImageResult {
  const { image, label, top, probability, corrupt } = line;
  const numbers = (list: unknown) => Array.isArray(list) && list.every(Number.isInteger);
  if (typeof image === "string") {
    if (typeof corrupt === "string") return { image, corrupt };
    if (Number.isInteger(label) && numbers(top) && typeof probability === "number") {
      return { image, label: label as number, top: top as number[], probability };
    }
  }
  throw new SyntaxError(
    `${path}, line ${index + 2}: expected an image's label and most probable classes, found ` +
      "other fields; the journal is damaged: start without --resume",
  );
}
