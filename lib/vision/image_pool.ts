import { flag, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import type { Preprocessing } from "../core/preprocessing.ts";
import { usualThreads } from "../core/environment.ts";
import { keepsProcessAlive, unreadable } from "../core/worker.ts";
import type { DecodeOptions } from "./decode.ts";
import { noPixels, type PixelCount } from "./room.ts";
import { type ViewOptions, type Views, viewSchema } from "./views.ts";

/** What a worker is asked: to decode and prepare one image. */
export interface PrepareRequest {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly decode: DecodeOptions;
  readonly preprocessing: Preprocessing;
  readonly views: ViewOptions;
  readonly count: PixelCount;
}

/** What a worker answers. */
export type PrepareReply =
  | { readonly id: number; readonly views: Views }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } };

const closed = () => new Error("the image pool was closed");

/** The kinds of errors that a worker tells apart. */
const kinds = new Map([SyntaxError, RangeError].map((kind) => [kind.name, kind]));

/**
 * Workers that no pool has now, for the next one. They have the decoder loaded; and Deno leaves two files
 * open for every worker that has loaded native code, even when it has ended (2.9.6).
 */
const idle: Worker[] = [];

interface Pending {
  readonly worker: number;
  readonly promise: Promise<unknown>;
  resolve(views: Views): void;
  reject(error: Error): void;
}

/**
 * Worker threads that decode and prepare images, so that the main thread is free to feed the device.
 * However many they are, images that are very large are decoded one after another. Decoding alone would not need them (sharp has threads of its own), but resizing does.
 *
 * ```ts ignore
 * await using pool = new ImagePool(zooEntry("googlenet").preprocessing);
 * const { data } = await pool.prepare(await Deno.readFile("cat.jpg"), "cat.jpg");
 * ```
 */
export class ImagePool {
  readonly #workers: Worker[];
  readonly #load: number[];
  readonly #pending = new Map<number, Pending>();
  readonly #count = noPixels();
  readonly #options: Pick<PrepareRequest, "preprocessing" | "views"> & { rotate: boolean };
  #next = 0;
  #hasFailed = false;
  #isClosed = false;

  /**
   * Starts `threads` workers: by default one a core but one, from 1 to 8.
   *
   * @throws {RangeError} for a number of threads that is none
   */
  constructor(
    preprocessing: Preprocessing,
    given: ViewOptions & { readonly rotate?: boolean; readonly threads?: number } = {},
  ) {
    const schema = {
      ...viewSchema,
      rotate: flag(false),
      threads: positiveInteger(usualThreads()),
    } satisfies Schema<typeof given>;
    const { threads, rotate, ...views } = options("ImagePool", given, schema);
    const folder = unreadable(new URL("..", import.meta.url));
    if (folder !== undefined) {
      throw new Deno.errors.NotCapable(
        `images: the threads that decode them may not read ${folder}; run with --allow-read=${folder}`,
      );
    }
    this.#options = { preprocessing, views, rotate };
    this.#load = Array.from({ length: threads }, () => 0);
    this.#workers = this.#load.map(() => this.#start());
  }

  /** The number of workers. */
  get threads(): number {
    return this.#workers.length;
  }

  #start(): Worker {
    const worker = idle.pop() ??
      new Worker(new URL("./image_worker.ts", import.meta.url), { type: "module" });
    keepsProcessAlive(worker, true);
    worker.onmessage = ({ data }: MessageEvent<PrepareReply>) => {
      const pending = this.#pending.get(data.id);
      if (pending === undefined) return;
      this.#settle(data.id, pending);
      if ("views" in data) return pending.resolve(data.views);
      const { name, message } = data.error;
      pending.reject(new (kinds.get(name) ?? Error)(message));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#hasFailed = true;
      this.#fail(new Error(`an image worker failed: ${event.message}`));
    };
    return worker;
  }

  #settle(id: number, { worker }: Pending): void {
    this.#pending.delete(id);
    this.#load[worker]!--;
  }

  #fail(error: Error): void {
    for (const [id, pending] of [...this.#pending]) {
      this.#settle(id, pending);
      pending.reject(error);
    }
  }

  /**
   * The views of an encoded image. `bytes` go to the worker: afterwards they are gone here.
   *
   * @throws {SyntaxError} for bytes that are no whole image
   */
  prepare(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Views> {
    if (this.#isClosed) return Promise.reject(closed());
    const { preprocessing, views, rotate } = this.#options;
    const worker = this.#load.indexOf(Math.min(...this.#load)), id = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<Views>();
    this.#load[worker]!++;
    this.#pending.set(id, { worker, promise, resolve, reject });
    // A view of a larger buffer is copied: the rest of the buffer may be in use.
    const sent = bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
    const decode = { name, rotate };
    const count = this.#count;
    const request: PrepareRequest = { id, bytes: sent, decode, preprocessing, views, count };
    this.#workers[worker]!.postMessage(request, [sent.buffer]);
    return promise;
  }

  /**
   * Takes no more images, and gives the workers back when what is under way is done: native code must
   * not lose the thread, or the process, that it decodes for.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled([...this.#pending.values()].map(({ promise }) => promise));
    for (const worker of this.#workers) {
      if (this.#hasFailed) {
        worker.terminate();
        continue;
      }
      worker.onmessage = worker.onerror = null;
      keepsProcessAlive(worker, false);
      idle.push(worker);
    }
  }

  /** Closes the pool. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
