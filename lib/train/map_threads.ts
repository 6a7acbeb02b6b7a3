import type { Random } from "../core/random.ts";
import { usualThreads } from "../core/environment.ts";
import { keepsProcessAlive, unreadable } from "../core/worker.ts";
import type { Example } from "./batch.ts";

/** What a thread is asked: to change one example. */
export interface MapRequest {
  readonly id: number;
  /** The module that says how, and what it is told. */
  readonly module: string;
  readonly settings: unknown;
  readonly example: Example;
  readonly index: number;
  readonly epoch: number;
  /** The seed and the stream of the example's random numbers. */
  readonly seed: readonly [number, number];
}

/** What a thread answers. */
export type MapReply =
  | { readonly id: number; readonly example: Example }
  | { readonly id: number; readonly error: Error };

interface Pending {
  resolve(example: Example): void;
  reject(error: Error): void;
}

/** Threads of the whole program: each takes what any data set asks for. */
const threads: Thread[] = [];
let next = 0;

/** A thread and what it is asked, which keeps the process alive. */
class Thread {
  readonly pending = new Map<number, Pending>();
  readonly #worker = new Worker(new URL("./map_worker.ts", import.meta.url), { type: "module" });

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<MapReply>) => {
      const pending = this.pending.get(data.id);
      this.pending.delete(data.id);
      if (this.pending.size === 0) keepsProcessAlive(this.#worker, false);
      if ("error" in data) pending?.reject(data.error);
      else pending?.resolve(data.example);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      threads.splice(threads.indexOf(this), 1);
      for (const { reject } of this.pending.values()) {
        reject(new Error(`parallelMap: a thread failed: ${event.message}`));
      }
      this.#worker.terminate();
    };
  }

  ask(request: MapRequest): Promise<Example> {
    const { promise, resolve, reject } = Promise.withResolvers<Example>();
    this.#worker.postMessage(request);
    this.pending.set(request.id, { resolve, reject });
    keepsProcessAlive(this.#worker, true);
    return promise;
  }
}

/** An example changed by a module on that of `count` threads which has the least to do. */
export function mapOnThread(
  request: Omit<MapRequest, "id" | "seed">,
  random: Random,
  count = usualThreads(),
): Promise<Example> {
  const folder = unreadable(new URL("..", import.meta.url));
  if (folder !== undefined) {
    throw new Deno.errors.NotCapable(
      `parallelMap: its threads may not read ${folder}; run with --allow-read=${folder}`,
    );
  }
  while (threads.length < count) threads.push(new Thread());
  const least = threads.slice(0, count).reduce((a, b) => b.pending.size < a.pending.size ? b : a);
  return least.ask({ ...request, id: next++, seed: [random.word(), random.word()] });
}
