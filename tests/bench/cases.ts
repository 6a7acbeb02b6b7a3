/** The cases that the benchmark times, and the numbers that go into them. */

/** One case: a piece of work that is the same for every contender. */
export interface Case {
  readonly name: string;
  /** What is done, for the help and the table. */
  readonly what: string;
  /** A training step of LeNet-5, or one product of two square matrices. */
  readonly kind: "train" | "matmul";
  /** Images in a batch, or rows of a matrix. */
  readonly size: number;
}

const matmul = (size: number): Case => ({
  name: `matmul-${size}`,
  what: `product of two ${size} x ${size} matrices`,
  kind: "matmul",
  size,
});

/** Every case, in the order in which they are run. */
export const cases: readonly Case[] = [
  {
    name: "lenet-train",
    what: "training step of LeNet-5 at batch 128: forward, loss, gradients, SGD with momentum 0.9",
    kind: "train",
    size: 128,
  },
  matmul(512),
  matmul(1024),
];

/** Multiplications and additions of one step, where that is what a case measures. */
export function flopsOf(benchCase: Case): number | undefined {
  return benchCase.kind === "matmul" ? 2 * benchCase.size ** 3 : undefined;
}

/** `count` numbers spread evenly over [-0.5, 0.5), the same for every contender (mulberry32). */
export function numbers(count: number, seed: number): Float32Array<ArrayBuffer> {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32 - 0.5;
  });
}

/** The two matrices of a matmul case, row by row. */
export function matrices(size: number): [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  return [numbers(size * size, 1), numbers(size * size, 2)];
}

/** A batch of random images (one channel, 28 x 28) and its class numbers. */
export function batch(size: number): {
  images: Float32Array<ArrayBuffer>;
  labels: Int32Array<ArrayBuffer>;
} {
  return {
    images: numbers(size * 28 * 28, 3),
    labels: Int32Array.from({ length: size }, (_, image) => image % 10),
  };
}

/** Throws unless `product` is that of the two matrices, at sixteen places. */
export function checkProduct(size: number, product: ArrayLike<number>): void {
  const [a, b] = matrices(size);
  for (let place = 0; place < 16; place++) {
    const row = (place * 7919) % size, column = (place * 104729 + 13) % size;
    let sum = 0;
    for (let k = 0; k < size; k++) sum += a[row * size + k]! * b[k * size + column]!;
    const found = product[row * size + column] ?? NaN;
    if (!(Math.abs(found - sum) < 1e-3)) {
      throw new Error(`wrong product: expected ${sum} at [${row}, ${column}], found ${found}`);
    }
  }
}
