import type { Tensor } from "../tensor/tensor.ts";
import { gatherOver, sumOver } from "./exchange.ts";
import type { Group, Traffic } from "./group.ts";
import { fromHalf, halfBytes, toHalf } from "./half.ts";
import type { JoinSettings } from "./join_options.ts";
import { type MpiLibrary, openMpi } from "./mpi_library.ts";
import { Requests } from "./mpi_requests.ts";
import { Watch } from "./mpi_watch.ts";

/** Up to so many numbers the library's own sum is fastest. */
const few = 8192;

type Numbers = Float32Array<ArrayBuffer>;
type Bytes = Uint8Array<ArrayBuffer>;

/** Exchanges that are done in their order, beside those of other lanes. */
interface Lane {
  readonly communicator: Deno.PointerValue;
  last: Promise<unknown>;
  /** Memory that an exchange works in, kept for the next. */
  room: Numbers;
}

/** Processes that mpirun has started. */
export class MpiGroup implements Group {
  readonly rank: number;
  readonly size: number;
  readonly checkEvery: number;
  readonly bucketBytes: number;
  readonly #mpi: MpiLibrary;
  readonly #requests: Requests;
  readonly #watch: Watch;
  readonly #isCompressed: boolean;
  /** For what is waited for at once, and for what is not. */
  readonly #lanes: readonly [Lane, Lane];
  #bytes = 0;
  #stood = 0;
  #open = 0;

