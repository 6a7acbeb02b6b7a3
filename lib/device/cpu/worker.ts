/**
 * A thread of the CPU device. All threads walk the same list of commands, and in a program all walk
 * the same phases: tasks are taken from a common counter, and a barrier ends each phase.
 *
 * @module
 */

import { commands, control, frames, longestMessage, type Welcome } from "./control.ts";

/** `Atomics.pause`, where there is one, tells the core that this is a waiting loop. */
const pause: () => void = (Atomics as { pause?: () => void }).pause ?? (() => {});

/**
 * How often a thread looks again before it sleeps: some microseconds, as long as waking one takes. More
 * made barriers ten times slower where other processes want the cores.
 */
const spinsAtBarrier = 100, spinsWhenIdle = 500;

/**
 * Milliseconds without a command after which a thread's event loop gets a turn: it may have been told
 * there to end, with the worker that it was started from.
 */
const patience = 1000;

type KernelFunction = (args: number, begin: number, end: number) => void;

interface Stage {
  readonly fn: KernelFunction;
  readonly tasks: number;
  readonly args: number;
  readonly launch: number;
}

/** The phase that prepares a program, and those of a run. */
interface Phases {
  readonly preparation: Phase;
  readonly run: readonly Phase[];
}

interface Phase {
  readonly stages: readonly Stage[];
  readonly tasks: number;
  /** Tasks that a thread takes at once. */
  readonly chunk: number;
  /** Whether the threads meet after it. Thread 0 does lone tasks one after another by itself. */
  readonly barrier: boolean;
}

class Thread {
  readonly #memory: WebAssembly.Memory;
  readonly #thread: number;
  readonly #threads: number;
  readonly #control: Int32Array;
  /** The phases of each program, by its number. */
  readonly #programs = new Map<number, Phases>();
  #words: Int32Array;

  /** What the modules of programs import. */
  readonly #imports: WebAssembly.ModuleImports;

