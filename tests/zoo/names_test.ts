import { assertEquals } from "@std/assert";
import { mirrorOf } from "../../lib/core/cache.ts";
import { decodeSafetensors } from "../../lib/core/safetensors/read.ts";
import {
  alexnet,
  cifarResnet,
  googlenet,
  googlenetBn,
  inceptionV3,
  type Model,
  resnet,
  senet154,
  seResnet,
  squeezenet,
  squeezenetCaffeNames,
  vgg,
} from "../../mod.ts";
import { needs } from "../setup/needs.ts";

/** What PyTorch calls a weight, and in which order of axes it keeps it. */
const torchNames: Readonly<Record<string, string>> = {
  kernel: "weight",
  bias: "bias",
  gamma: "weight",
  beta: "bias",
  runningMean: "running_mean",
  runningVariance: "running_var",
};

/** The names and shapes that a model's weights have in PyTorch's form. */
function torchShapes(net: Model, rename = (layer: string) => layer): Record<string, number[]> {
  return Object.fromEntries([...net.namedWeights].map(([name, { shape }]) => {
    const dot = name.lastIndexOf(".");
    const [h, w, i, o] = shape;
    return [
      `${rename(name.slice(0, dot))}.${torchNames[name.slice(dot + 1)]}`,
      shape.length === 4 ? [o!, i!, h!, w!] : shape.toReversed(),
    ];
  }));
}

/** Names and shapes of the tensors in a file of the mirror. */
async function storedShapes(path: string): Promise<Record<string, number[]>> {
  const { folder, url } = mirrorOf({});
  const bytes = folder !== undefined
    ? await Deno.readFile(`${folder}/${path}`)
    : await (await fetch(`${url}${path}`)).bytes();
  const { tensors } = decodeSafetensors(bytes, path);
  return Object.fromEntries([...tensors].map(([name, { shape }]) => [name, [...shape]]));
}

const caffe = squeezenetCaffeNames("1.1");
const files: readonly (readonly [string, () => Model, ((layer: string) => string)?])[] = [
  ["imagenet-nets/googlenet.safetensors", googlenet],
  [
    "imagenet-nets/squeezenet_v1.1.safetensors",
    () => squeezenet("1.1"),
    (layer) => caffe.get(layer)!,
  ],
  ["cifar10-resnets/resnet20-12fca82f.safetensors", () => cifarResnet(20)],
  ["cifar10-resnets/resnet56-4bfd9763.safetensors", () => cifarResnet(56)],
];

for (const [path, build, rename] of files) {
  Deno.test({
    name: `weights have the names and shapes of those in ${path}`,
    ignore: !needs.mirror.met,
    async fn() {
      assertEquals(torchShapes(build(), rename), await storedShapes(path));
    },
  });
}

Deno.test("weights have the names and shapes of torchvision's and timm's", () => {
  const expected: readonly (readonly [Model, Readonly<Record<string, number[]>>])[] = [
    [alexnet(), {
      "features.0.weight": [64, 3, 11, 11],
      "features.10.weight": [256, 256, 3, 3],
      "classifier.1.weight": [4096, 9216],
      "classifier.6.bias": [1000],
    }],
    [vgg(16), {
      "features.28.weight": [512, 512, 3, 3],
      "classifier.0.weight": [4096, 25088],
      "classifier.6.weight": [1000, 4096],
    }],
    [vgg(19, { batchNorm: true }), {
      "features.1.running_mean": [64],
      "features.49.weight": [512, 512, 3, 3],
      "features.50.running_var": [512],
    }],
    [resnet(50), {
      "conv1.weight": [64, 3, 7, 7],
      "layer1.0.downsample.0.weight": [256, 64, 1, 1],
      "layer4.2.bn3.running_var": [2048],
      "fc.weight": [1000, 2048],
    }],
    [googlenetBn({ auxiliary: true }), {
      "conv1.conv.weight": [64, 3, 7, 7],
      "inception3a.branch3.1.conv.weight": [32, 16, 3, 3],
      "inception5b.branch4.1.bn.weight": [128],
      "aux1.conv.conv.weight": [128, 512, 1, 1],
      "aux2.fc1.weight": [1024, 2048],
    }],
    [inceptionV3({ auxiliary: true }), {
      "Conv2d_1a_3x3.conv.weight": [32, 3, 3, 3],
      "Mixed_5b.branch_pool.conv.weight": [32, 192, 1, 1],
      "Mixed_6b.branch7x7_2.conv.weight": [128, 128, 1, 7],
      "Mixed_7c.branch3x3dbl_3b.bn.running_mean": [384],
      "AuxLogits.conv1.conv.weight": [768, 128, 5, 5],
      "AuxLogits.fc.bias": [1000],
    }],
    [seResnet(50), {
      "layer0.conv1.weight": [64, 3, 7, 7],
      "layer2.3.se_module.fc1.weight": [32, 512, 1, 1],
      "last_linear.weight": [1000, 2048],
    }],
    [senet154(), {
      "layer0.conv3.weight": [128, 64, 3, 3],
      "layer1.0.downsample.0.weight": [256, 128, 1, 1],
      "layer2.0.downsample.0.weight": [512, 256, 3, 3],
      "layer4.2.conv2.weight": [2048, 16, 3, 3],
      "layer3.35.se_module.fc2.bias": [1024],
    }],
    [squeezenet("1.0"), {
      "features.0.weight": [96, 3, 7, 7],
      "features.12.expand3x3.weight": [256, 64, 3, 3],
      "classifier.1.weight": [1000, 512, 1, 1],
    }],
  ];
  for (const [net, shapes] of expected) {
    const all = torchShapes(net);
    const found = Object.fromEntries(Object.keys(shapes).map((name) => [name, all[name]]));
    assertEquals(found, { ...shapes });
  }
});
