/** Published networks, loaded from their own files, against predictions that PyTorch and Keras made. */
import { assertEquals } from "@std/assert";
import { cifarFiles } from "../../data/cifar.ts";
import { input, type SymbolicValue } from "../../lib/nn/symbolic.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { model } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";
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

/** The most probable class of each image, as digits in a row, and how many are the image's label. */
async function predictions(net: Model, images: string): Promise<{ digits: string; right: number }> {
  const data = await cifarFiles([images]);
  let digits = "", right = 0;
  for (const { inputs: [x], targets: [labels], size } of data.batches({ batchSize: 250 })) {
    const logits = await (await net.predict(tensor(x!, { shape: [size, 32, 32, 3] }))).data();
    for (let i = 0; i < size; i++) {
      const row = logits.subarray(10 * i, 10 * i + 10), best = row.indexOf(Math.max(...row));
      digits += best;
      if (best === labels![i]) right++;
    }
  }
  return { digits, right };
}

realTest(
  "ResNet-8 from its Keras file: the published predictions of 5,000 images",
  [
    "cifar10-resnet8-mlperf/pretrainedResnet.h5",
    "cifar10-resnet8-mlperf/expected.test_a.json",
    "cifar10/test_a.bin.br",
  ],
  async ([weights, expected, images]) => {
    const net = resnet8();
    await loadWeights(net, weights!);
    net.normalization = { mean: [0, 0, 0], standardDeviation: [1 / 255, 1 / 255, 1 / 255] };
    const { digits, right } = await predictions(net, images!);
    assertEquals(digits, JSON.parse(await Deno.readTextFile(expected!)).predictions);
    assertEquals(right, 4367); // of 5,000: 87.34 %
  },
);

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
