import { flag } from "../core/option_kinds.ts";
import type { Schema } from "../core/options.ts";
import { constant } from "../nn/initializer.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { model, type ModelOf } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { type InceptionFilters, inceptionModule, namedConvolution } from "./inception_module.ts";
import { type ArchitectureOptions, imageNetSchema, settingsOf } from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { caffeBgr } from "./published.ts";

/** Settings of nets that may have auxiliary classifiers. */
export interface AuxiliaryOptions extends ArchitectureOptions {
  /**
   * Whether the classifiers at inner layers, which help to train a net, are outputs too, after the
   * main one; false by default.
   */
  readonly auxiliary?: boolean;
}

/** The options of a GoogLeNet. */
export const auxiliarySchema = {
  ...imageNetSchema,
  auxiliary: flag(false),
} satisfies Schema<AuxiliaryOptions>;

/** The filters of the nine modules: 1x1, 3x3 reduction, 3x3, 5x5 reduction, 5x5, pool projection. */
const modules = {
  "3a": [64, 96, 128, 16, 32, 32],
  "3b": [128, 128, 192, 32, 96, 64],
  "4a": [192, 96, 208, 16, 48, 64],
  "4b": [160, 112, 224, 24, 64, 64],
  "4c": [128, 128, 256, 24, 64, 64],
  "4d": [112, 144, 288, 32, 64, 64],
  "4e": [256, 160, 320, 32, 128, 128],
  "5a": [256, 160, 320, 32, 128, 128],
  "5b": [384, 192, 384, 48, 128, 128],
} as const;

/**
 * GoogLeNet's modules, and poolings 3 and 4 between them: what the last module yields, and what 4a
 * and 4d do, where images may be classified too.
 */
export function googlenetModules(
  x: SymbolicValue,
  scaled: (filters: number) => number,
  module: (x: SymbolicValue, name: string, filters: Required<InceptionFilters>) => SymbolicValue,
  pool: (x: SymbolicValue, number: 3 | 4) => SymbolicValue,
) {
  const chain = (x: SymbolicValue, ...names: (keyof typeof modules)[]) =>
    names.reduce((x, name) => {
      const [conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, poolProjection] = modules[name];
      return module(x, name, {
        conv1x1: scaled(conv1x1),
        reduce3x3: scaled(reduce3x3),
        conv3x3: scaled(conv3x3),
        reduce5x5: scaled(reduce5x5),
        conv5x5: scaled(conv5x5),
        poolProjection: scaled(poolProjection),
      });
    }, x);
  const first = chain(pool(chain(x, "3a", "3b"), 3), "4a");
  const second = chain(first, "4b", "4c", "4d");
  return { last: chain(pool(chain(second, "4e"), 4), "5a", "5b"), inner: [first, second] };
}

/**
 * GoogLeNet, ILSVRC 2014: nine Inception modules, local response normalisation, global average
 * pooling and one dense layer. It has 7 million parameters (not 4, as is often said) and no batch
 * normalisation. Layers have the names of Caffe's `bvlc_googlenet`, whose pooling rounds up.
 *
 * With `auxiliary`, there are three outputs: the main logits, those after module 4a and those after
 * module 4d, whose losses the paper weighs by 0.3.
 *
 * Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015, arXiv 1409.4842.
 *
 * ```ts
 * import { googlenet } from "@striate/striate";
 * console.log(googlenet().parameters); // 6998552
 * console.log(googlenet({ auxiliary: true }).parameters); // 13378280
 * ```
 */
export function googlenet(
  given: AuxiliaryOptions & { readonly auxiliary: true },
): ModelOf<Tensor[]>;
/** Without `auxiliary`, one output. */
export function googlenet(given?: AuxiliaryOptions): Model;
export function googlenet(given: AuxiliaryOptions = {}): Model {
  const { image, classes, scaled, seed, auxiliary } = settingsOf(
    "googlenet",
    given,
    auxiliarySchema,
    31,
  );
  const pool = (x: SymbolicValue, name: string) =>
    x.maxPool2d(3, { stride: 2, ceilMode: true, name });
  let x = namedConvolution(image, "conv1/7x7_s2", "conv1/relu_7x7", scaled(64), 7, 2);
  x = pool(x, "pool1/3x3_s2").localResponseNorm({ name: "pool1/norm1" });
  x = namedConvolution(x, "conv2/3x3_reduce", "conv2/relu_3x3_reduce", scaled(64), 1);
  x = namedConvolution(x, "conv2/3x3", "conv2/relu_3x3", scaled(192), 3);
  x = pool(x.localResponseNorm({ name: "conv2/norm2" }), "pool2/3x3_s2");
  const { last, inner } = googlenetModules(
    x,
    scaled,
    (x, name, filters) => inceptionModule(x, `inception_${name}`, filters),
    (x, number) => pool(x, `pool${number}/3x3_s2`),
  );
  const main = last.globalAveragePool2d({ name: "pool5/7x7_s1" })
    .dropout(0.4, { name: "pool5/drop_7x7_s1" })
    .dense(classes, { name: "loss3/classifier" });
  const heads = auxiliary
    ? inner.map((x, i) => auxiliaryHead(x, `loss${i + 1}`, classes, scaled))
    : [];
  return model(image, [main, ...heads], { seed });
}

/** A classifier at an inner layer: pooling to 4x4, a 1x1 convolution and two dense layers. */
function auxiliaryHead(
  x: SymbolicValue,
  name: string,
  classes: number,
  scaled: (n: number) => number,
): SymbolicValue {
  const pooled = x.averagePool2d(5, { stride: 3, ceilMode: true, name: `${name}/ave_pool` });
  return namedConvolution(pooled, `${name}/conv`, `${name}/relu_conv`, scaled(128), 1)
    .flatten({ name: `${name}/flatten` })
    .dense(scaled(1024), { biasInitializer: constant(0.2), name: `${name}/fc` })
    .relu({ name: `${name}/relu_fc` })
    .dropout(0.7, { name: `${name}/drop_fc` })
    .dense(classes, { name: `${name}/classifier` });
}

/** The paper of GoogLeNet. */
export const paper = "Szegedy et al., Going deeper with convolutions, CVPR 2015, arXiv 1409.4842";

export const networks: readonly ZooEntry[] = [
  new ZooEntry({
    name: "googlenet",
    build: googlenet,
    paper,
    preprocessing: caffeBgr,
    published: { top1: 68.7, top5: 88.9, source: "Caffe's bvlc_googlenet, one crop" },
    weights: {
      source: "BVLC, bvlc_googlenet",
      url: "http://dl.caffe.berkeleyvision.org/bvlc_googlenet.caffemodel",
      sha1: "405fc5acd08a3bb12de8ee5e23a96bec22f08204",
      ignore: /^loss[12]\//,
    },
  }),
];
