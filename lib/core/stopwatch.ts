/** Milliseconds. What seems to take longer is a clock that was set, or a machine that slept. */
const longest = 3_600_000;

/**
 * Time that has passed, by a clock that may jump meanwhile: it is read again and again, and a time
 * between two readings that cannot be (less than nothing, more than an hour) does not count.
 */
export class Stopwatch {
  #last = performance.now();
  #passed = 0;

  /** Milliseconds since the beginning; they never become fewer. */
  read(): number {
    const now = performance.now(), step = now - this.#last;
    this.#last = now;
    if (step > 0 && step < longest) this.#passed += step;
    return this.#passed;
  }
}

/** How many a second; 0 where no time has passed. */
export const rateOf = (count: number, seconds: number): number => seconds > 0 ? count / seconds : 0;
