/**
 * jax-js, on its WebGPU and its WebAssembly backend. Its functions take ownership of their
 * arguments: every use of an array but the last goes through `.ref`.
 *
 * @module
 */
// deno-lint-ignore-file no-explicit-any
import { batch, type Case, checkProduct, type Convolution, matrices, numbers } from "./cases.ts";
import type { Job } from "./contender.ts";
import { arraysOf, checkConvolution, shapesOf } from "./convolutions.ts";
import { channelsFirst, kernelFirst, permuted } from "./onnx.ts";
import { failOnDeviceError, importPeer } from "./peers.ts";

/** Shapes of the weights, each followed by its bias: convolutions OIHW, dense layers in x out. */
const shapes = [[6, 1, 5, 5], [16, 6, 5, 5], [400, 120], [120, 84], [84, 10]];

function initialParameters(np: any): any[] {
  return shapes.flatMap((shape, layer) => {
    const units = shape.length === 4 ? shape[0]! : shape[1]!;
    const count = shape.reduce((product, size) => product * size, 1);
    const spread = Math.sqrt(24 * units / count); // He: variance 2 / inputs of a unit
    const values = numbers(count, 100 + layer).map((value) => value * spread);
    return [np.array(values).reshape(shape), np.zeros([units])];
  });
}

/** The logits of LeNet-5; borrows the parameters, consumes the images (NCHW). */
function forward({ lax, nn, numpy: np }: any, parameters: any[], images: any): any {
  const padding = [[[2, 2], [2, 2]], [[0, 0], [0, 0]]];
  let x = images;
  for (const layer of [0, 1]) {
    const bias = parameters[2 * layer + 1].ref.reshape([1, -1, 1, 1]);
    x = nn.relu(lax.conv(x, parameters[2 * layer].ref, [1, 1], padding[layer]).add(bias));
    x = lax.reduceWindow(x, (window: any) => np.max(window), [2, 2], [2, 2]);
  }
  x = x.reshape([x.shape[0], 400]);
  for (const layer of [2, 3, 4]) {
    x = np.matmul(x, parameters[2 * layer].ref).add(parameters[2 * layer + 1].ref);
    if (layer < 4) x = nn.relu(x);
  }
  return x;
}

function trainJob(jax: any, size: number): Job {
  const { numpy: np, nn, tree, jit, valueAndGrad, blockUntilReady } = jax;
  const data = batch(size);
  const images = np.array(data.images).reshape([size, 1, 28, 28]);
  const labels = nn.oneHot(np.array(data.labels), 10);
  const lossOf = (parameters: any[], x: any, y: any) => {
    const loss = nn.logSoftmax(forward(jax, parameters, x)).mul(y).sum().mul(-1 / size);
    tree.dispose(parameters);
    return loss;
  };
  // The whole step is one compiled function, as its documentation advises.
  const trainStep = jit((parameters: any[], momenta: any[], x: any, y: any) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(parameters), x, y);
    const nextMomenta = momenta.map((momentum, i) => momentum.mul(0.9).add(gradients[i]));
    const next = parameters.map((value, i) => value.sub(nextMomenta[i].ref.mul(0.01)));
    return [loss, next, nextMomenta];
  });
  let parameters = initialParameters(np);
  let momenta = parameters.map((value) => np.zeros(value.shape));
  let loss: any;
  return {
    step() {
      loss?.dispose();
      [loss, parameters, momenta] = trainStep(parameters, momenta, images.ref, labels.ref);
    },
    // jax-js is lazy: the last update runs only if somebody waits for a part of it.
    async wait() {
      const [value] = await loss.ref.data();
      await blockUntilReady(parameters[0]);
      return value;
    },
  };
}

function matmulJob({ numpy: np, blockUntilReady }: any, size: number): Job {
  const [a, b] = matrices(size).map((values) => np.array(values).reshape([size, size]));
  let products: any[] = [];
  return {
    // Lazy again: a product that nobody waits for would never be computed.
    step: () => void products.push(np.matmul(a.ref, b.ref)),
    async wait() {
      await blockUntilReady(products);
      for (const product of products) product.dispose();
      products = [];
      return 0;
    },
    check: async () => checkProduct(size, await np.matmul(a.ref, b.ref).data()),
  };
}

/** Its images and kernels have channels first; what is computed is brought into our order to be checked. */
function convolutionJob(jax: any, convolution: Convolution): Job {
  const { lax, numpy: np, grad, jit, blockUntilReady } = jax, edge = convolution.kernel[0] >> 1;
  const shapes = shapesOf(convolution), arrays = arraysOf(convolution);
  const first = (values: Float32Array, shape: readonly number[]) =>
    np.array(channelsFirst(values, shape)).reshape([0, 3, 1, 2].map((axis) => shape[axis]));
  const image = first(arrays.image, shapes.image), back = first(arrays.gradient, shapes.result);
  const kernel = np.array(kernelFirst(arrays.kernel, shapes.kernel))
    .reshape([3, 2, 0, 1].map((axis) => shapes.kernel[axis]));
  const forward = (x: any, k: any) => lax.conv(x, k, [1, 1], [[edge, edge], [edge, edge]]);
  const one = {
    forward: jit(forward),
    image: jit(grad((x: any, k: any, g: any) => forward(x, k).mul(g).sum())),
    kernel: jit(grad((k: any, x: any, g: any) => forward(x, k).mul(g).sum())),
  };
  const run = {
    forward: () => one.forward(image.ref, kernel.ref),
    image: () => one.image(image.ref, kernel.ref, back.ref),
    kernel: () => one.kernel(kernel.ref, image.ref, back.ref),
  }[convolution.result];
  let results: any[] = [];
  return {
    step: () => void results.push(run()),
    async wait() {
      await blockUntilReady(results);
      for (const result of results) result.dispose();
      results = [];
      return 0;
    },
    async check() {
      const result = run(), shape: number[] = result.shape, found = await result.data();
      const order = convolution.result === "kernel" ? [2, 3, 1, 0] : [0, 2, 3, 1];
      checkConvolution(convolution, permuted(found, shape, order));
    },
  };
}

/** Makes `benchCase` ready on the backend "webgpu" or "wasm". */
export async function prepare(benchCase: Case, backend: string): Promise<Job> {
  const jax = await importPeer("@jax-js/jax");
  const devices: string[] = await jax.init();
  if (!devices.includes(backend)) throw new Error(`no backend ${backend} on this machine`);
  jax.defaultDevice(backend);
  if (backend === "webgpu") failOnDeviceError(jax.getWebGPUDevice());
  switch (benchCase.kind) {
    case "train":
      return trainJob(jax, benchCase.size);
    case "matmul":
      return matmulJob(jax, benchCase.size);
    case "convolution":
      return convolutionJob(jax, benchCase.convolution);
    default:
      throw new Error("it has no networks of the zoo");
  }
}
