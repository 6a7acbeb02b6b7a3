/** Caffe's LeNet with the weights that its authors trained, on the images of MNIST's test set. */
import { mnist } from "../../data/mnist.ts";
import { mirrorOf } from "../../lib/core/cache.ts";
import { decodeSafetensors } from "../../lib/core/safetensors/read.ts";
import { sizeOf } from "../../lib/core/shape.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";

/** What the authors' own network answers. */
export interface Expected {
  readonly correct: number;
  readonly wrong_indices: readonly number[];
  readonly predictions_of_wrong: readonly number[];
  readonly logits_first_20: readonly (readonly number[])[];
}

async function read(name: string): Promise<Uint8Array> {
  const { folder, url } = mirrorOf({});
  if (folder !== undefined) return await Deno.readFile(`${folder}/lenet-caffe/${name}`);
  return await (await fetch(`${url}lenet-caffe/${name}`)).bytes();
}

/** Row-major `data` with its axes in another order. */
function transpose(data: ArrayLike<number>, shape: readonly number[], axes: readonly number[]) {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  const result = new Float32Array(data.length);
  let to = 0;
  const visit = (depth: number, from: number) => {
    if (depth === axes.length) result[to++] = data[from]!;
    else {
      const axis = axes[depth]!;
      for (let i = 0; i < shape[axis]!; i++) visit(depth + 1, from + i * strides[axis]!);
    }
  };
  visit(0, 0);
  return result;
}

/** The network with its weights: OIHW kernels become HWIO, and inputs of ip1 CHW become HWC. */
export async function lenetCaffe(): Promise<Model> {
  const net = sequential([28, 28, 1])
    .conv2d(20, 5, { name: "conv1" }).maxPool2d(2)
    .conv2d(50, 5, { name: "conv2" }).maxPool2d(2)
    .flatten()
    .dense(500, { name: "ip1" }).relu()
    .dense(10, { name: "ip2" });
  // Caffe divided the pixels by 256, not by 255.
  net.normalization = { mean: [0], standardDeviation: [256 / 255] };
  const { tensors } = decodeSafetensors(await read("lenet.safetensors"), "lenet.safetensors");
  const set = (layer: string, shape: number[], axes: number[]) => {
    const data = tensors.get(`${layer}.weight`)!.data;
    net.weight(`${layer}.kernel`).assign(transpose(data, shape, axes));
    net.weight(`${layer}.bias`).assign(tensors.get(`${layer}.bias`)!.data);
  };
  set("conv1", [20, 1, 5, 5], [2, 3, 1, 0]);
  set("conv2", [50, 20, 5, 5], [2, 3, 1, 0]);
  set("ip1", [500, 50, 4, 4], [2, 3, 1, 0]);
  set("ip2", [10, 500], [1, 0]);
  return net;
}

/** What the network says of the first test images, of all 10,000 if nothing is said, and should say. */
export async function measureLenetCaffe(images = 10_000) {
  const net = await lenetCaffe();
  const { test: all } = await mnist({ parts: ["test"] });
  const test = all.take(images);
  const logits = await (await net.predict(test, { batchSize: 500 })).data();
  const wrong: number[] = [], answers: number[] = [];
  for (let i = 0; i < test.length; i++) {
    const row = logits.subarray(10 * i, 10 * i + 10);
    const answer = row.indexOf(Math.max(...row));
    if (answer === test.get(i).targets[0]![0]) continue;
    wrong.push(i);
    answers.push(answer);
  }
  const whole: Expected = JSON.parse(new TextDecoder().decode(await read("expected.json")));
  const seen = whole.wrong_indices.filter((index) => index < images).length;
  const expected = {
    ...whole,
    correct: images === 10_000 ? whole.correct : images - seen,
    wrong_indices: whole.wrong_indices.slice(0, seen), // in rising order
    predictions_of_wrong: whole.predictions_of_wrong.slice(0, seen),
  };
  const errors = expected.logits_first_20.flat().map((x, i) => Math.abs(x - logits[i]!));
  return {
    expected,
    right: test.length - wrong.length,
    wrong,
    answers,
    largestError: Math.max(...errors),
  };
}
