import { integer } from "./option_kinds.ts";

/**
 * Philox 4x32-10, a counter-based generator: the same key and counter give the same four words on every
 * device and in any order. Fills `out` with the words of as many counters, one after another.
 *
 * In one loop and in integers of 32 bits throughout, since most of a program's first numbers are drawn
 * before V8 has compiled it well.
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
  out: Uint32Array = new Uint32Array(4),
): Uint32Array {
  const length = out.length;
  for (let i = 0; i < length; i += 4) {
    let c0 = (counter0 + (i >>> 2)) | 0, c1 = counter1 | 0, c2 = counter2 | 0, c3 = counter3 | 0;
    // The counter is one number of 128 bits.
    if (c0 >>> 0 < counter0 >>> 0) c1 = (c1 + 1) | 0;
    let k0 = key0 | 0, k1 = key1 | 0;
    for (let round = 0; round < 10; round++) {
      const low0 = Math.imul(0xd2511f53, c0), low1 = Math.imul(0xcd9e8d57, c2);
      // The upper words of both products, from halves; no sum leaves 32 bits, for
      // (2^16 - 1)^2 + 2^16 - 1 is less than 2^32.
      const a = c0 & 0xffff, b = c0 >>> 16, c = c2 & 0xffff, d = c2 >>> 16;
      const middle0 = (Math.imul(0xd251, a) + (Math.imul(0x1f53, a) >>> 16)) | 0;
      const middle1 = (Math.imul(0xcd9e, c) + (Math.imul(0x8d57, c) >>> 16)) | 0;
      const carry0 = (Math.imul(0x1f53, b) + (middle0 & 0xffff)) | 0;
      const carry1 = (Math.imul(0x8d57, d) + (middle1 & 0xffff)) | 0;
      const high0 = (Math.imul(0xd251, b) + (middle0 >>> 16) + (carry0 >>> 16)) | 0;
      const high1 = (Math.imul(0xcd9e, d) + (middle1 >>> 16) + (carry1 >>> 16)) | 0;
      c0 = high1 ^ c1 ^ k0;
      c1 = low1;
      c2 = high0 ^ c3 ^ k1;
      c3 = low0;
      k0 = (k0 + 0x9e3779b9) | 0;
      k1 = (k1 + 0xbb67ae85) | 0;
    }
    out[i] = c0;
    out[i + 1] = c1;
    out[i + 2] = c2;
    out[i + 3] = c3;
  }
  return out;
}

const anySeed = integer();

/** Splits a seed (any safe integer) into the two words of a key; `where` says whose it is. */
export function keyOf(seed: number, where = "seed"): [number, number] {
  anySeed.read(seed, where);
  return [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0];
}

/** Uniform numbers are multiples of this, so that they are exact in f32. */
const unit = 2 ** -24;

/** How many words a stream draws at a time. */
const ahead = 16;

/** Fills `target`, from `at` on, with the normal numbers that pairs of words give. */
export function normalsOf(
  words: Uint32Array,
  target: Float32Array,
  at: number,
  mean: number,
  standardDeviation: number,
): void {
  for (let k = 0; k < words.length; k += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - (words[k]! >>> 8) * unit));
    const angle = 2 * Math.PI * ((words[k + 1]! >>> 8) * unit);
    target[at + k] = mean + standardDeviation * radius * Math.cos(angle);
    target[at + k + 1] = mean + standardDeviation * (radius * Math.sin(angle));
  }
}

/**
 * A stream of random numbers on the host, set by a seed and a stream number: the same two give the
 * same numbers everywhere.
 *
 * ```ts
 * import { Random } from "@striate/striate";
 * const a = new Random(7, 1), b = new Random(7, 1);
 * console.log(a.uniform() === b.uniform()); // true
 * ```
 */
export class Random {
  readonly #key: readonly number[];
  /** Words that were drawn; those from `#next` on have not been given yet. */
  readonly #words = new Uint32Array(ahead);
  #next = ahead;
  /** The counter of what is drawn next. */
  #counter = 0;
  #spare: number | undefined;

  /**
   * A stream for `seed`; different `stream` numbers of one seed are independent, and so are different
   * lanes of a stream, which begin 2^34 words apart.
   */
  constructor(seed: number, stream = 0, lane = 0) {
    this.#key = [...keyOf(seed, "Random: seed"), ...keyOf(stream, "Random: stream")];
    this.#counter = lane * 0x100000000;
  }

  /** The next unsigned 32-bit word. */
  word(): number {
    if (this.#next === ahead) {
      this.#draw(this.#words);
      this.#next = 0;
    }
    return this.#words[this.#next++]!;
  }

  /** Fills `out` with words of the counters that follow. */
  #draw(out: Uint32Array): void {
    const key = this.#key, count = this.#counter, high = Math.floor(count / 0x100000000);
    this.#counter += out.length / 4;
    philox(key[0]!, key[1]!, count >>> 0, high, key[2]!, key[3]!, out);
  }

  /** The next number in [0, 1), a multiple of 2^-24, so that it is exact in f32 too. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.word() >>> 8) * unit;
  }

  /** Fills `target` with what as many calls of `uniform` give, some times as fast. */
  fillUniform(target: Float32Array, low = 0, high = 1): void {
    let i = 0;
    while (i < target.length && this.#next < ahead) target[i++] = this.uniform(low, high);
    const first = i, range = high - low;
    this.#inChunks(target.length - first, (words, at) => {
      for (let k = 0; k < words.length; k++) {
        target[first + at + k] = low + range * (words[k]! >>> 8) * unit;
      }
    });
    for (i += (target.length - first) & ~3; i < target.length;) {
      target[i++] = this.uniform(low, high);
    }
  }

  /** Gives `use` the next words, all but at most 3 of `count`, some thousand at a time. */
  #inChunks(count: number, use: (words: Uint32Array, at: number) => void): void {
    const whole = count & ~3, chunk = new Uint32Array(Math.min(4096, whole));
    for (let at = 0; at < whole; at += chunk.length) {
      const words = whole - at < chunk.length ? chunk.subarray(0, whole - at) : chunk;
      this.#draw(words);
      use(words, at);
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
    while (i < target.length && (this.#next < ahead || this.#spare !== undefined)) {
      target[i++] = this.normal(mean, standardDeviation);
    }
    const first = i;
    this.#inChunks(target.length - first, (words, at) => {
      normalsOf(words, target, first + at, mean, standardDeviation);
    });
    for (i += (target.length - first) & ~3; i < target.length;) {
      target[i++] = this.normal(mean, standardDeviation);
    }
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
