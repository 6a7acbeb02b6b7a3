import type { Model } from "../train/model.ts";
import { alexnet, alexnet2012 } from "./alexnet.ts";
import { cifarResnet } from "./cifar_resnet.ts";
import { googlenet } from "./googlenet.ts";
import { googlenetBn } from "./googlenet_bn.ts";
import { inceptionV3 } from "./inception_v3.ts";
import { lenet1998 } from "./lenet1998.ts";
import { lenet5 } from "./lenet5.ts";
import type { ArchitectureOptions } from "./options.ts";
import {
  caffeBgr,
  cifarRgb,
  digits,
  digits1998,
  imageNetRgb,
  papers,
  type Preprocessing,
  type Published,
  symmetricRgb,
} from "./published.ts";
import { resnet } from "./resnet.ts";
import { resnext50 } from "./resnext.ts";
import { senet154, seResnet, seResnext50 } from "./senet.ts";
import { squeezenet, squeezenetCaffeNames } from "./squeezenet.ts";
import { vgg } from "./vgg.ts";
import { zfnet } from "./zfnet.ts";

/** Published weights of a net in Caffe's form. */
export interface CaffeForm {
  /** Names of layers: see `caffe` of an entry. */
  readonly names: ReadonlyMap<string, string>;
  /** How images are prepared for them. */
  readonly preprocessing: Preprocessing;
}

/** What an entry of the zoo is made from. */
export interface Row {
  readonly name: string;
  readonly build: (options: ArchitectureOptions) => Model;
  readonly paper: string;
  readonly preprocessing: Preprocessing;
  readonly published?: Published;
  readonly caffe?: CaffeForm;
}

const accuracy = (source: string) => (top1: number, top5: number): Published => ({
  top1,
  top5,
  source,
});
/** Single crops of ImageNet's validation set. */
const torchvision = accuracy("torchvision 0.29, IMAGENET1K_V1, one crop");
const timm = accuracy("timm, legacy weights, one crop");
const fromError = (percent: number): number => Number((100 - percent).toFixed(2));
const tenCrops = (error: number): Published => ({
  top1: fromError(error),
  source: "the paper's table 2, ten crops",
});

const lenets: Row[] = [
  { name: "lenet5", build: lenet5, paper: papers.lenet, preprocessing: digits },
  {
    name: "lenet5-1998",
    build: lenet1998,
    paper: papers.lenet,
    preprocessing: digits1998,
    published: { top1: 99.05, source: "the paper's section III-B, 60,000 images, no distortions" },
  },
];

const alexnets: Row[] = [
  {
    name: "alexnet",
    build: alexnet,
    paper: papers.oneTower,
    preprocessing: imageNetRgb,
    published: torchvision(56.522, 79.066),
  },
  {
    name: "alexnet-2012",
    build: alexnet2012,
    paper: papers.alexnet,
    preprocessing: { ...caffeBgr, crop: 227 },
    published: { top1: 59.3, top5: 81.8, source: "the paper's table 2, one net, ten crops" },
  },
  {
    name: "alexnet-ungrouped",
    build: (options) => alexnet2012({ ...options, towers: 1 }),
    paper: papers.alexnet,
    preprocessing: { ...caffeBgr, crop: 227 },
  },
  { name: "zfnet", build: zfnet, paper: papers.zfnet, preprocessing: imageNetRgb },
];

const vggs: Row[] = ([
  [11, [69.02, 88.628], [70.37, 89.81]],
  [13, [69.928, 89.246], [71.586, 90.374]],
  [16, [71.592, 90.382], [73.36, 91.516]],
  [19, [72.376, 90.876], [74.218, 91.842]],
] as const).flatMap(([depth, plain, normalised]) =>
  ([[false, plain], [true, normalised]] as const).map(([batchNorm, [top1, top5]]) => ({
    name: `vgg${depth}${batchNorm ? "-bn" : ""}`,
    build: (options) => vgg(depth, { ...options, batchNorm }),
    paper: papers.vgg,
    preprocessing: imageNetRgb,
    published: torchvision(top1, top5),
  } satisfies Row))
);

