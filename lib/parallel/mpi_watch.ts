import type { MpiLibrary } from "./mpi_library.ts";
import type { Requests } from "./mpi_requests.ts";

/** What marks a message as "I am waiting". */
const tag = 1;

/**
 * Names the processes that others wait for. Who has waited long says so to all others; who then is not
 * among those that said so is late. Nothing of it costs anything as long as nobody waits.
 */
export class Watch {
  readonly #mpi: MpiLibrary;
  readonly #requests: Requests;
  readonly #patience: number;
  /** Exchanges begun in each lane. */
  readonly #begun = [0, 0];
  readonly #isOpen = [false, false];
  #what = "";
  /** From each other process: the exchanges that it was waiting in when it last said so. */
  readonly #heard: {
    readonly rank: number;
    readonly message: Int32Array<ArrayBuffer>;
    request: BigUint64Array<ArrayBuffer> | undefined;
    at: string;
  }[] = [];
  #saidAt = "";
  #said = 0;
  #isTold = false;
  /** Messages on their way. */
  readonly #sent: unknown[] = [];

  /** A watch that becomes impatient after so many milliseconds. */
  constructor(mpi: MpiLibrary, requests: Requests, patience: number) {
    this.#mpi = mpi;
    this.#requests = requests;
    this.#patience = patience;
    for (let rank = 0; rank < mpi.size; rank++) {
      const message = new Int32Array(new ArrayBuffer(8));
      if (rank !== mpi.rank) this.#heard.push({ rank, message, request: undefined, at: "" });
    }
  }

  /** An exchange begins in a lane. */
  begin(canWait: boolean, what: string): void {
    const lane = canWait ? 1 : 0;
    this.#begun[lane]!++;
    this.#isOpen[lane] = true;
    this.#what = what;
  }

  /** It is done. */
  end(canWait: boolean): void {
    this.#isOpen[canWait ? 1 : 0] = false;
    this.#isTold = false;
  }

  /** Looks, after so many milliseconds of waiting, who is missing. */
  look(milliseconds: number): void {
    if (milliseconds < this.#patience || this.#mpi.size < 2) return;
    const at = this.#begun.join(), now = performance.now();
    this.#listen();
    if (this.#saidAt !== at) {
      this.#saidAt = at;
      this.#said = now;
      this.#say();
    }
    if (this.#isTold || now - this.#said < 1000) return;
    this.#isTold = true;
    const late = this.#heard.filter((other) => other.at !== at).map(({ rank }) => rank);
    const first = [this.#mpi.rank, ...this.#heard.map(({ rank }) => rank)]
      .filter((rank) => !late.includes(rank)).sort((a, b) => a - b)[0];
    if (late.length === 0 || first !== this.#mpi.rank) return;
    const seconds = Math.round(milliseconds / 1000);
    const who = late.length === 1 ? `process ${late[0]} is` : `processes ${late.join(", ")} are`;
    console.error(
      `striate: ${who} late: the others have waited ${seconds} s for it at exchange ` +
        `${this.#begun[0]! + this.#begun[1]!} (${this.#what})`,
    );
  }

  /** Tells all others where this one waits. */
  #say(): void {
    const { call, byte, world } = this.#mpi;
    for (const { rank } of this.#heard) {
      const message = Int32Array.from(this.#begun);
      void message.buffer;
      const request = this.#requests.start(
        (request) => call.MPI_Isend(message, 8, byte, rank, tag, world, request),
        "MPI_Isend",
      );
      this.#sent.push([message, request]);
    }
  }

  /** Notes what others have said. */
  #listen(): void {
    const { call, byte, world } = this.#mpi;
    for (const other of this.#heard) {
      for (;;) {
        other.request ??= this.#requests.start(
          (request) => call.MPI_Irecv(other.message, 8, byte, other.rank, tag, world, request),
          "MPI_Irecv",
        );
        if (!this.#requests.isDone(other.request, "MPI_Irecv")) break;
        other.at = other.message.join();
        other.request = undefined;
      }
    }
  }
}
