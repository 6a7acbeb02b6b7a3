import { integer } from "./option_kinds.ts";

/**
 * One round function of Philox 4x32-10, a counter-based generator: the same key and counter give
 * the same four words on every device and in any order.
 *
 * Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
export function philox(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  counter2: number,
  counter3: number,
  out: Uint32Array | number[] = new Uint32Array(4),
): Uint32Array | number[] {
  let c0 = counter0 | 0, c1 = counter1 | 0, c2 = counter2 | 0, c3 = counter3 | 0;
  let k0 = key0 | 0, k1 = key1 | 0;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0), low0 = Math.imul(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2), low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0 >>> 0;
  out[1] = c1 >>> 0;
  out[2] = c2 >>> 0;
  out[3] = c3 >>> 0;
  return out;
}

/** The upper 32 bits of the product of two unsigned words, in integers of 32 bits throughout. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff, aHigh = a >>> 16, bLow = b & 0xffff, bHigh = b >>> 16;
  // Neither sum leaves 32 bits: (2^16 - 1)^2 + 2^16 - 1 is less than 2^32.
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

const anySeed = integer();

/** Splits a seed (any safe integer) into the two words of a key. */
export function keyOf(seed: number): [number, number] {
  anySeed.read(seed, "seed");
  return [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0];
}

/**
 * A stream of random numbers on the host, set by a seed and a stream number: the same two give the
 * same numbers everywhere.
 *
 * ```ts
 * import { Random } from "./random.ts";
 * const a = new Random(7, 1), b = new Random(7, 1);
 * console.log(a.uniform() === b.uniform()); // true
 * ```
 */
export class Random {
  readonly #key: readonly number[];
  readonly #words = new Uint32Array(4);
  #counter = 0;
  #left = 0;
  #spare: number | undefined;

  /**
   * A stream for `seed`; different `stream` numbers of one seed are independent, and so are different
   * lanes of a stream, which begin 2^34 words apart.
   */
  constructor(seed: number, stream = 0, lane = 0) {
    this.#key = [...keyOf(seed), ...keyOf(stream)];
    this.#counter = lane * 0x100000000;
  }

  /** The next unsigned 32-bit word. */
  word(): number {
    if (this.#left === 0) {
      this.#block();
      this.#left = 4;
    }
    return this.#words[4 - this.#left--]!;
  }

  /** The next four words. */
  #block(): Uint32Array {
    const count = this.#counter++, high = Math.floor(count / 0x100000000);
    const key = this.#key, words = this.#words;
    philox(key[0]!, key[1]!, count >>> 0, high, key[2]!, key[3]!, words);
    return words;
  }

  /** The next number in [0, 1), a multiple of 2^-24, so that it is exact in f32 too. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.word() >>> 8) * 2 ** -24;
  }

  /** Fills `target` with what as many calls of `uniform` give, some times as fast. */
  fillUniform(target: Float32Array, low = 0, high = 1): void {
    let i = 0;
    while (i < target.length && this.#left > 0) target[i++] = this.uniform(low, high);
    for (; i + 4 <= target.length; i += 4) this.#fourUniform(target, i, low, high);
    while (i < target.length) target[i++] = this.uniform(low, high);
  }

  // A block's numbers have a method of their own: V8 compiles best what is called again and again.

  #fourUniform(target: Float32Array, at: number, low: number, high: number): void {
    const words = this.#block();
    for (let k = 0; k < 4; k++) target[at + k] = low + (high - low) * (words[k]! >>> 8) * 2 ** -24;
  }

  #fourNormal(target: Float32Array, at: number, mean: number, deviation: number): void {
    const words = this.#block();
    for (let k = 0; k < 4; k += 2) {
      const radius = Math.sqrt(-2 * Math.log(1 - (words[k]! >>> 8) * 2 ** -24));
      const angle = 2 * Math.PI * ((words[k + 1]! >>> 8) * 2 ** -24);
      target[at + k] = mean + deviation * radius * Math.cos(angle);
      target[at + k + 1] = mean + deviation * (radius * Math.sin(angle));
    }
  }

  /** The next number of a normal distribution (Box and Muller 1958). */
  normal(mean = 0, standardDeviation = 1): number {
    if (this.#spare !== undefined) {
      const value = mean + standardDeviation * this.#spare;
      this.#spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return mean + standardDeviation * radius * Math.cos(angle);
  }

  /** Fills `target` with what as many calls of `normal` give, faster. */
  fillNormal(target: Float32Array, mean = 0, standardDeviation = 1): void {
    let i = 0;
    while (i < target.length && (this.#left > 0 || this.#spare !== undefined)) {
      target[i++] = this.normal(mean, standardDeviation);
    }
    for (; i + 4 <= target.length; i += 4) this.#fourNormal(target, i, mean, standardDeviation);
    while (i < target.length) target[i++] = this.normal(mean, standardDeviation);
  }

  /** The next integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor((this.word() / 0x100000000) * bound);
  }

  /** The numbers 0 to length - 1 in random order (Fisher and Yates). */
  permutation(length: number): Uint32Array<ArrayBuffer> {
    const order = new Uint32Array(length);
    for (let i = 0; i < length; i++) {
      const j = this.integer(i + 1);
      order[i] = order[j]!;
      order[j] = i;
    }
    return order;
  }
}
