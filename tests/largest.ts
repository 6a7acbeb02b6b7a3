import { assert } from "@std/assert";

/** The errors that the tests of a file find, each against a tolerance; the largest is said at the end. */
export class Largest {
  #error = -1;
  #where = "";
  #count = 0;

  constructor(what: string, readonly tolerance: number) {
    Deno.test.afterAll(() => {
      if (this.#count === 0) return; // none of the tests was chosen
      const error = this.#error.toExponential(1);
      console.log(`${what}: ${this.#count} results, largest error ${error} (${this.#where})`);
    });
  }

  /** Notes an error and where it was; one beyond the tolerance is a failure. */
  check(error: number, where: string, details: () => string = () => ""): void {
    this.#count++;
    // Written so that NaN is the largest.
    if (!(error <= this.#error)) [this.#error, this.#where] = [error, where];
    if (error <= this.tolerance) return;
    assert(false, `${where}: error ${error.toExponential(1)}${details()}`);
  }
}
