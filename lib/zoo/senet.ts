import { oneOf } from "../core/option_kinds.ts";
import type { Schema } from "../core/options.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import { model } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { convolution, groupsOf } from "./blocks.ts";
import { type ArchitectureOptions, imageNetSchema, settingsOf } from "./architecture_options.ts";
import { bottleneckBranch, type Branch, projected, residualStages } from "./residual.ts";
import { resnetBlocks, resnetBranch, type ResnetDepth, resnetDepth } from "./resnet.ts";
import { resnextBranch } from "./resnext.ts";
import { squeezeExcite } from "./squeeze_excite.ts";
import { type Registration, ZooEntry } from "./entry.ts";
import { timm } from "./published.ts";

/** Settings of {@linkcode seResnet}. */
export interface SeResnetOptions extends ArchitectureOptions {
  /**
   * Where a bottleneck halves the image: 1, the default, is the authors' (in the first 1x1
   * convolution), and what timm's legacy weights need; 1.5 is in the 3x3 convolution.
   */
  readonly version?: 1 | 1.5;
}

const schema = { ...imageNetSchema, version: oneOf([1, 1.5], 1) } satisfies Schema<SeResnetOptions>;

/**
 * SE-ResNet-18, 34, 50, 101 or 152: a ResNet with a squeeze-and-excitation block at the end of each
 * branch. In SE-ResNet-18 and 34, which the authors did not publish, ReLU stands before that block, as
 * timm's weights want it. Layers have the names of timm's `legacy_seresnet…`.
 *
 * Source: Hu, Shen and Sun, "Squeeze-and-excitation networks", CVPR 2018, arXiv 1709.01507.
 *
 * ```ts
 * import { seResnet } from "@striate/striate";
 * console.log(seResnet(50).parameters); // 28088024
 * ```
 */
export function seResnet(depth: ResnetDepth, given: SeResnetOptions = {}): Model {
  resnetDepth.read(depth, "seResnet: depth");
  const { image, classes, scaled, seed, version } = settingsOf("seResnet", given, schema, 3);
  const plain = resnetBranch(depth, version, scaled);
  const branch = excited(depth < 50 ? activated(plain) : plain);
  const x = residualStages(stem(image, scaled(64)), resnetBlocks[depth], branch, projected(1));
  return model(image, head(x, classes), { seed });
}

/**
 * SE-ResNeXt-50 32x4d: ResNeXt-50 with squeeze-and-excitation blocks. Layers have the names of
 * timm's `legacy_seresnext50_32x4d`.
 *
 * Source: Hu, Shen and Sun, "Squeeze-and-excitation networks", CVPR 2018, arXiv 1709.01507.
 *
 * ```ts
 * import { seResnext50 } from "@striate/striate";
 * console.log(seResnext50().parameters); // 27559896
 * ```
 */
export function seResnext50(given: ArchitectureOptions = {}): Model {
  const { image, classes, scaled, seed } = settingsOf("seResnext50", given, imageNetSchema, 3);
  const branch = excited(resnextBranch(scaled));
  const x = residualStages(stem(image, scaled(64)), resnetBlocks[50], branch, projected(1));
  return model(image, head(x, classes), { seed });
}

/**
 * SENet-154, of the team that won ILSVRC 2017: a ResNeXt-152 of 64 groups with squeeze-and-excitation
 * blocks, three 3x3 convolutions in place of the first of 7x7, projections of 3x3, and bottlenecks
 * whose first convolution has half the channels. Layers have the names of timm's `legacy_senet154`.
 *
 * Source: Hu, Shen and Sun, "Squeeze-and-excitation networks", CVPR 2018, arXiv 1709.01507.
 *
 * ```ts
 * import { senet154 } from "@striate/striate";
 * console.log(senet154().parameters); // 115088984
 * ```
 */
export function senet154(given: ArchitectureOptions = {}): Model {
  const { image, classes, scaled, seed } = settingsOf("senet154", given, imageNetSchema, 3);
  let x = image;
  [64, 64, 128].forEach((filters, i) => {
    const stride = i === 0 ? 2 : 1;
    x = convolution(x, `layer0.conv${i + 1}`, scaled(filters), 3, { stride, padding: 1 })
      .batchNorm({ name: `layer0.bn${i + 1}` }).relu({ name: `layer0.relu${i + 1}` });
  });
  x = x.maxPool2d(3, { stride: 2, ceilMode: true, name: "pool0" });
  const branch: Branch = (x, name, stage, stride) => {
    const half = scaled(128 * 2 ** stage);
    const filters = [half, 2 * half, 2 * half] as const;
    return bottleneckBranch(x, name, { filters, stride, groups: groupsOf(64, half) });
  };
  x = residualStages(x, resnetBlocks[152], excited(branch), projected(3));
  return model(image, head(x, classes, 0.2), { seed });
}

/** A branch of two convolutions that ends in ReLU. */
function activated(branch: Branch): Branch {
  return (x, name, stage, stride) => branch(x, name, stage, stride).relu({ name: `${name}.relu2` });
}

/** A branch that ends in a squeeze-and-excitation block. */
function excited(branch: Branch): Branch {
  return (x, name, stage, stride) =>
    squeezeExcite(branch(x, name, stage, stride), `${name}.se_module`, 16);
}

/** A 7x7 convolution and pooling that rounds up. */
function stem(image: SymbolicValue, filters: number): SymbolicValue {
  return convolution(image, "layer0.conv1", filters, 7, { stride: 2, padding: 3 })
    .batchNorm({ name: "layer0.bn1" }).relu({ name: "layer0.relu1" })
    .maxPool2d(3, { stride: 2, ceilMode: true, name: "pool0" });
}

function head(x: SymbolicValue, classes: number, dropout = 0): SymbolicValue {
  const features = x.globalAveragePool2d({ name: "avg_pool" });
  return (dropout > 0 ? features.dropout(dropout, { name: "dropout" }) : features)
    .dense(classes, { name: "last_linear" });
}

const row = (
  name: string,
  build: Registration["build"],
  ...measured: Parameters<typeof timm>
): ZooEntry =>
  new ZooEntry({
    name,
    build,
    paper: "Hu, Shen and Sun, Squeeze-and-excitation networks, CVPR 2018, arXiv 1709.01507",
    ...timm(...measured),
  });

export const networks: readonly ZooEntry[] = [
  ...([
    [18, "v0.1-weights/seresnet18-4bb0ce65", 71.742, 90.34],
    [34, "v0.1-weights/seresnet34-a4004e63", 74.788, 92.134],
    [50, "v0.1-cadene/se_resnet50-ce0d4300", 77.65, 93.732],
    [101, "v0.1-cadene/se_resnet101-7e38fcc6", 78.37, 94.264],
    [152, "v0.1-cadene/se_resnet152-d17c99b7", 78.662, 94.37],
  ] as const).map(([depth, file, top1, top5]) =>
    row(`se-resnet${depth}`, (options) => seResnet(depth, options), file, top1, top5)
  ),
  row(
    "se-resnext50",
    seResnext50,
    "v0.1-weights/legacy_se_resnext50_32x4d-f3651bad",
    79.08,
    94.428,
  ),
  row("senet154", senet154, "v0.1-weights/legacy_senet154-e9eb9fe6", 81.32, 95.502),
];
