import { adaptiveAveragePool2d } from "../nn/layers/adaptive_pool.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { model, type ModelOf } from "../train/make_model.ts";
import type { Model } from "../train/model.ts";
import { basicConvolution } from "./blocks.ts";
import { type AuxiliaryOptions, auxiliarySchema, googlenetModules, paper } from "./googlenet.ts";
import type { InceptionFilters } from "./inception_module.ts";
import { settingsOf } from "./architecture_options.ts";
import { ZooEntry } from "./entry.ts";
import { symmetricRgb, torchvision } from "./published.ts";

/**
 * GoogLeNet with batch normalisation, as torchvision has it: no local response normalisation, and
 * windows of 3x3 where the paper has 5x5 (which came with its weights from TensorFlow and stayed).
 *
 * With `auxiliary`, there are three outputs: the main logits, those after module 4a and those after
 * module 4d.
 *
 * Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015, arXiv 1409.4842, and Ioffe and
 * Szegedy, "Batch normalization", 2015, arXiv 1502.03167.
 *
 * ```ts
 * import { googlenetBn } from "@striate/striate";
 * console.log(googlenetBn().parameters); // 6624904
 * ```
 */
export function googlenetBn(
  given: AuxiliaryOptions & { readonly auxiliary: true },
): ModelOf<Tensor[]>;
/** Without `auxiliary`, one output. */
export function googlenetBn(given?: AuxiliaryOptions): Model;
export function googlenetBn(given: AuxiliaryOptions = {}): Model {
  const { image, classes, scaled, seed, auxiliary } = settingsOf(
    "googlenetBn",
    given,
    auxiliarySchema,
    15,
  );
  const pool = (x: SymbolicValue, i: number, window = 3) =>
    x.maxPool2d(window, { stride: 2, ceilMode: true, name: `maxpool${i}` });
  let x = basicConvolution(image, "conv1", scaled(64), 7, { stride: 2, padding: 3 });
  x = basicConvolution(pool(x, 1), "conv2", scaled(64), 1);
  x = pool(basicConvolution(x, "conv3", scaled(192), 3, { padding: 1 }), 2);
  const { last, inner } = googlenetModules(
    x,
    scaled,
    (x, name, filters) => inception(x, `inception${name}`, filters),
    (x, number) => pool(x, number, number === 4 ? 2 : 3),
  );
  const main = last.globalAveragePool2d({ name: "avgpool" }).dropout(0.2, { name: "dropout" })
    .dense(classes, { name: "fc" });
  const heads = auxiliary
    ? inner.map((x, i) => auxiliaryHead(x, `aux${i + 1}`, classes, scaled))
    : [];
  return model(image, [main, ...heads], { seed });
}

function inception(
  x: SymbolicValue,
  name: string,
  { conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, poolProjection }: Required<InceptionFilters>,
): SymbolicValue {
  const branch2 = basicConvolution(x, `${name}.branch2.0`, reduce3x3, 1);
  const branch3 = basicConvolution(x, `${name}.branch3.0`, reduce5x5, 1);
  const branch4 = x.maxPool2d(3, { stride: 1, padding: 1, name: `${name}.branch4.0` });
  return basicConvolution(x, `${name}.branch1`, conv1x1, 1).concatenate([
    basicConvolution(branch2, `${name}.branch2.1`, conv3x3, 3, { padding: 1 }),
    basicConvolution(branch3, `${name}.branch3.1`, conv5x5, 3, { padding: 1 }),
    basicConvolution(branch4, `${name}.branch4.1`, poolProjection, 1),
  ], { name: `${name}.concatenate` });
}

/** A classifier at an inner layer: pooling to 4x4, a 1x1 convolution and two dense layers. */
function auxiliaryHead(
  x: SymbolicValue,
  name: string,
  classes: number,
  scaled: (n: number) => number,
): SymbolicValue {
  const pooled = x.apply(adaptiveAveragePool2d(4, { name: `${name}.avgpool` }));
  return basicConvolution(pooled, `${name}.conv`, scaled(128), 1)
    .flatten({ name: `${name}.flatten` })
    .dense(scaled(1024), { kernelInitializer: "heUniform", name: `${name}.fc1` })
    .relu({ name: `${name}.relu` })
    .dropout(0.7, { name: `${name}.dropout` })
    .dense(classes, { name: `${name}.fc2` });
}

export const networks: readonly ZooEntry[] = [
  new ZooEntry({
    name: "googlenet-bn",
    build: googlenetBn,
    paper,
    ...torchvision("googlenet-1378be20", 69.778, 89.53, /^aux[12]\./),
    preprocessing: symmetricRgb,
  }),
];
