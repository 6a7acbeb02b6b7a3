/**
 * What the main thread and the worker threads agree on: where the words of the control block lie
 * in the shared memory, and what commands look like. Imported by the workers, so kept small.
 *
 * @module
 */

/** Indices of 32-bit words at the start of the memory, on cache lines of their own. */
export const control = {
  /** Commands queued so far, and commands done. */
  queued: 16,
  done: 32,
  /** The main thread wants to be woken when this many commands are done. */
  wanted: 48,
  /** The next task of the current phase. */
  task: 64,
  /** Threads that reached the current barrier; barriers passed; threads asleep at one. */
  arrived: 80,
  generation: 96,
  asleep: 112,
  /** Threads asleep for want of commands, and threads that were started. */
  idle: 128,
  started: 129,
  /** 1 after a kernel trapped; then the launch's number, the length of the message, the message. */
  failed: 144,
  failedLaunch: 145,
  failedLength: 146,
  failedMessage: 147,
  /** A command with nothing but a `next`, that the first real one follows. */
  first: 240,
} as const;

/** Bytes of the message about a failure. */
export const longestMessage = 4 * (control.first - control.failedMessage);

/** More threads than this cost more at barriers than they bring. */
export const mostThreads = 16;

/** Where the threads' frames for native code are, and the bytes of each. */
export const frames = { address: 1024, bytes: 64 } as const;

/** Bytes at the start of the memory that belong to the control block. */
export const controlBytes = frames.address + mostThreads * frames.bytes;

/**
 * Commands are a list in the shared memory. Word 0 of each is the address of the next, word 1 is
 * its kind, and then:
 *
 * - run: address of the program, 1 if it has to be prepared, else 0, and addresses of the bindings
 * - copy: target address, source address, bytes
 * - forget: number of the program
 * - close: nothing
 *
 * A program is: its number; address and bytes of its module; how many arguments to patch, and for
 * each its address and the number of the binding; how many phases; and for the phase that prepares
 * it and for each of these the number of its stages, and for each stage: function, tasks, address of
 * its arguments, number of its launch.
 */
export const commands = { run: 0, copy: 1, forget: 2, close: 3 } as const;

/** The first message to a worker. */
export interface Welcome {
  readonly memory: WebAssembly.Memory;
  /** This thread's number, from 0. */
  readonly thread: number;
  readonly threads: number;
  /** Where calls of native code begin, if there is any. */
  readonly trampoline: bigint | undefined;
}
