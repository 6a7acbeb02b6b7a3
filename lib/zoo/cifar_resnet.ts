import { flag, oneOf } from "../core/option_kinds.ts";
import type { Schema } from "../core/options.ts";
import { model } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { convolution } from "./blocks.ts";
import {
  type ArchitectureOptions,
  architectureSchema,
  settingsOf,
} from "./architecture_options.ts";
import { basicBranch, type Branch, identity, residualStages } from "./residual.ts";
import { ZooEntry } from "./entry.ts";
import { fromError, imageNetRgb } from "./published.ts";
import { paper } from "./resnet.ts";

/** Layers with weights of a ResNet for CIFAR-10: 6 n + 2. */
export type CifarResnetDepth = 20 | 32 | 44 | 56 | 110;

/** Settings of {@linkcode cifarResnet}. */
export interface CifarResnetOptions extends ArchitectureOptions {
  /** Whether blocks have shortcuts; true by default. False is the paper's plain twin. */
  readonly shortcuts?: boolean;
}

const schema = {
  ...architectureSchema(10, [32, 32, 3]),
  shortcuts: flag(true),
} satisfies Schema<CifarResnetOptions>;

/**
 * ResNet-20, 32, 44, 56 or 110 for CIFAR-10: three stages of 16, 32 and 64 filters. All shortcuts
 * are free of parameters (option A), so that a plain twin has exactly as many.
 *
 * Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016,
 * arXiv 1512.03385, section 4.2.
 *
 * ```ts
 * import { cifarResnet } from "@striate/striate";
 * console.log(cifarResnet(20).parameters); // 269722
 * console.log(cifarResnet(20, { shortcuts: false }).parameters); // 269722
 * ```
 */
export function cifarResnet(depth: CifarResnetDepth, given: CifarResnetOptions = {}): Model {
  oneOf([20, 32, 44, 56, 110]).read(depth, "cifarResnet: depth");
  const { image, classes, scaled, seed, shortcuts } = settingsOf("cifarResnet", given, schema);
  const stem = convolution(image, "conv1", scaled(16), 3, { padding: 1 })
    .batchNorm({ name: "bn1" }).relu({ name: "relu" });
  const branch: Branch = (x, name, stage, stride) =>
    basicBranch(x, name, scaled(16 * 2 ** stage), stride);
  const counts = Array.from({ length: 3 }, () => (depth - 2) / 6);
  const x = residualStages(stem, counts, branch, shortcuts ? identity : undefined);
  const logits = x.globalAveragePool2d({ name: "avgpool" }).dense(classes, { name: "linear" });
  return model(image, logits, { seed });
}

/** ImageNet's constants, as the published weights were trained with, and no resizing. */
const preprocessing = { channels: imageNetRgb.channels, normalization: imageNetRgb.normalization };
const repository = "https://github.com/akamaster/pytorch_resnet_cifar10/raw/" +
  "d5489e8995e81e91ce6b1d69dcc98ad579b0b153/pretrained_models/";

export const networks: readonly ZooEntry[] = ([
  [20, "resnet20-12fca82f", 8.27],
  [32, "resnet32-d509ac18", 7.37],
  [44, "resnet44-014dd654", 6.9],
  [56, "resnet56-4bfd9763", 6.61],
  [110, "resnet110-1d1ed7c2"],
] as const).flatMap(([depth, file, error]) => [
  new ZooEntry({
    name: `cifar-resnet${depth}`,
    build: (options) => cifarResnet(depth, options),
    paper,
    preprocessing,
    ...error && {
      published: {
        top1: fromError(error),
        source: "akamaster/pytorch_resnet_cifar10, CIFAR-10's 10,000 test images",
      },
    },
    weights: {
      data: "cifar10",
      source: "akamaster, pytorch_resnet_cifar10",
      url: `${repository}${file}.th`,
      folder: "cifar10-resnets",
    },
  }),
  new ZooEntry({
    name: `cifar-plain${depth}`,
    build: (options) => cifarResnet(depth, { ...options, shortcuts: false }),
    paper,
    preprocessing,
  }),
]);
