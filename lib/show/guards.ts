/**
 * What keeps a notebook's kernel alive: without these, the stop button ends it with all that it
 * holds, errors of timers stall the cell, and those of forgotten promises are not seen at all.
 *
 * @module
 */
import type { Stoppable } from "../train/host.ts";
import { warn } from "./jupyter.ts";

/** The runs that the user can stop now. */
const running = new Set<AbortController>();

/**
 * Milliseconds after the end of a run that was stopped in which another is taken for one of the same
 * cell, or of one that waited behind it: the kernel goes on with these, and nobody asks for more so soon.
 */
const queued = 500;

/** When a run that was stopped has ended. */
let stoppedAt = -Infinity;

const stopped = (what: string) => new DOMException(what, "AbortError");

/** Says that a run begins which the stop button ends. */
export function beginStoppable(): Stoppable {
  if (performance.now() - stoppedAt < queued) {
    stoppedAt = performance.now();
    throw stopped("stopped by the user, with what ran before it; run the cell again");
  }
  const controller = new AbortController(), { signal } = controller;
  running.add(controller);
  return {
    signal,
    ended() {
      if (signal.aborted) throw signal.reason;
    },
    [Symbol.dispose]() {
      running.delete(controller);
      if (signal.aborted) stoppedAt = performance.now();
    },
  };
}

/** The stop button was pressed. */
function stop(): void {
  if (running.size === 0) {
    warn(
      "Stop: the kernel goes on. Only fit, evaluate and predict can be stopped; " +
        "to end other code, restart the kernel.",
    );
  }
  for (const controller of running) {
    controller.abort(stopped("stopped by the user; a model keeps what it has learnt"));
  }
}

/** Shows an error that no cell waits for. */
function report(what: string, error: unknown): void {
  const text = error instanceof Error ? error.stack ?? String(error) : Deno.inspect(error);
  warn(`${what}: ${text}`);
}

/** Listens to the stop button and to errors that nobody catches. */
export function installGuards(): void {
  Deno.addSignalListener("SIGINT", stop);
  addEventListener("error", (event) => {
    event.preventDefault();
    report("Error in the background", event.error ?? event.message);
  });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report("Error of a promise that nothing awaits", event.reason);
  });
}
