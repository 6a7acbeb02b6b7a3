import { flag, oneOf } from "../core/option_kinds.ts";
import type { SquarePreprocessing } from "../core/preprocessing.ts";
import type { Schema } from "../core/options.ts";
import { normal } from "../nn/initializer.ts";
import { model } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { numbered, poolToAtMost } from "./blocks.ts";
import { type ArchitectureOptions, imageNetSchema, settingsOf } from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { caffeBgr, torchvision } from "./published.ts";

/** Layers with weights of a VGG net. */
export type VggDepth = 11 | 13 | 16 | 19;

/** Settings of {@linkcode vgg}. */
export interface VggOptions extends ArchitectureOptions {
  /** Whether batch normalisation follows each convolution; false by default, as in the paper. */
  readonly batchNorm?: boolean;
}

const schema = { ...imageNetSchema, batchNorm: flag(false) } satisfies Schema<VggOptions>;

/** Convolutions in each of the five stages (the paper's configurations A, B, D and E). */
export const vggStages: Readonly<Record<VggDepth, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
};

/**
 * VGG-11, 13, 16 or 19: stacks of 3x3 convolutions (two see as much as one of 5x5, three as one of
 * 7x7, with fewer weights), halved by pooling, then three dense layers. Images are at least 32
 * pixels high and wide.
 *
 * Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
 * recognition", ICLR 2015, arXiv 1409.1556.
 *
 * ```ts
 * import { vgg } from "@striate/striate";
 * console.log(vgg(16).parameters); // 138357544
 * ```
 */
export function vgg(depth: VggDepth, given: VggOptions = {}): Model {
  oneOf([11, 13, 16, 19]).read(depth, "vgg: depth");
  const { image, classes, scaled, seed, batchNorm } = settingsOf("vgg", given, schema, 32);
  let next = numbered("features");
  let x = image;
  vggStages[depth].forEach((count, stage) => {
    const filters = scaled([64, 128, 256, 512, 512][stage]!);
    for (let i = 0; i < count; i++) {
      x = x.conv2d(filters, 3, { padding: 1, kernelInitializer: "heNormal", ...next() });
      if (batchNorm) x = x.batchNorm(next());
      x = x.relu(next());
    }
    x = x.maxPool2d(2, next());
  });
  x = poolToAtMost(x, 7).flatten({ name: "flatten" });
  next = numbered("classifier");
  const kernelInitializer = normal(0.01);
  for (let i = 0; i < 2; i++) {
    x = x.dense(scaled(4096), { kernelInitializer, ...next() }).relu(next()).dropout(0.5, next());
  }
  return model(image, x.dense(classes, { kernelInitializer, ...next() }), { seed });
}

/**
 * Names of the layers with weights in the authors' Caffe weights, by the names that they have here:
 * "conv1_1" to "conv5_4", and "fc6" to "fc8".
 */
function caffeNames(depth: VggDepth): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  let next = 0;
  vggStages[depth].forEach((count, stage) => {
    for (let i = 1; i <= count; i++, next += 2) {
      names.set(`features.${next}`, `conv${stage + 1}_${i}`);
    }
    next++; // the pooling
  });
  for (const i of [0, 1, 2]) names.set(`classifier.${3 * i}`, `fc${6 + i}`);
  return names;
}

/** The mean colour of the images that the authors trained with. */
const caffePreprocessing: SquarePreprocessing = {
  ...caffeBgr,
  normalization: {
    ...caffeBgr.normalization,
    mean: [103.939 / 255, 116.779 / 255, 123.68 / 255],
  },
};

export const networks: readonly ZooEntry[] = ([
  [11, false, "vgg11-8a719046", 69.02, 88.628],
  [11, true, "vgg11_bn-6002323d", 70.37, 89.81],
  [13, false, "vgg13-19584684", 69.928, 89.246],
  [13, true, "vgg13_bn-abd245e5", 71.586, 90.374],
  [16, false, "vgg16-397923af", 71.592, 90.382],
  [16, true, "vgg16_bn-6c64b313", 73.36, 91.516],
  [19, false, "vgg19-dcbb9e9d", 72.376, 90.876],
  [19, true, "vgg19_bn-c79401a0", 74.218, 91.842],
] as const).map(([depth, batchNorm, file, top1, top5]) =>
  new ZooEntry({
    name: `vgg${depth}${batchNorm ? "-bn" : ""}`,
    build: (options) => vgg(depth, { ...options, batchNorm }),
    paper: "Simonyan and Zisserman, Very deep convolutional networks for large-scale image " +
      "recognition, ICLR 2015, arXiv 1409.1556",
    ...torchvision(file, top1, top5),
    // The authors published those two.
    ...!batchNorm && depth >= 16 && {
      caffe: {
        build: (options) => vgg(depth, options),
        names: caffeNames(depth),
        preprocessing: caffePreprocessing,
      },
    },
  })
);
