import { DeviceError } from "../../core/errors.ts";
import { keepsProcessAlive, unreadable } from "../../core/worker.ts";
import { commands, control, type Welcome } from "./control.ts";
import type { SharedMemory } from "./shared_memory.ts";

/** Someone who waits until a number of commands is done. */
interface Waiter {
  readonly number: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Bytes of a command with so many words of its own, after the next one's address and its kind. */
const bytesOf = (words: number) => (words + 2) * 4;

/** What a thread runs. */
const threadModule = new URL("./worker.ts", import.meta.url);

/** What is thrown from the moment on when the threads cannot go on. */
const failureOf = (what: string) =>
  new DeviceError(
    `cpu: ${what}; the device is closed, and what lay there alone is lost: setDevice("cpu") opens another`,
  );

/** Milliseconds after which threads are taken for dead that do not start, or of which none moves on. */
const patience = { starting: 10_000, working: 60_000 };

/** Words that change while any thread does something. */
const signs = [control.started, control.done, control.task, control.arrived, control.generation];

/**
 * The threads, and the list of commands that they all walk. The main thread appends to the list and
 * goes on; it waits without blocking, and only when someone wants to know.
 */
export class Pool {
  readonly threads: number;
  /** How many commands were queued. */
  queued = 0;
  /** Bytes of the memory that commands hold, done or not. */
  commandBytes = 0;
  readonly #memory: SharedMemory;
  readonly #control: Int32Array;
  readonly #workers: Worker[];
  readonly #patience: typeof patience;
  /** The last command: the next one is hung on there. */
  #last = { address: control.first * 4, bytes: 0 };
  /** What to do when so many commands are done, in that order: mostly to free memory. */
  readonly #later: { readonly number: number; readonly action: () => void }[] = [];
  #waiters: Waiter[] = [];
  #isWatching = false;
  #failure: DeviceError | undefined;
  /** What a launch is called, for errors: set by the runs queued, oldest first. */
  readonly #runs: { readonly number: number; readonly launches: readonly string[] }[] = [];

