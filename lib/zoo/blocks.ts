import { instance, text } from "../core/option_kinds.ts";
import { formatShape } from "../core/shape.ts";
import type { Size2d } from "../tensor/functions/settings.ts";
import { adaptiveAveragePool2d } from "../nn/layers/adaptive_pool.ts";
import type { Conv2dOptions } from "../nn/layers/conv2d.ts";
import { SymbolicValue } from "../nn/symbolic.ts";

/** Refuses what is no value of a model for images, or is given no name for its layers. */
export function checkImageValue(x: SymbolicValue, name: string, where: string): void {
  const { shape } = instance(SymbolicValue).read(x, `${where}: x`);
  if (shape.length !== 3) {
    throw new TypeError(
      `${where}: x: expected images [height, width, channels], found ${formatShape(shape)}`,
    );
  }
  text().read(name, `${where}: name`);
}

/**
 * Names as the published checkpoints number them, one at each call: "features.0", "features.1" and
 * so on.
 */
export function numbered(prefix: string): () => { readonly name: string } {
  let next = 0;
  return () => ({ name: `${prefix}.${next++}` });
}

/** A convolution without bias, as one has before batch normalisation, for ReLU (He et al. 2015). */
export function convolution(
  x: SymbolicValue,
  name: string,
  filters: number,
  kernelSize: Size2d,
  options: Conv2dOptions = {},
): SymbolicValue {
  const usual = { bias: false, kernelInitializer: "heNormal" } as const;
  return x.conv2d(filters, kernelSize, { ...usual, ...options, name });
}

/** torchvision's "BasicConv2d": convolution `.conv`, batch normalisation `.bn`, ReLU. */
export function basicConvolution(
  x: SymbolicValue,
  name: string,
  filters: number,
  kernelSize: Size2d,
  options: Conv2dOptions = {},
): SymbolicValue {
  return convolution(x, `${name}.conv`, filters, kernelSize, options)
    .batchNorm({ epsilon: 1e-3, name: `${name}.bn` })
    .relu({ name: `${name}.relu` });
}

/** Maps pooled to `most` x `most` where they are larger; smaller ones stay as they are. */
export function poolToAtMost(x: SymbolicValue, most: number): SymbolicValue {
  const [height, width] = x.shape as [number, number, number];
  const size = [Math.min(most, height), Math.min(most, width)] as const;
  return x.apply(adaptiveAveragePool2d(size, { name: "avgpool" }));
}

/** The most groups, up to `groups`, that divide both it and the channels: less for a narrow net. */
export function groupsOf(groups: number, channels: number): number {
  return channels === 0 ? groups : groupsOf(channels, groups % channels);
}
