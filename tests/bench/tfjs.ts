/** TensorFlow.js, on its WebGPU and its plain JavaScript backend. */
// deno-lint-ignore-file no-explicit-any
import { batch, type Case, checkProduct, type Convolution, matrices } from "./cases.ts";
import type { Job } from "./contender.ts";
import { arraysOf, checkConvolution, shapesOf } from "./convolutions.ts";
import { failOnDeviceError, importPeer } from "./peers.ts";

/** LeNet-5 through the layers API, as its users write it. */
function lenet(tf: any): any {
  const { conv2d, dense, flatten, maxPooling2d } = tf.layers;
  const activation = "relu", kernelSize = 5, poolSize = 2;
  const inputShape = [28, 28, 1];
  return tf.sequential({
    layers: [
      conv2d({ filters: 6, kernelSize, padding: "same", activation, inputShape }),
      maxPooling2d({ poolSize }),
      conv2d({ filters: 16, kernelSize, activation }),
      maxPooling2d({ poolSize }),
      flatten(),
      dense({ units: 120, activation }),
      dense({ units: 84, activation }),
      dense({ units: 10 }),
    ],
  });
}

function trainJob(tf: any, size: number): Job {
  const model = lenet(tf);
  const optimizer = tf.train.momentum(0.01, 0.9);
  const { images, labels } = batch(size);
  const x = tf.tensor4d(images, [size, 28, 28, 1]);
  const y = tf.oneHot(tf.tensor1d(labels, "int32"), 10);
  const lossOf = () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }));
  let loss: any;
  return {
    step() {
      loss?.dispose();
      loss = optimizer.minimize(lossOf, true);
    },
    wait: async () => (await loss.data())[0],
  };
}

function matmulJob(tf: any, size: number): Job {
  const [a, b] = matrices(size).map((values) => tf.tensor2d(values, [size, size]));
  let product: any;
  return {
    step() {
      product?.dispose();
      product = tf.matMul(a, b);
    },
    // One element is enough to wait for all: the queue is worked off in order.
    async wait() {
      const corner = tf.tidy(() => product.slice([0, 0], [1, 1]));
      const [value] = await corner.data();
      corner.dispose();
      return value;
    },
    check: async () => checkProduct(size, await product.data()),
  };
}

function convolutionJob(tf: any, convolution: Convolution): Job {
  const shapes = shapesOf(convolution), arrays = arraysOf(convolution);
  const image = tf.tensor4d(arrays.image, shapes.image);
  const kernel = tf.tensor4d(arrays.kernel, shapes.kernel);
  const back = tf.tensor4d(arrays.gradient, shapes.result);
  const forward = (x: any, k: any) => tf.conv2d(x, k, 1, "same");
  // A gradient for one of both: what else is computed for it is the library's own choice.
  const run = {
    forward: () => forward(image, kernel),
    image: () => tf.grad((x: any) => forward(x, kernel))(image, back),
    kernel: () => tf.grad((k: any) => forward(image, k))(kernel, back),
  }[convolution.result];
  let result: any;
  return {
    step() {
      result?.dispose();
      result = tf.tidy(run);
    },
    async wait() {
      const corner = tf.tidy(() => result.flatten().slice([0], [1]));
      const [value] = await corner.data();
      corner.dispose();
      return value;
    },
    check: async () => checkConvolution(convolution, await result.data()),
  };
}

/** Makes `benchCase` ready on the backend "webgpu" or "cpu". */
export async function prepare(benchCase: Case, backend: string): Promise<Job> {
  const tf = await importPeer("@tensorflow/tfjs");
  if (backend === "webgpu") await importPeer("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend} on this machine`);
  await tf.ready();
  if (backend === "webgpu") failOnDeviceError(tf.backend().device);
  switch (benchCase.kind) {
    case "train":
      return trainJob(tf, benchCase.size);
    case "matmul":
      return matmulJob(tf, benchCase.size);
    case "convolution":
      return convolutionJob(tf, benchCase.convolution);
    default:
      throw new Error("it has no networks of the zoo");
  }
}
