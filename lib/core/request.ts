/**
 * Asking servers for files: every download of this library goes through here.
 *
 * @module
 */
import { environment } from "./environment.ts";

/** What is asked of a server. */
export interface Wanted {
  /** What should be at the address, for errors: "a file of weights". */
  readonly what: string;
  /** How else it can be had: "set STRIATE_MIRROR to a folder that has it". */
  readonly instead?: string;
  /** The first byte that is wanted; 0 by default. */
  readonly from?: number;
  /**
   * The most bytes that it may have. Without it, 16 GiB where the server states a length, and 1 GiB
   * where it does not.
   */
  readonly most?: number;
  /** Whether bytes are wanted as the server has them; else gzip and the like are unpacked. */
  readonly asStored?: boolean;
  /**
   * Looks at the first 64 bytes, or all where there are fewer. What it throws ends the request: a
   * page, or bytes without end, are not received as a whole to be found something else.
   */
  readonly check?: (head: Uint8Array) => void;
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined;
}

/** A connection broke before a body's end: what is missing can be asked for again. */
export class BrokenConnection extends Error {
  /** Always "BrokenConnection". */
  override readonly name = "BrokenConnection";
}

/** The most bytes of a file whose length a server states, and of one whose length it does not. */
const mostStated = 2 ** 34, mostUnstated = 2 ** 30;

/** Encodings of a body, by their names in HTTP. */
const encodings: Readonly<Record<string, CompressionFormat>> = {
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
  br: "brotli" as CompressionFormat, // which Deno knows
};

/**
 * A server's answer with a file, which is there. No wait in it, for the answer or for bytes of the
 * body, is longer than 30 seconds, or as many as the environment variable `STRIATE_TIMEOUT` says.
 *
 * Reading the body fails with a {@linkcode BrokenConnection} where that happens, with a RangeError
 * where there is more than may be, and with another Error where the server falls silent.
 *
 * @throws {Deno.errors.NotFound} where the server has no such file
 * @throws {RangeError} where it is larger than it may be
 * @throws {Error} for an unreachable host, one that is silent, or another status than success
 */
