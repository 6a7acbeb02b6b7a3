import { flag, oneOf } from "../core/option_kinds.ts";
import type { Option, Schema } from "../core/options.ts";
import { model } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { convolution } from "./blocks.ts";
import { type ArchitectureOptions, imageNetSchema, settingsOf } from "./architecture_options.ts";
import {
  basicBranch,
  bottleneckBranch,
  type Branch,
  projected,
  residualStages,
} from "./residual.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import { ZooEntry } from "./entry.ts";
import { fromError, imageNetRgb, torchvision } from "./published.ts";

/** Layers with weights of a ResNet, on the longest way. */
export type ResnetDepth = 18 | 34 | 50 | 101 | 152;

/** Settings of {@linkcode resnet}. */
export interface ResnetOptions extends ArchitectureOptions {
  /**
   * Where a bottleneck halves the image: 1 is the paper's (in the first 1x1 convolution), 1.5, the
   * default, torchvision's (in the 3x3 convolution). ResNet-18 and 34 are the same in both.
   */
  readonly version?: 1 | 1.5;
  /** Whether blocks have shortcuts; true by default. False is the paper's plain twin. */
  readonly shortcuts?: boolean;
}

const schema = {
  ...imageNetSchema,
  version: oneOf([1, 1.5], 1.5),
  shortcuts: flag(true),
} satisfies Schema<ResnetOptions>;

/** Checks a depth. */
export const resnetDepth = oneOf([18, 34, 50, 101, 152]) satisfies Option<ResnetDepth>;

/** Blocks in each of the four stages. */
export const resnetBlocks: Readonly<Record<ResnetDepth, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
};

/**
 * ResNet-18, 34, 50, 101 or 152: blocks that learn what to add to their input. Identity shortcuts add
 * no parameter; where the shape changes, a 1x1 convolution projects the input.
 *
 * Source: He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016,
 * arXiv 1512.03385.
 *
 * ```ts
 * import { resnet } from "@striate/striate";
 * console.log(resnet(18).parameters); // 11689512
 * console.log(resnet(50).multiplyAdds, resnet(50, { version: 1 }).multiplyAdds); // 4089184256 3857973248
 * ```
 */
export function resnet(depth: ResnetDepth, given: ResnetOptions = {}): Model {
  resnetDepth.read(depth, "resnet: depth");
  const { image, classes, scaled, seed, version, shortcuts } = settingsOf("resnet", given, schema);
  const branch = resnetBranch(depth, version, scaled),
    shortcut = shortcuts ? projected(1) : undefined;
  const x = residualStages(resnetStem(image, scaled(64)), resnetBlocks[depth], branch, shortcut);
  const logits = x.globalAveragePool2d({ name: "avgpool" }).dense(classes, { name: "fc" });
  return model(image, logits, { seed });
}

/** The branches of ResNets: filters double where an image is halved. */
export function resnetBranch(
  depth: ResnetDepth,
  version: 1 | 1.5,
  scaled: (channels: number) => number,
): Branch {
  return (x, name, stage, stride) => {
    const filters = scaled(64 * 2 ** stage);
    if (depth < 50) return basicBranch(x, name, filters, stride);
    const early = version === 1;
    return bottleneckBranch(x, name, { filters: [filters, filters, 4 * filters], stride, early });
  };
}

/** The first layers of torchvision's residual nets: a 7x7 convolution and pooling, stride 4. */
export function resnetStem(image: SymbolicValue, filters: number): SymbolicValue {
  return convolution(image, "conv1", filters, 7, { stride: 2, padding: 3 })
    .batchNorm({ name: "bn1" }).relu({ name: "relu" })
    .maxPool2d(3, { stride: 2, padding: 1, name: "maxpool" });
}

/** The paper of the residual nets. */
export const paper =
  "He, Zhang, Ren and Sun, Deep residual learning for image recognition, CVPR 2016, " +
  "arXiv 1512.03385";

export const networks: readonly ZooEntry[] = ([
  [18, "resnet18-f37072fd", 69.758, 89.078, 27.94],
  [34, "resnet34-b627a593", 73.314, 91.42, 28.54],
  [50, "resnet50-0676ba61", 76.13, 92.862],
  [101, "resnet101-63fe2227", 77.374, 93.546],
  [152, "resnet152-394f9c45", 78.312, 94.046],
] as const).flatMap(([depth, file, top1, top5, plainError]) => [
  new ZooEntry({
    name: `resnet${depth}`,
    build: (options) => resnet(depth, options),
    paper,
    ...torchvision(file, top1, top5),
  }),
  new ZooEntry({
    name: `resnet${depth}-plain`,
    build: (options) => resnet(depth, { ...options, shortcuts: false }),
    paper,
    preprocessing: imageNetRgb,
    ...plainError && {
      published: { top1: fromError(plainError), source: "the paper's table 2, ten crops" },
    },
  }),
]);