const inceptions: Row[] = [
  {
    name: "googlenet",
    build: googlenet,
    paper: papers.googlenet,
    preprocessing: caffeBgr,
    published: { top1: 68.7, top5: 88.9, source: "Caffe's bvlc_googlenet, one crop" },
  },
  {
    name: "googlenet-bn",
    build: googlenetBn,
    paper: papers.googlenet,
    preprocessing: symmetricRgb,
    published: torchvision(69.778, 89.53),
  },
  {
    name: "inception-v3",
    build: inceptionV3,
    paper: papers.inceptionV3,
    preprocessing: { ...symmetricRgb, resize: 342, crop: 299 },
    published: torchvision(77.294, 93.45),
  },
];

const resnets: Row[] = ([
  [18, torchvision(69.758, 89.078), tenCrops(27.94)],
  [34, torchvision(73.314, 91.42), tenCrops(28.54)],
  [50, torchvision(76.13, 92.862)],
  [101, torchvision(77.374, 93.546)],
  [152, torchvision(78.312, 94.046)],
] as const).flatMap(([depth, published, plain]): Row[] => [
  {
    name: `resnet${depth}`,
    build: (options) => resnet(depth, options),
    paper: papers.resnet,
    preprocessing: imageNetRgb,
    published,
  },
  {
    name: `resnet${depth}-plain`,
    build: (options) => resnet(depth, { ...options, shortcuts: false }),
    paper: papers.resnet,
    preprocessing: imageNetRgb,
    ...plain === undefined ? {} : { published: plain },
  },
]);

const cifarResnets: Row[] = ([
  [20, 8.27],
  [32, 7.37],
  [44, 6.9],
  [56, 6.61],
  [110],
] as const).flatMap(([depth, error]): Row[] => [
  {
    name: `cifar-resnet${depth}`,
    build: (options) => cifarResnet(depth, options),
    paper: papers.resnet,
    preprocessing: cifarRgb,
    ...error === undefined ? {} : {
      published: {
        top1: fromError(error),
        source: "akamaster/pytorch_resnet_cifar10, CIFAR-10's 10,000 test images",
      },
    },
  },
  {
    name: `cifar-plain${depth}`,
    build: (options) => cifarResnet(depth, { ...options, shortcuts: false }),
    paper: papers.resnet,
    preprocessing: cifarRgb,
  },
]);

const senets: Row[] = [
  {
    name: "resnext50",
    build: resnext50,
    paper: papers.resnext,
    preprocessing: imageNetRgb,
    published: torchvision(77.618, 93.698),
  },
  ...([
    [18, 71.742, 90.34],
    [34, 74.788, 92.134],
    [50, 77.65, 93.732],
    [101, 78.37, 94.264],
    [152, 78.662, 94.37],
  ] as const).map(([depth, top1, top5]): Row => ({
    name: `se-resnet${depth}`,
    build: (options) => seResnet(depth, options),
    paper: papers.senet,
    preprocessing: imageNetRgb,
    published: timm(top1, top5),
  })),
  {
    name: "se-resnext50",
    build: seResnext50,
    paper: papers.senet,
    preprocessing: imageNetRgb,
    published: timm(79.08, 94.428),
  },
  {
    name: "senet154",
    build: senet154,
    paper: papers.senet,
    preprocessing: imageNetRgb,
    published: timm(81.32, 95.502),
  },
];

const squeezenets: Row[] = ([
  ["1.0", 58.092, 80.42],
  ["1.1", 58.178, 80.624],
] as const).map(([version, top1, top5]) => ({
  name: `squeezenet${version}`,
  build: (options) => squeezenet(version, options),
  paper: papers.squeezenet,
  preprocessing: imageNetRgb,
  published: torchvision(top1, top5),
  caffe: {
    names: squeezenetCaffeNames(version),
    preprocessing: { ...caffeBgr, crop: 227 },
  },
} satisfies Row));

/** The rows of the zoo, oldest first. */
export const entries: readonly Row[] = [
  ...lenets,
  ...alexnets,
  ...vggs,
  ...inceptions,
  ...resnets,
  ...cifarResnets,
  ...senets,
  ...squeezenets,
];