  /** Joins the processes. */
  constructor({ checkEvery, bucketBytes, compress, patience }: JoinSettings) {
    const mpi = this.#mpi = openMpi();
    this.rank = mpi.rank;
    this.size = mpi.size;
    this.checkEvery = checkEvery;
    this.bucketBytes = bucketBytes;
    this.#isCompressed = compress === "f16";
    this.#requests = new Requests(mpi);
    this.#watch = new Watch(mpi, this.#requests, patience * 1000);
    const lane = (): Lane => ({
      communicator: mpi.duplicate(),
      last: Promise.resolve(),
      room: new Float32Array(),
    });
    this.#lanes = [lane(), lane()];
    addEventListener("unload", () => this.#leave());
  }

  get traffic(): Traffic {
    return { bytes: this.#bytes, seconds: this.#stood / 1000 };
  }

  stood(milliseconds: number): void {
    this.#stood += milliseconds;
  }

  sum(numbers: Numbers, canWait = false): Promise<void> {
    const compressed = canWait && this.#isCompressed;
    return this.#next(canWait, "sum", async (lane) => {
      if (numbers.length === 0) return;
      if (numbers.length <= few && !compressed) return await this.#sumOfFew(numbers, lane);
      await (compressed ? this.#sumInHalf(numbers, lane) : this.#sumOfMany(numbers, lane));
    });
  }

  gather(numbers: Numbers): Promise<Numbers> {
    return this.#next(false, "gather", async (lane) => {
      const all = new Float32Array(numbers.length * this.size);
      await this.#allGather(bytesOf(numbers), bytesOf(all), lane);
      return all;
    });
  }

  async gatherTexts(text: string): Promise<string[]> {
    const own = new TextEncoder().encode(text);
    const length = new Float32Array(Uint32Array.of(own.length).buffer);
    const lengths = new Uint32Array((await this.gather(length)).buffer);
    const most = Math.max(...lengths);
    // Texts are padded to the longest one, as numbers of four bytes each.
    const padded = new Uint8Array(Math.ceil(most / 4) * 4);
    padded.set(own);
    const all = bytesOf(await this.gather(new Float32Array(padded.buffer)));
    return Array.from(lengths, (length, rank) => {
      const start = rank * padded.length;
      return new TextDecoder().decode(all.subarray(start, start + length));
    });
  }

  sumTensor(x: Tensor, canWait = false): Tensor {
    return sumOver(this, x, canWait);
  }

  gatherTensor(x: Tensor, axis: number): Tensor {
    return gatherOver(this, x, axis);
  }

  /** Does an exchange when those before it in its lane are done. */
  #next<T>(canWait: boolean, what: string, exchange: (lane: Lane) => Promise<T>): Promise<T> {
    const lane = this.#lanes[canWait ? 1 : 0];
    const run = async () => {
      this.#watch.begin(canWait, what);
      const result = await exchange(lane);
      this.#watch.end(canWait);
      this.#open--;
      return result;
    };
    this.#open++;
    const result = lane.last.then(run);
    lane.last = result.catch(() => {});
    return result;
  }

  async #sumOfFew(numbers: Numbers, { communicator }: Lane): Promise<void> {
    const { call, float, sum } = this.#mpi;
    keepInPlace(numbers);
    this.#bytes += numbers.byteLength;
    await this.#done(
      "MPI_Iallreduce",
      (request) =>
        call.MPI_Iallreduce(1n, numbers, numbers.length, float, sum, communicator, request),
    );
  }

  /**
   * Each process sums a share of the numbers, in the order of ranks, and gives it to all: no process sends
   * more than twice the bytes, which is the least that can be, and all have the same bits.
   */
  async #sumOfMany(numbers: Numbers, lane: Lane): Promise<void> {
    const { size } = this, share = Math.ceil(numbers.length / size);
    // What does not divide evenly is padded, in room of its own behind that for the parts.
    const length = share * size, isEven = numbers.length === length;
    const room = roomIn(lane, isEven ? length : 2 * length);
    const parts = room.subarray(0, length), padded = isEven ? numbers : room.subarray(length);
    if (!isEven) padded.set(numbers);
    await this.#allToAll(bytesOf(padded), bytesOf(parts), lane);
    const own = parts.subarray(0, share);
    for (let other = 1; other < size; other++) add(own, parts.subarray(other * share));
    await this.#allGather(bytesOf(own), bytesOf(padded), lane);
    if (!isEven) numbers.set(padded.subarray(0, numbers.length));
  }

  /** The same with numbers as f16 on their way; they are summed as f32. */
  async #sumInHalf(numbers: Numbers, lane: Lane): Promise<void> {
    const { size } = this, share = Math.ceil(numbers.length / size), each = halfBytes(share);
    const shareOf = (rank: number) =>
      numbers.subarray(rank * share, Math.min(numbers.length, (rank + 1) * share));
    const messages = new Uint8Array(each * size), received = new Uint8Array(each * size);
    const messageIn = (all: Bytes, rank: number) => all.subarray(rank * each, (rank + 1) * each);
    for (let to = 0; to < size; to++) toHalf(shareOf(to), messageIn(messages, to));
    await this.#allToAll(messages, received, lane);
    const own = new Float32Array(shareOf(this.rank).length);
    for (let from = 0; from < size; from++) fromHalf(messageIn(received, from), own, from > 0);
    const message = new Uint8Array(each);
    toHalf(own, message);
    await this.#allGather(message, received, lane);
    for (let from = 0; from < size; from++) {
      fromHalf(messageIn(received, from), shareOf(from), false);
    }
  }

  /** Each process gets a share of bytes from each. */
  async #allToAll(from: Bytes, to: Bytes, { communicator }: Lane): Promise<void> {
    const { call, byte } = this.#mpi, share = from.length / this.size;
    this.#bytes += from.length - share;
    await this.#done(
      "MPI_Ialltoall",
      (request) => call.MPI_Ialltoall(from, share, byte, to, share, byte, communicator, request),
    );
  }

  /** Every process gets the bytes of all. */
  async #allGather(from: Bytes, to: Bytes, { communicator }: Lane): Promise<void> {
    const { call, byte } = this.#mpi;
    this.#bytes += from.length * (this.size - 1);
    await this.#done(
      "MPI_Iallgather",
      (request) =>
        call.MPI_Iallgather(from, from.length, byte, to, from.length, byte, communicator, request),
    );
  }

  async #done(
    what: string,
    begin: (request: BigUint64Array<ArrayBuffer>) => number,
  ): Promise<void> {
    const request = this.#requests.start(begin, what);
    await this.#requests.wait(request, what, (milliseconds) => this.#watch.look(milliseconds));
  }

  /** Leaves in peace; after an error mpirun ends the others, when it sees that this one has not. */
  #leave(): void {
    if (Deno.exitCode === 0 && this.#open === 0) this.#mpi.call.MPI_Finalize();
  }
}

/** Room for so many numbers, with whatever is in it. */
function roomIn(lane: Lane, length: number): Numbers {
  if (lane.room.length < length) lane.room = new Float32Array(length);
  return lane.room.subarray(0, length);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Numbers): Bytes =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Small arrays may be moved as long as nobody has asked for their buffer. */
const keepInPlace = ({ buffer }: Numbers) => void buffer;

function add(sums: Numbers, others: Numbers): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += others[i]!;
}
