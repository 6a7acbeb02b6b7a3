/** This library, on the CPU and on WebGPU. */
import { jit, sequential, setDevice, sgd, type Tensor, tensor } from "../../mod.ts";
import { defaultRuntime } from "../../lib/tensor/runtime.ts";
import { Trainer } from "../../lib/train/trainer.ts";
import { batch, type Case, checkProduct, matrices } from "./cases.ts";
import type { Job } from "./contender.ts";

/**
 * The step is the one that `fit` takes: it goes to the same trainer, brings its batch from the host
 * and counts loss and accuracy, which the peers are spared.
 */
function trainJob(size: number): Job {
  const network = sequential([28, 28, 1], { seed: 1 })
    .conv2d(6, 5, { padding: "same" }).relu().maxPool2d(2)
    .conv2d(16, 5).relu().maxPool2d(2)
    .flatten().dense(120).relu().dense(84).relu().dense(10);
  const trainer = new Trainer(defaultRuntime(), {
    where: "bench",
    network,
    data: {
      inputs: [{ shape: [28, 28, 1], dtype: "f32" }],
      targets: [{ shape: [], dtype: "i32" }],
    },
    normalization: undefined,
    settings: { optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }), seed: 1 },
  });
  const { images, labels } = batch(size);
  const data = { size, inputs: [images], targets: [labels] };
  return {
    step: () => trainer.step(data, 0.01),
    async wait() {
      const { loss } = await trainer.read();
      trainer.counters.reset();
      return loss;
    },
  };
}

function matmulJob(size: number): Job {
  const [a, b] = matrices(size).map((values) => tensor(values, { shape: [size, size] }));
  const multiply = jit((a: Tensor, b: Tensor) => a.matmul(b)); // queues its program at the call
  let product: Tensor;
  return {
    step: () => void (product = multiply(a!, b!)),
    wait: () => product.slice([0, 0], [1, 1]).item(),
    check: async () => checkProduct(size, await product.data()),
  };
}

/** Makes `benchCase` ready on the device "cpu" or "webgpu". */
export async function prepare(benchCase: Case, backend: string): Promise<Job> {
  await setDevice(backend);
  return benchCase.kind === "train" ? trainJob(benchCase.size) : matmulJob(benchCase.size);
}