  /**
   * Starts `threads` threads over `memory`, which are waited for so long; they call native code by way of
   * `trampoline`, where there is any.
   */
  constructor(
    memory: SharedMemory,
    threads: number,
    { limits = patience, trampoline }: {
      readonly limits?: typeof patience;
      readonly trampoline?: bigint | undefined;
    } = {},
  ) {
    checkPermission();
    this.threads = threads;
    this.#patience = limits;
    this.#memory = memory;
    this.#control = memory.words;
    this.#workers = Array.from({ length: threads }, (_, thread) => {
      const worker = new Worker(threadModule, { type: "module" });
      worker.onerror = (event) => {
        event.preventDefault();
        this.#fail(failureOf(`thread ${thread} failed: ${event.message}`));
      };
      worker.postMessage({ memory: memory.memory, thread, threads, trampoline } satisfies Welcome);
      keepsProcessAlive(worker, false);
      return worker;
    });
  }

  /** Whether commands can be queued: nothing failed and the pool is not closed. */
  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** How many commands are done. */
  get done(): number {
    return Atomics.load(this.#control, control.done);
  }

  /** Memory for a command that must not fail later: one that gives memory back, say. */
  reserve(words: number): number {
    return this.#memory.allocate(bytesOf(words), "a command");
  }

  /**
   * Appends a command, in new memory or in what was reserved; returns how many commands are done
   * when it is.
   */
  enqueue(kind: keyof typeof commands, words: readonly number[], reserved?: number): number {
    if (this.#failure !== undefined) throw this.#failure;
    this.settle();
    const bytes = bytesOf(words.length), address = reserved ?? this.reserve(words.length);
    this.commandBytes += bytes;
    const memory = this.#memory.words;
    memory[address >>> 2] = 0;
    memory[(address >>> 2) + 1] = commands[kind];
    memory.set(words, (address >>> 2) + 2);
    memory[this.#last.address >>> 2] = address;
    const before = this.#last;
    this.#last = { address, bytes };
    const number = ++this.queued;
    // Every thread has read where this command is once it is done.
    if (before.bytes > 0) {
      this.when(number, () => {
        this.commandBytes -= before.bytes;
        this.#memory.free(before.address);
      });
    }
    Atomics.store(this.#control, control.queued, number);
    if (Atomics.load(this.#control, control.idle) > 0) {
      Atomics.notify(this.#control, control.queued);
    }
    return number;
  }

  /**
   * Appends a run of a program, which is prepared for the numbers in its bindings before that if need
   * be. Its launches are called `launches` in errors.
   */
  run(
    program: number,
    bindings: readonly number[],
    { prepares, launches }: { readonly prepares: boolean; readonly launches: readonly string[] },
  ): number {
    const number = this.enqueue("run", [program, Number(prepares), ...bindings]);
    this.#runs.push({ number, launches });
    return number;
  }

  /** Does `action` at some time after `number` commands are done; now, if they are. */
  when(number: number, action: () => void): void {
    if (number <= this.done) return action();
    this.#later.push({ number, action });
    // Nearly always in order already.
    for (let i = this.#later.length - 1; i > 0; i--) {
      if (this.#later[i - 1]!.number <= this.#later[i]!.number) break;
      [this.#later[i - 1], this.#later[i]] = [this.#later[i]!, this.#later[i - 1]!];
    }
  }

  /** Does what `when` put off and can be done now. Throws if a kernel failed. */
  settle(): void {
    const done = this.done;
    let count = 0;
    while (count < this.#later.length && this.#later[count]!.number <= done) count++;
    for (const { action } of this.#later.splice(0, count)) action();
    this.#checkFailure();
    count = 0;
    while (count < this.#runs.length && this.#runs[count]!.number <= done) count++;
    this.#runs.splice(0, count);
  }

  /** Settles when `number` commands are done; rejects if a kernel or a thread failed. */
  wait(number: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ number, resolve, reject });
      if (!this.#isWatching) this.#watch();
    });
  }

  /**
   * Blocks until everything queued is done and settled. Only for when nothing else helps: the event
   * loop stands still meanwhile.
   */
  drain(): void {
    let last = "", since = performance.now();
    for (let done = this.done; done < this.queued && this.isOpen; done = this.done) {
      Atomics.store(this.#control, control.wanted, this.queued);
      // Looks again now and then, since a thread that died wakes nobody, nor can it be heard of here.
      Atomics.wait(this.#control, control.done, done, 100);
      const now = performance.now(), found = this.#signs();
      if (found !== last) [last, since] = [found, now];
      else this.#giveUp(now - since);
    }
    this.settle();
  }

  /** What the threads are at. */
  #signs(): string {
    return signs.map((word) => Atomics.load(this.#control, word)).join();
  }

  /** Fails if the threads did nothing for too long. */
  #giveUp(milliseconds: number): void {
    const started = Atomics.load(this.#control, control.started), { threads } = this;
    const { starting, working } = this.#patience;
    if (milliseconds < (started < threads ? starting : working)) return;
    const state = started < threads
      ? `${threads - started} of ${threads} threads did not start`
      : "its threads stand still";
    this.#fail(failureOf(state));
  }

  /** Serves the waiters until there are none. */
  async #watch(): Promise<void> {
    this.#isWatching = true;
    // While someone waits, a thread keeps the process alive.
    keepsProcessAlive(this.#workers[0]!, true);
    try {
      while (this.#waiters.length > 0) {
        const wanted = Math.min(...this.#waiters.map(({ number }) => number));
        Atomics.store(this.#control, control.wanted, wanted);
        const done = this.done;
        if (done < wanted) {
          const waiting = Atomics.waitAsync(this.#control, control.done, done);
          if (waiting.async) await waiting.value;
          continue;
        }
        this.settle();
        const ready = this.#waiters.filter(({ number }) => number <= done);
        this.#waiters = this.#waiters.filter(({ number }) => number > done);
        for (const { resolve } of ready) resolve();
      }
    } catch (error) {
      this.#fail(error as DeviceError);
    } finally {
      this.#isWatching = false;
      keepsProcessAlive(this.#workers[0]!, false);
    }
  }

  #checkFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (Atomics.load(this.#control, control.failed) === 0) return;
    const length = this.#control[control.failedLength]!, from = control.failedMessage * 4;
    const message = new TextDecoder().decode(this.#memory.bytes.slice(from, from + length));
    const launch = this.#control[control.failedLaunch]!;
    const name = this.#runs[0]?.launches[launch];
    throw this.#failure = failureOf(
      launch < 0
        ? `a program could not be loaded: ${message}`
        : `kernel ${launch}${name === undefined ? "" : ` (${name})`} failed: ${message}`,
    );
  }

  #fail(error: DeviceError): void {
    this.#failure ??= error;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(this.#failure);
    // Wakes the watcher, which finds nobody waiting.
    Atomics.notify(this.#control, control.done);
  }

  /** Ends the threads once they are done with what is queued. */
  async close(): Promise<void> {
    try {
      if (this.#failure !== undefined) return;
      await this.wait(this.enqueue("forget", [-1]));
      this.enqueue("close", []);
    } finally {
      this.#failure ??= new DeviceError("cpu: the device was closed; make another one");
      for (const worker of this.#workers) worker.terminate();
    }
  }
}

/** Fails if threads may not read their module and what it imports. */
function checkPermission(): void {
  const path = unreadable(new URL(".", threadModule));
  if (path === undefined) return;
  throw new DeviceError(`cpu: its threads may not read ${path}; run with --allow-read=${path}`);
}
