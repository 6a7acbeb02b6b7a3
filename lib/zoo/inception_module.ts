import { positiveInteger, required } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { constant } from "../nn/initializer.ts";
import { checkImageValue } from "./blocks.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";

/** Filters of the parts of an Inception module. */
export interface InceptionFilters {
  /** Filters of the 1x1 convolution. */
  readonly conv1x1: number;
  /** Filters of the 1x1 convolution before the 3x3 one; left out, there is none. */
  readonly reduce3x3?: number;
  /** Filters of the 3x3 convolution. */
  readonly conv3x3: number;
  /** Filters of the 1x1 convolution before the 5x5 one; left out, there is none. */
  readonly reduce5x5?: number;
  /** Filters of the 5x5 convolution. */
  readonly conv5x5: number;
  /** Filters of the 1x1 convolution after the pooling; left out, there is none. */
  readonly poolProjection?: number;
}

const filterSchema = {
  conv1x1: required(positiveInteger()),
  reduce3x3: positiveInteger(),
  conv3x3: required(positiveInteger()),
  reduce5x5: positiveInteger(),
  conv5x5: required(positiveInteger()),
  poolProjection: positiveInteger(),
} satisfies Schema<InceptionFilters>;

/**
 * An Inception module: convolutions of 1x1, 3x3 and 5x5 and a pooling side by side, their results
 * one after another along the channels. Without the reductions it is the paper's naive module, whose
 * cost and channels grow from module to module. Layers have the names of Caffe's GoogLeNet.
 *
 * Source: Szegedy et al., "Going deeper with convolutions", CVPR 2015, arXiv 1409.4842, figure 2.
 *
 * ```ts
 * import { inceptionModule, input, model } from "@striate/striate";
 * const x = input([28, 28, 192]);
 * const filters = { conv1x1: 64, conv3x3: 128, conv5x5: 32 };
 * const naive = model(x, inceptionModule(x, "naive", filters));
 * const reduced = model(
 *   x,
 *   inceptionModule(x, "3a", { ...filters, reduce3x3: 96, reduce5x5: 16, poolProjection: 32 }),
 * );
 * console.log(naive.multiplyAdds, reduced.multiplyAdds); // 303464448 128049152
 * console.log(naive.outputShape, reduced.outputShape); // [28, 28, 416] [28, 28, 256]
 * ```
 *
 * @throws {TypeError} for what is no value of images, or filters that are no numbers
 * @throws {RangeError} for filters that are no counts, or of another name
 */
export function inceptionModule(
  x: SymbolicValue,
  name: string,
  filters: InceptionFilters,
): SymbolicValue {
  const where = "inceptionModule";
  checkImageValue(x, name, where);
  const { conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, poolProjection } = options(
    where,
    filters,
    filterSchema,
  );
  const convolve = (x: SymbolicValue, part: string, filters: number, window: number) =>
    namedConvolution(x, `${name}/${part}`, `${name}/relu_${part}`, filters, window);
  const reduce = (part: string, filters: number | undefined) =>
    filters === undefined ? x : convolve(x, part, filters, 1);
  const pooled = x.maxPool2d(3, { stride: 1, padding: 1, name: `${name}/pool` });
  return convolve(x, "1x1", conv1x1, 1).concatenate([
    convolve(reduce("3x3_reduce", reduce3x3), "3x3", conv3x3, 3),
    convolve(reduce("5x5_reduce", reduce5x5), "5x5", conv5x5, 5),
    poolProjection === undefined ? pooled : convolve(pooled, "pool_proj", poolProjection, 1),
  ], { name: `${name}/output` });
}

/** A convolution that keeps the size (with stride 1), with Caffe's first biases of 0.2, and ReLU. */
export function namedConvolution(
  x: SymbolicValue,
  name: string,
  relu: string,
  filters: number,
  window: number,
  stride = 1,
): SymbolicValue {
  return x.conv2d(filters, window, {
    stride,
    padding: (window - 1) / 2,
    biasInitializer: constant(0.2),
    name,
  }).relu({ name: relu });
}
