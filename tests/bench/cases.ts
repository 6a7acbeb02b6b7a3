/** The cases that the benchmark times, and the numbers that go into them. */

/** One case: a piece of work that is the same for every contender. */
export type Case = {
  readonly name: string;
  /** What is done, for the help and the table. */
  readonly what: string;
  /** Images in a batch, or rows of a matrix. */
  readonly size: number;
} & Work;

/** What is done. */
type Work =
  /** A training step of LeNet-5, or one product of two square matrices. */
  | { readonly kind: "train" | "matmul" }
  | { readonly kind: "convolution"; readonly convolution: Convolution }
  /** A training step or a prediction of a network of the zoo. */
  | { readonly kind: "network-train" | "network-predict"; readonly network: string };

/** A convolution of stride 1 that keeps the size of its images, or one of its gradients. */
export interface Convolution {
  readonly result: "forward" | "image" | "kernel";
  /** Of the image: n, height, width, channels. */
  readonly image: readonly [number, number, number, number];
  /** Of the kernel: height and width are odd. */
  readonly kernel: readonly [number, number, number, number];
}

const matmul = (size: number): Case => ({
  name: `matmul-${size}`,
  what: `product of two ${size} x ${size} matrices`,
  kind: "matmul",
  size,
});

/** A convolution and its gradients. */
function convolutions(image: Convolution["image"], window: number, filters: number): Case[] {
  const kernel = [window, window, image[3], filters] as const;
  return (["forward", "image", "kernel"] as const).map((result) => ({
    name: `conv${window}x${window}-${result}`,
    what: `${window}x${window} convolution of ${image.join("x")} to ${filters} channels` +
      (result === "forward" ? "" : `, the gradient for its ${result}`),
    kind: "convolution",
    size: image[0],
    convolution: { result, image, kernel },
  }));
}

/** A network of the zoo, which has a name there, under the name that PyTorch has it by. */
const network = (
  name: string,
  kind: "train" | "predict",
  size: number,
  network = name,
): Case => ({
  name: `${name}-${kind}-${size}`,
  what: `${kind === "train" ? "training step" : "prediction"} of ${name} at batch ${size}`,
  kind: `network-${kind}`,
  size,
  network,
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
  matmul(2048),
  ...convolutions([8, 56, 56, 64], 3, 64),
  ...convolutions([8, 28, 28, 256], 1, 512),
  network("resnet20", "train", 128, "cifar-resnet20"),
  network("resnet18", "predict", 1),
  network("resnet50", "predict", 1),
  network("vgg16", "predict", 1),
  network("alexnet", "predict", 1),
  network("resnet18", "predict", 16),
  network("resnet50", "predict", 16),
  network("vgg16", "predict", 16),
  network("alexnet", "predict", 16),
  network("resnet18", "train", 16),
  network("resnet50", "train", 8),
];

/** Multiplications and additions of one step, where that is what a case measures. */
export function flopsOf(benchCase: Case): number | undefined {
  if (benchCase.kind === "matmul") return 2 * benchCase.size ** 3;
  if (benchCase.kind !== "convolution") return undefined;
  const { image: [n, height, width], kernel } = benchCase.convolution;
  return 2 * n * height * width * kernel.reduce((product, size) => product * size);
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
