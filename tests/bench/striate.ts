/** This library, on the CPU and on WebGPU. */
import { sequential, setDevice, sgd, tensor } from "../../mod.ts";
import { batch, type Case, checkProduct, matrices } from "./cases.ts";
import type { Job } from "./contender.ts";

function trainJob(size: number): Job {
  const lenet = sequential([28, 28, 1])
    .conv2d(6, 5, { padding: "same" }).relu().maxPool2d(2)
    .conv2d(16, 5).relu().maxPool2d(2)
    .flatten().dense(120).relu().dense(84).relu().dense(10);
  lenet.compile({ optimizer: sgd({ learningRate: 0.01, momentum: 0.9 }) });
  const { images, labels } = batch(size);
  let last: ReturnType<typeof lenet.trainOnBatch> | undefined;
  return {
    step: () => void (last = lenet.trainOnBatch(images, labels)),
    wait: async () => (await last!).loss,
  };
}

function matmulJob(size: number): Job {
  const [a, b] = matrices(size).map((values) => tensor(values, [size, size]));
  const multiply = () => a!.matmul(b!);
  let product = multiply();
  return {
    step() {
      product = multiply();
      product.run(); // puts it in the queue; tensors are lazy
    },
    wait: () => product.slice([0, 0], [1, 1]).item(),
    check: async () => checkProduct(size, await product.data()),
  };
}

/** Makes `benchCase` ready on the device "cpu" or "webgpu". */
export async function prepare(benchCase: Case, backend: string): Promise<Job> {
  await setDevice(backend as "cpu" | "webgpu");
  return benchCase.kind === "train" ? trainJob(benchCase.size) : matmulJob(benchCase.size);
}
