/**
 * What surrounds a training: a terminal, unless something else has said that it is there.
 *
 * @module
 */
import { type ProgressDisplay, terminalProgress } from "./progress.ts";

/** A run that the user can stop; to be disposed of when it has ended. */
export interface Stoppable extends Disposable {
  /** Aborted when the user stops it. */
  readonly signal: AbortSignal;
  /**
   * Called when the run has ended in order.
   *
   * @throws {DOMException} an AbortError, if the user has stopped it and what follows is not to run
   */
  ended(): void;
}

/** Where the library runs: how progress is shown there, and how a user stops a run. */
export interface Host {
  /** Whether `fit` shows progress where it is not told. */
  readonly showsProgress: boolean;
  /** A display for one training. */
  progress(): ProgressDisplay;
  /** Says that a run begins which can be stopped. */
  begin(): Stoppable;
}

/** In a terminal nothing stops a run but the end of the program. */
const terminal: Host = {
  get showsProgress() {
    return Deno.stderr.isTerminal();
  },
  progress: terminalProgress,
  begin: () => ({ signal: new AbortController().signal, ended() {}, [Symbol.dispose]() {} }),
};

let current = terminal;

/** Where the library runs. */
export const host = (): Host => current;

/** What aborts a run: the user, or a signal that it was given. */
export const stopOf = ({ signal }: Stoppable, given: AbortSignal | undefined): AbortSignal =>
  given ? AbortSignal.any([signal, given]) : signal;

/** Says where the library runs; without an argument, in a terminal. */
export function setHost(host: Host = terminal): void {
  current = host;
}
