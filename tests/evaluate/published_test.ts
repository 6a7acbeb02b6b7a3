/** Published networks on real images: the published errors, and the very predictions. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { cifarFiles } from "../../data/cifar.ts";
import { decodeSafetensors } from "../../lib/core/safetensors/read.ts";
import { evaluateDataset, evaluateImages } from "../../lib/evaluate/evaluate.ts";
import { labelledImages, readSynsets } from "../../lib/images/image_source.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import type { Model } from "../../lib/train/model.ts";
import { loadWeights } from "../../lib/weights/load.ts";
import { zooEntry } from "../../lib/zoo/zoo.ts";
import { needs } from "../setup/needs.ts";
import { realTest } from "../weights/files.ts";
import { inFolder } from "../folders.ts";

interface Line {
  readonly image?: string;
  readonly label: number;
  readonly top: readonly number[];
  readonly probability?: number;
}

/** The predictions that an evaluation has written down, without the line that says what it is. */
async function journalOf(path: string): Promise<Line[]> {
  const lines = (await Deno.readTextFile(path)).trim().split("\n").slice(1);
  return lines.map((line) => JSON.parse(line));
}

for (
  const [name, file, error] of [
    ["cifar-resnet20", "resnet20-12fca82f", 0.082],
    ["cifar-resnet56", "resnet56-4bfd9763", 0.0654],
  ] as const
) {
  const entry = zooEntry(name), { preprocessing } = entry;

  realTest(
    `${name}: the weights of its .th and of its .safetensors are the same bits`,
    [`cifar10-resnets/${file}.th`, `cifar10-resnets/${file}.safetensors`],
    async (paths) => {
      const nets = await Promise.all(paths.map(async (path) => {
        const net = entry.build();
        await loadWeights(net, path);
        return net;
      }));
      for (const [i, weight] of nets[0]!.weights.entries()) {
        assertEquals(await weight.read(), await nets[1]!.weights[i]!.read(), weight.name);
      }
    },
  );

  realTest(
    `${name} from its .th on 5,000 images of CIFAR-10's test part: the published predictions`,
    [
      `cifar10-resnets/${file}.th`,
      `cifar10-resnets/${file}.expected.test_a.json`,
      "cifar10/test_a.bin.br",
    ],
    async ([weights, expected, images]) => {
      await setDevice("cpu");
      const net = entry.build();
      await loadWeights(net, weights!);
      await inFolder(async (folder) => {
        const journal = `${folder}/journal.jsonl`;
        const data = await cifarFiles([images!]);
        const result = await evaluateDataset(net, data, { preprocessing, journal });
        const { predictions } = JSON.parse(await Deno.readTextFile(expected!));
        const found = (await journalOf(journal)).map(({ top }) => top[0]).join("");
        const differing = [...found].flatMap((digit, i) => digit === predictions[i] ? [] : [i]);
        console.log(`${name}: ${differing.length} of 5,000 differ: ${differing.join(", ")}`);
        assertEquals(found, predictions);
        assertEquals(result.top1Error, error);
      });
    },
  );
}

for (
  const [name, file, right] of [
    ["googlenet", "googlenet", [98, 117]],
    ["squeezenet1.1", "squeezenet_v1.1", [79, 109]],
  ] as const
) {
  realTest(
    `${name} on 125 photos, from the JPEG files to the labels`,
    [
      `imagenet-nets/${file}.safetensors`,
      "imagenet-samples/labels.tsv",
      "imagenet-samples/synset_words.txt",
      "imagenet-samples/expected-top5.json",
    ],
    async ([weights, labels, words, expected]) => {
      await setDevice("cpu");
      const entry = zooEntry(name), { caffe } = entry;
      const preprocessing = caffe?.preprocessing ?? entry.preprocessing;
      const { crop } = preprocessing;
      const net = entry.build(crop ? { inputShape: [crop, crop, 3] } : {});
      await loadWeights(net, weights!, caffe ? { map: caffe.names } : {});
      const folder = labels!.replace(/labels\.tsv$/, "images");
      const source = await labelledImages(folder, labels!, await readSynsets(words!));
      const { images } = JSON.parse(await Deno.readTextFile(expected!));
      await inFolder(async (place) => {
        const journal = `${place}/journal.jsonl`;
        // The figures were made with the longer side rounded, not cut.
        await evaluateImages(net, source, {
          preprocessing: { ...preprocessing, rounding: "nearest" },
          journal,
        });
        const lines = await journalOf(journal);
        const count = (k: number) =>
          lines.filter(({ label, top }) => top.slice(0, k).includes(label)).length;
        assertEquals([lines.length, count(1), count(5)], [125, ...right]);
        for (const { image, top, probability } of lines) {
          const { top5, prob } = images[image!.split("/").at(-1)!][file];
          assertEquals([image, top[0]], [image, top5[0]]);
          assertAlmostEquals(probability!, prob[0], 1e-4);
        }
      });
    },
  );
}

