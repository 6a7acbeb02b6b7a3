/**
 * A press sent to a terminal reaches `deno task` and the command, and `deno task` passes it on: within
 * so many milliseconds, two signals are one press.
 */
const samePress = 500;

/** Ctrl-C: the first press asks for an end after the work under way, the next ends the process. */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #note: () => void;
  readonly #exit: () => void;
  readonly #listener = () => this.press(performance.now());
  #pressed = NaN;

  /** Listens until it is disposed of; `note` is called at the first press. */
  constructor(note: () => void, exit: () => void = () => Deno.exit(130)) {
    [this.#note, this.#exit] = [note, exit];
    Deno.addSignalListener("SIGINT", this.#listener);
  }

  /** Aborted at the first press. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What a signal does that comes at a time in milliseconds. */
  press(time: number): void {
    if (!this.signal.aborted) {
      this.#pressed = time;
      this.#note();
      this.#controller.abort();
    } else if (time - this.#pressed > samePress) this.#exit();
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#listener);
  }
}
