/** This library, on the CPU and on WebGPU. */
import {
  conv2d,
  gradient,
  jit,
  type Model,
  sequential,
  setDevice,
  sgd,
  type Tensor,
  tensor,
  zooEntry,
} from "../../mod.ts";
import { defaultRuntime } from "../../lib/tensor/runtime.ts";
import { Throttle } from "../../lib/train/throttle.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import { batch, type Case, checkProduct, type Convolution, matrices, numbers } from "./cases.ts";
import type { DeviceOptions } from "../../lib/device/device.ts";
import type { Job } from "./contender.ts";
import { arraysOf, checkConvolution, shapesOf } from "./convolutions.ts";

const lenet = () =>
  sequential([28, 28, 1], { seed: 1 })
    .conv2d(6, 5, { padding: "same" }).relu().maxPool2d(2)
    .conv2d(16, 5).relu().maxPool2d(2)
    .flatten().dense(120).relu().dense(84).relu().dense(10);

/**
 * The step is the one that `fit` takes: it goes to the same trainer, brings its batch from the host
 * and counts loss and accuracy, which the peers are spared.
 */
function trainJob(network: Model, images: Float32Array<ArrayBuffer>, size: number): Job {
  const { shape } = network.inputs[0]!;
  const trainer = new Trainer(defaultRuntime(), {
    where: "bench",
    network,
    data: { inputs: [{ shape, dtype: "f32" }], targets: [{ shape: [], dtype: "i32" }] },
    normalization: undefined,
    settings: { optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }), seed: 1 },
  });
  const data = { size, inputs: [images], targets: [batch(size).labels] };
  return {
    step: () => trainer.step(data, 0.01),
    async wait() {
      const { loss } = await trainer.read();
      trainer.counters.reset();
      return loss;
    },
  };
}

/** Random images for a network: one has as many numbers as its input. */
function imagesFor(network: Model, size: number): Float32Array<ArrayBuffer> {
  const [height, width, channels] = network.inputs[0]!.shape as [number, number, number];
  return numbers(size * height * width * channels, 3);
}

/** Weights as they begin, and images that are on the device. */
function predictJob(network: Model, size: number): Job {
  const images = tensor(imagesFor(network, size), { shape: [size, ...network.inputs[0]!.shape] });
  let logits: Tensor | undefined;
  return {
    async step() {
      logits?.[Symbol.dispose]();
      logits = await network.predict(images);
    },
    wait: async () => (await logits!.data())[0]!,
  };
}

/** Computes a tensor again and again, a few ahead; each gives its memory back to the next ones. */
function repeated(run: () => Tensor, check: (found: ArrayLike<number>) => void): Job {
  const throttle = new Throttle(defaultRuntime().device);
  let result: Tensor | undefined;
  return {
    async step() {
      result?.[Symbol.dispose]();
      result = run();
      await throttle.step();
    },
    wait: () => result!.flatten().slice([0], [1]).item(),
    check: async () => check(await result!.data()),
  };
}

function matmulJob(size: number): Job {
  const [a, b] = matrices(size).map((values) => tensor(values, { shape: [size, size] }));
  const multiply = jit((a: Tensor, b: Tensor) => a.matmul(b)); // queues its program at the call
  return repeated(() => multiply(a!, b!), (product) => checkProduct(size, product));
}

function convolutionJob(convolution: Convolution): Job {
  const shapes = shapesOf(convolution), arrays = arraysOf(convolution);
  const image = tensor(arrays.image, { shape: shapes.image });
  const kernel = tensor(arrays.kernel, { shape: shapes.kernel });
  const back = tensor(arrays.gradient, { shape: shapes.result });
  const forward = (x: Tensor, k: Tensor) => conv2d(x, k, { padding: "same" });
  const one = {
    forward: jit(forward),
    // What is not wanted of this is not computed: one convolution is left.
    image: jit(gradient((x: Tensor, k: Tensor, g: Tensor) => forward(x, k).mul(g).sum())),
    kernel: jit(gradient((k: Tensor, x: Tensor, g: Tensor) => forward(x, k).mul(g).sum())),
  };
  const run = {
    forward: () => one.forward(image, kernel),
    image: () => one.image(image, kernel, back),
    kernel: () => one.kernel(kernel, image, back),
  }[convolution.result];
  return repeated(run, (found) => checkConvolution(convolution, found));
}

/** The device of each backend, and its options. */
const backends: Readonly<Record<string, readonly [device: string, options?: DeviceOptions]>> = {
  cpu: ["cpu"],
  wasm: ["cpu", { instructions: "wasm" }],
  direct: ["cpu", { winograd: "never" }],
  winograd: ["cpu", { winograd: "always" }],
  webgpu: ["webgpu"],
};

/**
 * Makes `benchCase` ready on a backend: "cpu", with the best instructions that there are and Winograd's
 * minimal filtering where it is the default; "wasm", without native code; "direct" and "winograd", with it
 * nowhere and in training too; or "webgpu".
 */
export async function prepare(
  benchCase: Case,
  backend: string,
  threads?: number,
): Promise<Job> {
  const [device, options] = backends[backend]!;
  await setDevice(device, { ...options, ...threads !== undefined && { threads } });
  const { size } = benchCase;
  switch (benchCase.kind) {
    case "train":
      return trainJob(lenet(), batch(size).images, size);
    case "matmul":
      return matmulJob(size);
    case "convolution":
      return convolutionJob(benchCase.convolution);
  }
  const network = zooEntry(benchCase.network).build({ seed: 1 });
  return benchCase.kind === "network-predict"
    ? predictJob(network, size)
    : trainJob(network, imagesFor(network, size), size);
}
