import { keepsProcessAlive, unreadable } from "../core/worker.ts";
import type { ByteSource } from "./byte_source.ts";

/** A dataset of an HDF5 file. */
export interface Hdf5Dataset {
  /** The names of its groups, and its own. */
  readonly path: readonly string[];
  readonly shape: readonly number[];
  /** The class of its type, by HDF5's number: 0 for integers, 1 for floating-point numbers. */
  readonly kind: number;
  /** Bytes of one number. */
  readonly size: number;
  readonly signed: boolean;
}

/** What the worker of a file is asked: to open it, or for the numbers of a dataset. */
export type Hdf5Question =
  | { readonly open: Uint8Array<ArrayBuffer>; readonly mostMemory: number }
  | { readonly read: readonly string[] };

/** What it answers; "alive" where it needs longer. */
export type Hdf5Answer =
  | "alive"
  | Content
  | {
    readonly error: { readonly name: string; readonly message: string };
    readonly isKept: boolean;
  };

/** What was asked for; `isKept` says whether the worker can take another file. */
type Content =
  & ({ readonly datasets: readonly Hdf5Dataset[] } | { readonly bytes: Uint8Array<ArrayBuffer> })
  & { readonly isKept: boolean };

/** An open HDF5 file. */
export interface Hdf5File {
  readonly datasets: readonly Hdf5Dataset[];
  /** The bytes of a dataset's numbers, little-endian. */
  read(dataset: Hdf5Dataset): Promise<Uint8Array<ArrayBuffer>>;
  /** Lets go of the file and its worker; what is under way fails. */
  close(): void;
}

/** The library's memory beside what a file needs, and that for each of its bytes. */
const memory = { least: 256 << 20, perByte: 4 };

/** Silence that ends a worker: turns of a timer of so many milliseconds, more for many bytes. */
const usualPatience = { turns: 10, milliseconds: 100, bytesPerTurn: 2 << 20 };

/**
 * Opens an HDF5 file in a worker that has no other, where the library is as it was when it was loaded:
 * a damaged file may hang it, spoil its memory or have it ask for more and more.
 *
 * @throws {SyntaxError} for a file that the library refuses, or does not come to an end with
 */
export async function openHdf5(
  source: ByteSource,
  patience = usualPatience,
): Promise<Hdf5File> {
  const { where, size } = source;
  const open = await source.read(0, size);
  const folder = unreadable(new URL("..", import.meta.url));
  if (folder !== undefined) {
    throw new Deno.errors.NotCapable(
      `${where}: the worker that reads HDF5 may not read ${folder}; run with --allow-read=${folder}`,
    );
  }
  const conversation = new Conversation(where, patience);
  try {
    const mostMemory = memory.least + memory.perByte * size;
    const answer = await conversation.ask({ open, mostMemory }, size, [open.buffer]);
    const datasets = "datasets" in answer ? answer.datasets : [];
    return {
      datasets,
      read: async ({ path, shape, size }) => {
        const expected = shape.reduce((product, length) => product * length, size);
        const answer = await conversation.ask({ read: path }, expected);
        return "bytes" in answer ? answer.bytes : new Uint8Array();
      },
      close: () => conversation.end(),
    };
  } catch (error) {
    conversation.end();
    throw error;
  }
}

/** A worker that has no file now, for the next one: loading the library takes long. */
let idle: Worker | undefined;

const started = () => new Worker(new URL("./hdf5_worker.ts", import.meta.url), { type: "module" });

/** Questions to a worker, one after another. */
class Conversation {
  readonly #where: string;
  readonly #patience: typeof usualPatience;
  readonly #worker: Worker;
  #isKept = true;
  #last: Promise<unknown> = Promise.resolve();
  #failure: Error | undefined;
  #giveUp: ((error: Error) => void) | undefined;

  constructor(where: string, patience: typeof usualPatience) {
    this.#where = where;
    this.#patience = patience;
    this.#worker = idle ?? started();
    idle = undefined;
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(this.#damaged(event.message));
    };
  }

  /** Asks, and waits for the answer; `bytes` are gone through for it. */
  ask(question: Hdf5Question, bytes: number, transfer: Transferable[] = []): Promise<Content> {
    const answer = this.#last.then(() => this.#ask(question, bytes, transfer));
    this.#last = answer.catch(() => {});
    return answer;
  }

  async #ask(
    question: Hdf5Question,
    bytes: number,
    transfer: Transferable[],
  ): Promise<Content> {
    if (this.#failure) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<Content>();
    this.#giveUp = reject;
    // Counts turns, not time: that passes as well where this program computes or the machine sleeps.
    // They begin when the library is loaded, which may have to be fetched.
    let silent = "open" in question ? -Infinity : 0;
    const { turns, milliseconds, bytesPerTurn } = this.#patience,
      most = turns + bytes / bytesPerTurn;
    const timer = setInterval(() => {
      if (++silent <= most) return;
      const seconds = Math.ceil(most * milliseconds / 1000);
      this.#fail(this.#damaged(`the HDF5 library came to no end with it in ${seconds} s`));
    }, milliseconds);
    this.#worker.onmessage = ({ data }: MessageEvent<Hdf5Answer>) => {
      if (data === "alive") {
        silent = 0;
        return;
      }
      this.#isKept &&= data.isKept;
      if ("error" in data) reject(this.#errorOf(data.error));
      else resolve(data);
    };
    keepsProcessAlive(this.#worker, true);
    this.#worker.postMessage(question, transfer);
    try {
      return await promise;
    } finally {
      clearInterval(timer);
      keepsProcessAlive(this.#worker, false);
      this.#giveUp = undefined;
    }
  }

  /** What the library says of a file is a matter of the file; a package that is missing is not. */
  #errorOf({ message }: { readonly name: string; readonly message: string }): Error {
    return message.startsWith("Keras files need") ? new Error(message) : this.#damaged(message);
  }

  #damaged(found: string): SyntaxError {
    return new SyntaxError(
      `${this.#where}: damaged or cut short, or no HDF5 (${found}); expected a file that Keras ` +
        "wrote: fetch it again",
    );
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#isKept = false;
    this.#worker.terminate();
    this.#giveUp?.(this.#failure);
  }

  /** Gives the worker back, or ends it where it is not sure what it would do. */
  end(): void {
    const closed = new Error(`${this.#where}: the file was closed`);
    if (this.#giveUp !== undefined || !this.#isKept || idle !== undefined) {
      return this.#fail(closed);
    }
    this.#failure = closed;
    this.#isKept = false;
    this.#worker.onmessage = this.#worker.onerror = null;
    idle = this.#worker;
  }
}
