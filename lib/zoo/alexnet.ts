import { object, oneOf } from "../core/option_kinds.ts";
import type { Schema } from "../core/options.ts";
import type { LocalResponseNormOptions } from "../tensor/functions/settings.ts";
import { constant, normal } from "../nn/initializer.ts";
import { model } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { numbered, poolToAtMost } from "./blocks.ts";
import {
  type ArchitectureOptions,
  architectureSchema,
  imageNetSchema,
  scaledBy,
  settingsOf,
} from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { caffeBgr, torchvision } from "./published.ts";

/**
 * AlexNet with one tower, as torchvision has it: five convolutions and three dense layers, without
 * normalisation. Images are at least 63 pixels high and wide.
 *
 * Source: Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014,
 * arXiv 1404.5997.
 *
 * ```ts
 * import { alexnet } from "@striate/striate";
 * console.log(alexnet().parameters); // 61100840
 * ```
 */
export function alexnet(given: ArchitectureOptions = {}): Model {
  const { image, classes, scaled, seed } = settingsOf("alexnet", given, imageNetSchema, 63);
  // Nothing normalises here: with He's weights maxima of maxima grow from layer to layer, and the first
  // steps diverge.
  const kernelInitializer = "glorotUniform";
  let next = numbered("features");
  let x = image
    .conv2d(scaled(64), 11, { stride: 4, padding: 2, kernelInitializer, ...next() }).relu(next())
    .maxPool2d(3, { stride: 2, ...next() })
    .conv2d(scaled(192), 5, { padding: 2, kernelInitializer, ...next() }).relu(next())
    .maxPool2d(3, { stride: 2, ...next() });
  for (const filters of [384, 256, 256]) {
    x = x.conv2d(scaled(filters), 3, { padding: 1, kernelInitializer, ...next() }).relu(next());
  }
  x = x.maxPool2d(3, { stride: 2, ...next() });
  x = poolToAtMost(x, 6).flatten({ name: "flatten" });
  next = numbered("classifier");
  for (let i = 0; i < 2; i++) {
    x = x.dropout(0.5, next()).dense(scaled(4096), { kernelInitializer, ...next() }).relu(next());
  }
  return model(image, x.dense(classes, next()), { seed });
}

/** Settings of {@linkcode alexnet2012}. */
export interface Alexnet2012Options extends ArchitectureOptions {
  /**
   * 2, by default, as in the paper: the second, fourth and fifth convolution in two groups, one for
   * each graphics card. With 1, every filter sees all channels.
   */
  readonly towers?: 1 | 2;
  /**
   * The paper's local response normalisation by default; the weights of Caffe's `bvlc_alexnet` were
   * trained with `{ size: 5, alpha: 1e-4, beta: 0.75, k: 1 }`, and `openNetwork` opens them so.
   */
  readonly localResponseNorm?: LocalResponseNormOptions;
}

const schema2012 = {
  ...architectureSchema(1000, [227, 227, 3]),
  towers: oneOf([1, 2], 2),
  // The paper's alpha is a factor of the sum of squares, this library's of their mean.
  localResponseNorm: object("options of localResponseNorm", { size: 5, alpha: 5e-4, k: 2 }),
} satisfies Schema<Alexnet2012Options>;

/**
 * AlexNet as it won ILSVRC 2012: two towers (grouped convolutions), local response normalisation,
 * overlapping pooling, dropout, images of 227x227 (at least 67 pixels high and wide). First weights
 * are the paper's: N(0, 0.01), and biases of 1 where they give the ReLUs positive inputs early on.
 * Layers have Caffe's names.
 *
 * Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
 * networks", NIPS 2012.
 *
 * ```ts
 * import { alexnet2012 } from "@striate/striate";
 * console.log(alexnet2012().parameters); // 60965224
 * console.log(alexnet2012({ towers: 1 }).parameters); // 62378344
 * ```
 */
export function alexnet2012(given: Alexnet2012Options = {}): Model {
  const { image, classes, width, seed, towers: groups, localResponseNorm: norm } = settingsOf(
    "alexnet2012",
    given,
    schema2012,
    67,
  );
  // Each tower has as many.
  const scaled = (channels: number) => groups * scaledBy(width)(channels / groups);
  const plain = { kernelInitializer: normal(0.01) };
  const positive = { kernelInitializer: normal(0.01), biasInitializer: constant(1) };
  const x = image
    .conv2d(scaled(96), 11, { stride: 4, ...plain, name: "conv1" }).relu({ name: "relu1" })
    .localResponseNorm({ ...norm, name: "norm1" })
    .maxPool2d(3, { stride: 2, name: "pool1" })
    .conv2d(scaled(256), 5, { padding: 2, groups, ...positive, name: "conv2" })
    .relu({ name: "relu2" })
    .localResponseNorm({ ...norm, name: "norm2" })
    .maxPool2d(3, { stride: 2, name: "pool2" })
    .conv2d(scaled(384), 3, { padding: 1, ...plain, name: "conv3" }).relu({ name: "relu3" })
    .conv2d(scaled(384), 3, { padding: 1, groups, ...positive, name: "conv4" })
    .relu({ name: "relu4" })
    .conv2d(scaled(256), 3, { padding: 1, groups, ...positive, name: "conv5" })
    .relu({ name: "relu5" })
    .maxPool2d(3, { stride: 2, name: "pool5" })
    .flatten({ name: "flatten" })
    .dense(scaled(4096), { ...positive, name: "fc6" }).relu({ name: "relu6" })
    .dropout(0.5, { name: "drop6" })
    .dense(scaled(4096), { ...positive, name: "fc7" }).relu({ name: "relu7" })
    .dropout(0.5, { name: "drop7" });
  return model(image, x.dense(classes, { ...plain, name: "fc8" }), { seed });
}

const paper = "Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional " +
  "neural networks, NIPS 2012";
const preprocessing = { ...caffeBgr, crop: 227 };
const withWeights = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"];
const caffeNorm = { size: 5, alpha: 1e-4, beta: 0.75, k: 1 };

export const networks: readonly ZooEntry[] = [
  new ZooEntry({
    name: "alexnet",
    build: alexnet,
    paper: "Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014, " +
      "arXiv 1404.5997",
    ...torchvision("alexnet-owt-7be5be79", 56.522, 79.066),
  }),
  new ZooEntry({
    name: "alexnet-2012",
    build: alexnet2012,
    paper,
    preprocessing,
    caffe: {
      build: (options) => alexnet2012({ ...options, localResponseNorm: caffeNorm }),
      names: new Map(withWeights.map((name) => [name, name])),
      preprocessing,
    },
    published: { top1: 59.3, top5: 81.8, source: "the paper's table 2, one net, ten crops" },
  }),
  new ZooEntry({
    name: "alexnet-ungrouped",
    build: (options) => alexnet2012({ ...options, towers: 1 }),
    paper,
    preprocessing,
  }),
];
