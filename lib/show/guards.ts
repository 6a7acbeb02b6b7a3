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

/** Says that a run begins which the stop button ends. */
export function beginStoppable(): Stoppable {
  const controller = new AbortController();
  running.add(controller);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      running.delete(controller);
    },
  };
}

/** The stop button was pressed. */
function stop(): void {
  warn(
    running.size > 0
      ? "Stop: what is running ends after the step under way."
      : "Stop: the kernel goes on. Only fit, evaluate and predict can be stopped; " +
        "to end other code, restart the kernel.",
  );
  for (const controller of running) {
    controller.abort(new DOMException("stopped by the user", "AbortError"));
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