export async function request(url: string | URL, wanted: Wanted): Promise<Response> {
  const { what, from = 0, signal } = wanted;
  const patience = new Patience(url, wanted);
  let response: Response;
  try {
    response = await patience.during(() =>
      fetch(url, {
        headers: { "accept-encoding": "identity", ...from > 0 && { range: `bytes=${from}-` } },
        signal: patience.signal,
      })
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (error === patience.signal.reason || !(error instanceof Error)) throw error;
    if (error instanceof Deno.errors.NotCapable) throw error;
    const message = `${url}: cannot be reached (${error.message}); ${advice(wanted)}`;
    throw new Error(message, { cause: error });
  }
  const { status, statusText } = response;
  if (status === 200 || (status === 206 && from > 0)) {
    return await checked(url, response, wanted, patience);
  }
  await response.body?.cancel();
  if (status === 416 && from > 0) return await request(url, { ...wanted, from: 0 });
  const found = `${url}: expected ${what}, found HTTP ${status} ${statusText}`.trim();
  const { instead } = wanted;
  if (status === 404 || status === 410) {
    const advice = instead === undefined ? "" : `; ${instead}`;
    throw new Deno.errors.NotFound(`${found}; there is no such file${advice}`);
  }
  const isPrivate = status === 401 || status === 403;
  const byHand = `download it by hand, and ${instead ?? "pass its path"}`;
  throw new Error(`${found}; ${isPrivate ? `the file is private: ${byHand}` : "try again later"}`);
}

const advice = ({ instead }: Wanted) =>
  `check the network${instead === undefined ? "" : `, or ${instead}`}`;

/** An answer whose body is unpacked where that is wanted, and watched. */
async function checked(
  url: string | URL,
  response: Response,
  wanted: Wanted,
  patience: Patience,
): Promise<Response> {
  const { headers, status, statusText } = response;
  const encoding = wanted.asStored ? "" : headers.get("content-encoding")?.toLowerCase() ?? "";
  const isPlain = encoding === "" || encoding === "identity", format = encodings[encoding];
  const stated = isPlain && headers.has("content-length") && Number(headers.get("content-length"));
  const { most = stated === false ? mostUnstated : mostStated } = wanted;
  const refused = !isPlain && format === undefined
    ? new Error(`${url}: expected plain bytes, found the content encoding ${encoding}`)
    : stated !== false && stated > most
    ? tooLarge(url, wanted, most, `${stated}`)
    : undefined;
  if (refused) {
    await response.body?.cancel();
    throw refused;
  }
  if (response.body === null) return response;
  let body = watched(url, response.body, patience);
  const plain = new Headers(headers);
  if (format !== undefined) {
    body = body.pipeThrough(new DecompressionStream(format));
    for (const name of ["content-encoding", "content-length"]) plain.delete(name);
  }
  if (most < Infinity) body = limited(url, body, wanted, most);
  return new Response(body, { headers: plain, status, statusText });
}

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/** A body whose every chunk must come in time; an error says of what file it is. */
function watched(url: string | URL, body: Bytes, patience: Patience): Bytes {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await patience.during(() => reader.read()).catch((error) => {
        if (!(error instanceof TypeError)) throw error;
        const message = `${url}: broke off (${error.message}); try again`;
        throw new BrokenConnection(message, { cause: error });
      });
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** How many bytes of a body are looked at before the rest comes. */
const headLength = 64;

/** A body of at most so many bytes, whose first ones are what is wanted. */
function limited(url: string | URL, body: Bytes, wanted: Wanted, most: number): Bytes {
  const reader = body.getReader(), { check } = wanted, head: number[] = [];
  let count = 0;
  const look = (chunk: Uint8Array) => {
    const lacks = headLength - head.length;
    if (lacks > 0) head.push(...chunk.subarray(0, lacks));
    if (lacks > 0 && head.length === headLength) check?.(Uint8Array.from(head));
    if (count > most) throw tooLarge(url, wanted, most, "more");
  };
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read().catch((error) => {
        // What unpacks the body says no more than that it cannot.
        if (!(error instanceof TypeError)) throw error;
        throw new Error(`${url}: is damaged (${error.message}); try again`, { cause: error });
      });
      if (done) {
        if (count < headLength) check?.(Uint8Array.from(head));
        return controller.close();
      }
      count += value.length;
      try {
        look(value);
      } catch (error) {
        await reader.cancel(error);
        throw error;
      }
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

const tooLarge = (url: string | URL, { what }: Wanted, most: number, found: string) =>
  new RangeError(
    `${url}: expected ${what} of at most ${most} bytes, found ${found}; if it is right, download ` +
      "it by hand and pass its path",
  );

/** How often in the longest wait it is looked whether it is over. */
const looks = 30;

/** Ends a request whose server is silent for too long. */
class Patience {
  /** Aborted when the request should end, for this reason or the caller's. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #seconds = longestSilence();

  constructor(readonly url: string | URL, readonly wanted: Wanted) {
    const { signal } = this.#controller;
    this.signal = wanted.signal ? AbortSignal.any([signal, wanted.signal]) : signal;
  }

  /** Waits for something of the server's. */
  async during<T>(wait: () => Promise<T>): Promise<T> {
    // Counts how often it could look, not the time: that passes as well while this program computes
    // or the machine sleeps, and whatever came meanwhile has not been seen.
    let looked = 0;
    const timer = setInterval(() => {
      if (++looked >= looks) this.#controller.abort(this.#silence());
    }, this.#seconds * 1000 / looks);
    try {
      return await wait();
    } finally {
      clearInterval(timer);
    }
  }

  #silence(): Error {
    return new Error(
      `${this.url}: the server was silent for ${this.#seconds} s, which is the limit ` +
        `(STRIATE_TIMEOUT); ${advice(this.wanted)}, or try again later`,
    );
  }
}

/** Seconds that a server may be silent. */
export function longestSilence(): number {
  const text = environment("STRIATE_TIMEOUT") ?? "30", seconds = Number(text);
  // The platform's timers count milliseconds in 31 bits.
  if (seconds > 0 && seconds < 2e6) return seconds;
  throw new RangeError(`STRIATE_TIMEOUT: expected seconds, found ${JSON.stringify(text)}`);
}