/** What layers give for the published probe, beside what PyTorch gave. */
async function probe(
  net: Model,
  pixels: Float32Array<ArrayBuffer>,
  stages: Stages,
): Promise<number> {
  // The probe is stored by planes.
  const image = tensor(pixels, { shape: [3, 224, 224] }).transpose([1, 2, 0]).expandDims(0);
  const nameOf = (stage: string) => {
    const layer = stage.replace(/^(conv\d\/)(.*)\+relu$/, "$1relu_$2").replace("7x7_s2", "7x7");
    return layer.includes("relu") ? layer : stage;
  };
  // All in one program: for each its own, most of the network would be compiled and run anew.
  const [first, second, ...others] = Object.keys(stages).map(nameOf);
  const results = await net.predict(image, { outputs: [first!, second!, ...others] });
  let largest = 0;
  for (const [i, { mean, std, max }] of Object.values(stages).entries()) {
    const values = await results[i]!.data();
    const average = values.reduce((sum, v) => sum + v, 0) / values.length;
    const spread = Math.sqrt(
      values.reduce((sum, v) => sum + (v - average) ** 2, 0) / (values.length - 1),
    );
    const error = Math.max(
      Math.abs(average - mean) / std,
      Math.abs(spread - std) / std,
      Math.abs(values.reduce((a, b) => Math.max(a, b)) - max) / max,
    );
    largest = Math.max(largest, error);
  }
  return largest;
}

type Stages = Readonly<Record<string, { mean: number; std: number; max: number }>>;

for (const device of ["cpu", "webgpu"] as const) {
  if (device === "webgpu" && !needs.webgpu.met) continue;
  realTest(
    `googlenet: the probe's stages and logits on ${device}`,
    [
      "imagenet-nets/googlenet.safetensors",
      "imagenet-nets/probe/probe_232.safetensors",
      "imagenet-nets/probe/googlenet-layers_232.json",
    ],
    async ([weights, values, layers]) => {
      await setDevice(device);
      const entry = zooEntry("googlenet"), net = entry.build(), { caffe } = entry;
      await loadWeights(net, weights!, caffe ? { map: caffe.names } : {});
      const { tensors } = decodeSafetensors(await Deno.readFile(values!), values!);
      const pixels = tensors.get("input224_bgr_meansub")!.data as Float32Array<ArrayBuffer>;
      const { googlenet } = JSON.parse(await Deno.readTextFile(layers!));
      const all: Stages = googlenet;
      // On a software adapter each stage takes seconds to compile: the ends and the middle there.
      const some = ["conv2/norm2", "inception_4a/output", "loss3/classifier"];
      const stages = device === "cpu"
        ? all
        : Object.fromEntries(Object.entries(all).filter(([stage]) => some.includes(stage)));
      const error = await probe(net, pixels, stages);
      const image = tensor(pixels, { shape: [3, 224, 224] }).transpose([1, 2, 0]).expandDims(0);
      const logits = await (await net.predict(image)).data();
      const expected = tensors.get("googlenet.logits")!.data;
      const scale = Math.max(...expected.map(Math.abs));
      const worst = logits.reduce((w, v, i) => Math.max(w, Math.abs(v - expected[i]!) / scale), 0);
      console.log(`googlenet on ${device}: stages within ${error}, logits within ${worst}`);
      assert(error < 1e-3 && worst < 1e-3);
      await setDevice("cpu");
    },
  );
}
