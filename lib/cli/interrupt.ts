/** What asks a program to end: Ctrl-C, an end from elsewhere (`docker stop`, Slurm), a closed terminal. */
const stops = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1, SIGBREAK: 21 } as const;

type Stop = keyof typeof stops;

/** The signals of a system that ask a program to end. */
export function stopSignals(os: typeof Deno.build.os): readonly Stop[] {
  return os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"];
}

/**
 * A press sent to a terminal reaches `deno task` and the command, and `deno task` passes it on: within
 * so many milliseconds, two signals are one press.
 */
const samePress = 500;

/**
 * What asks this program to end: the first signal asks for an end after the work under way. Ctrl-C
 * after that ends the process at once; other signals may well come several times.
 */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  readonly #note: () => void;
  readonly #exit: (code: number) => void;
  readonly #listeners: ReadonlyMap<Stop, () => void>;
  #first: Stop = "SIGINT";
  #at = NaN;

  /** Listens until it is disposed of; `note` is called at the first signal. */
  constructor(note: () => void, exit: (code: number) => void = Deno.exit) {
    [this.#note, this.#exit] = [note, exit];
    const signals = stopSignals(Deno.build.os);
    this.#listeners = new Map(
      signals.map((signal) => [signal, () => this.hear(signal, performance.now())]),
    );
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  /** Aborted at the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code of a program that the first signal ends. */
  get code(): number {
    return 128 + stops[this.#first];
  }

  /** What a signal does that comes at a time in milliseconds, of a clock that may be set meanwhile. */
  hear(signal: Stop, time: number): void {
    if (!this.signal.aborted) {
      [this.#first, this.#at] = [signal, time];
      this.#note();
      this.#controller.abort();
    } else if (signal === "SIGINT" && Math.abs(time - this.#at) > samePress) this.#exit(this.code);
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }
}
