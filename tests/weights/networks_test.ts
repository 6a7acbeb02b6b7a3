/** Published networks, loaded from their own files, against predictions that PyTorch and Keras made. */
import { assertEquals } from "@std/assert";
import { cifarFiles } from "../../data/cifar.ts";
import { input, type SymbolicValue } from "../../lib/nn/symbolic.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { type Model, model } from "../../lib/train/model.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { zooEntry } from "../../lib/zoo/zoo.ts";
import { realTest } from "./files.ts";

/** MLPerf Tiny's ResNet-8, with the names that Keras gave its layers. */
function resnet8(): Model {
  let convolutions = 0, norms = 0;
  const numbered = (name: string, number: number) => number === 0 ? name : `${name}_${number}`;
  const conv = (x: SymbolicValue, filters: number, window: number, stride = 1) =>
    x.conv2d(filters, window, {
      stride,
      padding: "same",
      name: numbered("conv2d", convolutions++),
    });
  const norm = (x: SymbolicValue) =>
    x.batchNorm({ epsilon: 1e-3, name: numbered("batch_normalization", norms++) });
  const image = input([32, 32, 3]);
  let x = norm(conv(image, 16, 3)).relu();
  for (const filters of [16, 32, 64]) {
    const stride = filters === 16 ? 1 : 2;
    const first = norm(conv(x, filters, 3, stride)).relu();
    const second = conv(first, filters, 3);
    const shortcut = stride === 1 ? x : conv(x, filters, 1, stride);
    x = shortcut.add(norm(second)).relu();
  }
  return model(image, x.averagePool2d(8).flatten().dense(10, { name: "dense" }));
}

/** The most probable class of each of the first `count` images, as digits in a row. */
async function predictions(net: Model, images: string, count: number): Promise<string> {
  const data = await cifarFiles([images]);
  const { inputs } = data.batch(Array.from({ length: count }, (_, i) => i));
  const logits = await (await net.predict(tensor(inputs[0]!, { shape: [count, 32, 32, 3] })))
    .data();
  return Array.from({ length: count }, (_, i) => {
    const row = logits.subarray(10 * i, 10 * i + 10);
    return row.indexOf(Math.max(...row));
  }).join("");
}

const expectedOf = async (path: string): Promise<string> =>
  JSON.parse(await Deno.readTextFile(path)).predictions;

realTest(
  "ResNet-8 from its Keras file: the published predictions",
  [
    "cifar10-resnet8-mlperf/pretrainedResnet.h5",
    "cifar10-resnet8-mlperf/expected.test_a.json",
    "cifar10/test_a.bin.br",
  ],
  async ([weights, expected, images]) => {
    const net = resnet8();
    await loadWeights(net, weights!);
    net.normalization = { mean: [0, 0, 0], standardDeviation: [1 / 255, 1 / 255, 1 / 255] };
    assertEquals(
      await predictions(net, images!, 1000),
      (await expectedOf(expected!)).slice(0, 1000),
    );
  },
);

for (const form of ["th", "safetensors"]) {
  realTest(
    `ResNet-20 from its .${form} file: the published predictions`,
    [
      `cifar10-resnets/resnet20-12fca82f.${form}`,
      "cifar10-resnets/resnet20-12fca82f.expected.test_a.json",
      "cifar10/test_a.bin.br",
    ],
    async ([weights, expected, images]) => {
      const entry = zooEntry("cifar-resnet20");
      const net = entry.build();
      await loadWeights(net, weights!);
      net.normalization = entry.preprocessing.normalization;
      assertEquals(
        await predictions(net, images!, 250),
        (await expectedOf(expected!)).slice(0, 250),
      );
    },
  );
}

realTest(
  "GoogLeNet and SqueezeNet: Caffe's weights fit the zoo's networks",
  ["imagenet-nets/googlenet.safetensors", "imagenet-nets/squeezenet_v1.1.safetensors"],
  async (paths) => {
    for (const [i, name] of ["googlenet", "squeezenet1.1"].entries()) {
      const entry = zooEntry(name);
      const map = entry.caffe?.names ?? {};
      const { matched } = await loadWeights(entry.build(), paths[i]!, { map });
      assertEquals(matched.length, [116, 52][i]);
    }
  },
);
