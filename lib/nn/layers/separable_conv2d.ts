import { checkedBy, positiveInteger, required } from "../../core/option_kinds.ts";
import { pick, type Schema, type Values } from "../../core/options.ts";
import { sizeOf } from "../../core/shape.ts";
import { conv2d } from "../../tensor/functions/convolution.ts";
import { convolutionGeometry } from "../../tensor/functions/geometry.ts";
import {
  type ConvolutionOptions,
  convolutionSchema,
  pairOf,
  type Size2d,
} from "../../tensor/functions/settings.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { glorotUniform, type InitializerLike } from "../initializer.ts";
import { defineLayer, type Layer } from "../layer.ts";
import type { StoredWeight } from "../weight.ts";
import { moving } from "../window.ts";
import { checkImages, imagesOf, strideWords, times } from "./images.ts";
import { initializerOption, type KernelOptions, kernelSchema, kernelWeights } from "./kernel.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

/** How depthwise kernels move. */
export type DepthwiseMoves = Omit<ConvolutionOptions, "groups">;

/** Settings of depthwiseConv2d. */
export interface DepthwiseConv2dOptions extends KernelOptions, DepthwiseMoves {
  /** Kernels for each channel; 1 by default. */
  readonly depthMultiplier?: number;
}

/** Settings of separableConv2d. */
export interface SeparableConv2dOptions extends LayerOptions, DepthwiseMoves {
  /** Depthwise kernels for each channel; 1 by default. */
  readonly depthMultiplier?: number;
  /** Whether a bias is added; true by default. */
  readonly bias?: boolean;
  /** First values of the depthwise kernel; glorotUniform by default. */
  readonly depthwiseInitializer?: InitializerLike;
  /** First values of the pointwise kernel; glorotUniform by default. */
  readonly pointwiseInitializer?: InitializerLike;
  /** First values of the bias; zeros by default. */
  readonly biasInitializer?: InitializerLike;
}

const { groups: _, ...moves } = convolutionSchema;
const depthwise = {
  kernelSize: required(checkedBy((value, where) => pairOf(value, where))),
  ...moves,
  depthMultiplier: positiveInteger(1),
};
const depthwiseSchema = { ...depthwise, ...kernelSchema };
const { bias, biasInitializer } = kernelSchema;
const separableOptions = {
  ...moves,
  depthMultiplier: positiveInteger(1),
  bias,
  depthwiseInitializer: initializerOption(glorotUniform()),
  pointwiseInitializer: initializerOption(glorotUniform()),
  biasInitializer,
} satisfies Schema<Omit<SeparableConv2dOptions, "name">>;
const separableSchema = {
  filters: required(positiveInteger()),
  kernelSize: depthwise.kernelSize,
  ...separableOptions,
};

type Depthwise = Values<typeof depthwise>;

/** A kernel for each channel and its fans: of the channels, a unit sees one. */
function depthwiseKernel(channels: number, { kernelSize, depthMultiplier }: Depthwise) {
  const window = sizeOf(kernelSize);
  return {
    shape: [...kernelSize, 1, channels * depthMultiplier],
    fans: { fanIn: window, fanOut: window * depthMultiplier },
  };
}

const convolve = (x: Tensor, kernel: Tensor, config: Depthwise, bias?: Tensor): Tensor =>
  conv2d(x, kernel, {
    ...pick(config, "stride", "padding", "dilation"),
    groups: x.shape[3]!,
    ...bias && { bias },
  });

const windowOf = (config: Depthwise, size: readonly [number, number]) => {
  const { stride, padding, dilation } = convolutionGeometry(config, size, config.kernelSize);
  const [height, width] = config.kernelSize;
  return moving([(height - 1) * dilation[0] + 1, (width - 1) * dilation[1] + 1], stride, padding);
};

const depthwiseType = defineLayer<Values<typeof depthwiseSchema>>({
  type: "depthwiseConv2d",
  schema: depthwiseSchema,
  weights: (config, [shape]) => {
    checkImages(shape);
    const { shape: own, fans } = depthwiseKernel(shape[2], config);
    const { kernel, ...bias } = kernelWeights(own, own[3]!, config, fans);
    return {
      kernel: { ...kernel!, stored: { ...kernel!.stored, keras: "depthwise_kernel" } },
      ...bias,
    };
  },
  call: (inputs, { kernel, bias }, config) => convolve(imagesOf(inputs), kernel!, config, bias),
  window: windowOf,
  role: "convolution",
  words: ({ kernelSize, depthMultiplier, stride = 1 }) =>
    `depthwise conv2d ${times(kernelSize)}${strideWords(stride)}` +
    (depthMultiplier === 1 ? "" : `, ${depthMultiplier} a channel`),
});

/**
 * Each channel of images [h, w, c] has kernels of its own: conv2d with as many groups as channels,
 * Keras' DepthwiseConv2D. The results of a channel lie side by side. Weights: kernel [kernel height,
 * kernel width, 1, c * depthMultiplier] and bias [c * depthMultiplier].
 *
 * ```ts
 * import { sequential } from "@striate/striate";
 * const net = sequential([8, 8, 3]).depthwiseConv2d(3, { depthMultiplier: 2, padding: "same" });
 * console.log(net.outputShape, net.parameters); // [8, 8, 6] 60
 * ```
 */
export function depthwiseConv2d(kernelSize: Size2d, given: DepthwiseConv2dOptions = {}): Layer {
  return makeLayer(depthwiseType, given, { kernelSize });
}

const separableType = defineLayer<Values<typeof separableSchema>>({
  type: "separableConv2d",
  schema: separableSchema,
  weights: (config, [shape]) => {
    checkImages(shape);
    const { filters, depthwiseInitializer, pointwiseInitializer } = config;
    const depthwise = depthwiseKernel(shape[2], config), between = depthwise.shape[3]!;
    const { kernel: pointwise, ...bias } = kernelWeights([1, 1, between, filters], filters, {
      ...config,
      kernelInitializer: pointwiseInitializer,
    });
    const stored = (keras: string): StoredWeight => ({ keras, order: "kernel" });
    return {
      depthwiseKernel: {
        ...depthwise,
        initializer: depthwiseInitializer,
        stored: stored("depthwise_kernel"),
      },
      pointwiseKernel: { ...pointwise!, stored: stored("pointwise_kernel") },
      ...bias,
    };
  },
  call: (inputs, { depthwiseKernel, pointwiseKernel, bias }, config) => {
    const each = convolve(imagesOf(inputs), depthwiseKernel!, config);
    return conv2d(each, pointwiseKernel!, { ...bias && { bias } });
  },
  window: windowOf,
  role: "convolution",
  words: ({ kernelSize, filters, stride = 1 }) =>
    `separable conv2d ${times(kernelSize)}, ${filters}${strideWords(stride)}`,
});

/**
 * A depthwise convolution, then a 1x1 convolution to `filters` channels, with no activation between:
 * Keras' SeparableConv2D. Weights: depthwiseKernel [kernel height, kernel width, 1,
 * c * depthMultiplier], pointwiseKernel [1, 1, c * depthMultiplier, filters] and bias [filters].
 * Source: Chollet 2016, arXiv 1610.02357.
 */
export function separableConv2d(
  filters: number,
  kernelSize: Size2d,
  given: SeparableConv2dOptions = {},
): Layer {
  return makeLayer(separableType, given, { filters, kernelSize });
}
