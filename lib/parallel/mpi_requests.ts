import type { MpiLibrary } from "./mpi_library.ts";

/** Milliseconds that are spent asking again and again; then the processor is left to others. */
const eager = 0.1;

/** From then on it sleeps between questions: for a share of the time that has passed, up to so many ms. */
const share = 1 / 8, longest = 0.05;

/** Milliseconds between turns of the event loop. */
const turn = 0.5;

/** Somewhere to sleep. */
const never = new Int32Array(new SharedArrayBuffer(4));

/** Waits for what the library does meanwhile, and makes it go on: it does so when it is asked. */
export class Requests {
  readonly #mpi: MpiLibrary;
  readonly #flag = new Int32Array(new ArrayBuffer(4));

  /** For requests of a library. */
  constructor(mpi: MpiLibrary) {
    this.#mpi = mpi;
  }

  /** Starts something that takes time; `begin` gets where its request is to be written. */
  start(begin: (request: BigUint64Array<ArrayBuffer>) => number, what: string) {
    const request = new BigUint64Array(new ArrayBuffer(8));
    this.#mpi.check(begin(request), what);
    return request;
  }

  /** Whether a request is done. */
  isDone(request: BigUint64Array<ArrayBuffer>, what: string): boolean {
    this.#flag[0] = 0;
    this.#mpi.check(this.#mpi.call.MPI_Test(request, this.#flag, null), what);
    return this.#flag[0] !== 0;
  }

  /**
   * Waits for a request; others get their turns meanwhile. `look` is called now and then with the
   * milliseconds that have passed.
   */
  async wait(
    request: BigUint64Array<ArrayBuffer>,
    what: string,
    look: (milliseconds: number) => void,
  ): Promise<void> {
    const began = performance.now();
    for (let now = began, turned = began; !this.isDone(request, what); now = performance.now()) {
      const passed = now - began;
      if (passed > eager) Atomics.wait(never, 0, 0, Math.min(longest, share * passed));
      // A thread of this process may have to compute on this core.
      else this.#mpi.yieldCore();
      if (now - turned < turn) continue;
      look(passed);
      await new Promise<void>((resolve) => setImmediate(resolve));
      turned = performance.now();
    }
  }
}
