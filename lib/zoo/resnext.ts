import { model } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { groupsOf } from "./blocks.ts";
import { type ArchitectureOptions, imageNetSchema, settingsOf } from "./architecture_options.ts";
import { bottleneckBranch, type Branch, projected, residualStages } from "./residual.ts";
import { resnetBlocks, resnetStem } from "./resnet.ts";
import { ZooEntry } from "./entry.ts";
import { torchvision } from "./published.ts";

/**
 * ResNeXt-50 32x4d: ResNet-50 whose 3x3 convolutions are twice as wide and split into 32 groups.
 *
 * Source: Xie, Girshick, Dollár, Tu and He, "Aggregated residual transformations for deep neural
 * networks", CVPR 2017, arXiv 1611.05431.
 *
 * ```ts
 * import { resnext50 } from "@striate/striate";
 * console.log(resnext50().parameters); // 25028904
 * ```
 */
export function resnext50(given: ArchitectureOptions = {}): Model {
  const { image, classes, scaled, seed } = settingsOf("resnext50", given, imageNetSchema);
  const stem = resnetStem(image, scaled(64));
  const x = residualStages(stem, resnetBlocks[50], resnextBranch(scaled), projected(1));
  const logits = x.globalAveragePool2d({ name: "avgpool" }).dense(classes, { name: "fc" });
  return model(image, logits, { seed });
}

/** The branches of ResNeXt-50 32x4d. */
export function resnextBranch(scaled: (channels: number) => number): Branch {
  return (x, name, stage, stride) => {
    const width = scaled(128 * 2 ** stage);
    const filters = [width, width, 2 * width] as const;
    return bottleneckBranch(x, name, { filters, stride, groups: groupsOf(32, width) });
  };
}

export const networks: readonly ZooEntry[] = [
  new ZooEntry({
    name: "resnext50",
    build: resnext50,
    paper:
      "Xie, Girshick, Dollár, Tu and He, Aggregated residual transformations for deep neural " +
      "networks, CVPR 2017, arXiv 1611.05431",
    ...torchvision("resnext50_32x4d-7cdf4587", 77.618, 93.698),
  }),
];