  constructor({ memory, thread, threads }: Welcome, native: WebAssembly.ModuleImports) {
    this.#imports = {
      memory,
      thread: new WebAssembly.Global({ value: "i32", mutable: false }, thread),
      ...native,
    };
    this.#memory = memory;
    this.#thread = thread;
    this.#threads = threads;
    this.#words = new Int32Array(memory.buffer);
    this.#control = this.#words;
  }

  /** Carries out commands until it is told to close. */
  async run(): Promise<void> {
    Atomics.add(this.#control, control.started, 1);
    let command = control.first;
    for (let number = 0;; number++) {
      while (!this.#awaitCommand(number)) await new Promise((resolve) => setTimeout(resolve));
      command = this.#word(command) >>> 2;
      const kind = this.#word(command + 1);
      if (kind === commands.close) return;
      if (kind === commands.run) this.#runProgram(command);
      else {
        if (kind === commands.forget) this.#programs.delete(this.#word(command + 2));
        else if (this.#thread === 0) this.#copy(command);
        this.#barrier(true);
      }
    }
  }

  #word(index: number): number {
    while (index >= this.#words.length) {
      // The main thread made the memory larger; growing it by nothing makes this thread see that.
      this.#memory.grow(0);
      this.#words = new Int32Array(this.#memory.buffer);
    }
    return this.#words[index]!;
  }

  /** Waits for the command after `number` others; false if there was none for a long time. */
  #awaitCommand(number: number): boolean {
    const words = this.#control;
    for (let spins = 0; Atomics.load(words, control.queued) === number; spins++) {
      if (spins < spinsWhenIdle) {
        pause();
        continue;
      }
      Atomics.add(words, control.idle, 1);
      const result = Atomics.wait(words, control.queued, number, patience);
      Atomics.sub(words, control.idle, 1);
      if (result === "timed-out") return false;
    }
    return true;
  }

  /** Waits until all threads are here; the last one opens it. */
  #barrier(endsCommand: boolean): void {
    const words = this.#control;
    const generation = Atomics.load(words, control.generation);
    if (Atomics.add(words, control.arrived, 1) === this.#threads - 1) {
      Atomics.store(words, control.task, 0);
      Atomics.store(words, control.arrived, 0);
      if (endsCommand) {
        const done = Atomics.add(words, control.done, 1) + 1;
        if (done === Atomics.load(words, control.wanted)) Atomics.notify(words, control.done);
      }
      Atomics.add(words, control.generation, 1);
      if (Atomics.load(words, control.asleep) > 0) Atomics.notify(words, control.generation);
      return;
    }
    for (let spins = 0; Atomics.load(words, control.generation) === generation; spins++) {
      if (spins < spinsAtBarrier) {
        pause();
        continue;
      }
      Atomics.add(words, control.asleep, 1);
      Atomics.wait(words, control.generation, generation);
      Atomics.sub(words, control.asleep, 1);
    }
  }

  #copy(command: number): void {
    const target = this.#word(command + 2) >>> 0, source = this.#word(command + 3) >>> 0;
    const bytes = this.#word(command + 4) >>> 0;
    this.#word(Math.ceil((Math.max(target, source) + bytes) / 4) - 1);
    new Uint8Array(this.#memory.buffer).copyWithin(target, source, source + bytes);
  }

  #runProgram(command: number): void {
    const at = this.#word(command + 2) >>> 2;
    const patches = this.#word(at + 3);
    if (this.#thread === 0) {
      for (let patch = 0; patch < patches; patch++) {
        const argument = this.#word(at + 4 + 2 * patch) >>> 2;
        const binding = this.#word(at + 5 + 2 * patch);
        this.#word(argument);
        this.#words[argument] = this.#word(command + 4 + binding);
      }
    }
    const { preparation, run: phases } = this.#programs.get(this.#word(at)) ?? this.#load(at);
    if (patches > 0) this.#barrier(false);
    if (this.#word(command + 3) !== 0 && preparation.tasks > 0) {
      this.#share(preparation);
      this.#barrier(false);
    }
    for (let index = 0; index < phases.length; index++) {
      const phase = phases[index]!;
      if (phase.tasks === 1) {
        if (this.#thread === 0) this.#do(phase.stages.find(({ tasks }) => tasks === 1)!, 0, 1);
      } else this.#share(phase);
      if (phase.barrier) this.#barrier(index === phases.length - 1);
    }
    if (phases.length === 0) this.#barrier(true);
  }

  /** Does tasks of a phase as long as there are any. */
  #share({ stages, tasks, chunk }: Phase): void {
    let stage = 0, before = 0;
    for (;;) {
      let begin = Atomics.add(this.#control, control.task, chunk);
      if (begin >= tasks) return;
      const end = Math.min(begin + chunk, tasks);
      while (begin < end) {
        let current = stages[stage]!;
        while (begin >= before + current.tasks) {
          before += current.tasks;
          current = stages[++stage]!;
        }
        const to = Math.min(end, before + current.tasks);
        this.#do(current, begin - before, to - before);
        begin = to;
      }
    }
  }

  #do(stage: Stage, begin: number, end: number): void {
    try {
      stage.fn(stage.args, begin, end);
    } catch (error) {
      this.#fail(error, stage.launch);
    }
  }

  /** Leaves word of a failure, unless there was one before; the main thread makes an error of it. */
  #fail(error: unknown, launch: number): void {
    const words = this.#control;
    if (Atomics.compareExchange(words, control.failed, 0, 1) !== 0) return;
    const text = new TextEncoder().encode(String(error)).subarray(0, longestMessage);
    words[control.failedLaunch] = launch;
    words[control.failedLength] = text.length;
    new Uint8Array(words.buffer).set(text, control.failedMessage * 4);
  }

  #load(at: number): Phases {
    let phases: Phases;
    try {
      phases = this.#parse(at);
    } catch (error) {
      this.#fail(error, -1);
      phases = this.#phasesOf(at, () => () => {});
    }
    this.#programs.set(this.#word(at), phases);
    return phases;
  }

  #parse(at: number): Phases {
    const from = this.#word(at + 1) >>> 0, length = this.#word(at + 2);
    const bytes = new Uint8Array(length);
    this.#word(Math.ceil((from + length) / 4) - 1);
    bytes.set(new Uint8Array(this.#memory.buffer, from, length));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: this.#imports,
    });
    return this.#phasesOf(at, (fn) => exports[`f${fn}`] as KernelFunction);
  }

  #phasesOf(at: number, functionOf: (fn: number) => KernelFunction): Phases {
    let index = at + 4 + 2 * this.#word(at + 3);
    const next = () => this.#word(index++);
    const list = Array.from(
      { length: 1 + next() },
      () =>
        Array.from({ length: next() }, (): Stage => ({
          fn: functionOf(next()),
          tasks: next(),
          args: next(),
          launch: next(),
        })),
    );
    const totals = list.map((stages) => stages.reduce((sum, { tasks }) => sum + tasks, 0));
    const [preparation, ...run] = list.map((stages, phase): Phase => ({
      stages,
      tasks: totals[phase]!,
      chunk: Math.max(1, Math.floor(totals[phase]! / (this.#threads * 16))),
      barrier: totals[phase] !== 1 || totals[phase + 1] !== 1,
    }));
    return { preparation: preparation!, run };
  }
}

/** What modules with native code import. */
async function nativeOf(
  { memory, thread, trampoline }: Welcome,
): Promise<WebAssembly.ModuleImports> {
  if (trampoline === undefined) return {};
  const { nativeImports } = await import("./native_calls.ts");
  return { ...nativeImports(memory, frames.address + thread * frames.bytes, trampoline) };
}

addEventListener("message", (event) => {
  // Not at once: from here on this thread's event loop stands still while there is work. What Deno
  // has begun in it to load this module has to end first, or the next import of an npm package, by
  // whatever thread, waits for it for ever.
  setTimeout(async () => {
    const welcome = (event as MessageEvent<Welcome>).data;
    await new Thread(welcome, await nativeOf(welcome)).run();
    close();
  }, 0);
}, { once: true });
