import { checkedBy, positiveInteger, required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Pair } from "../../graph/kernel.ts";
import {
  conv2d as conv2dOf,
  convTranspose2d as convTranspose2dOf,
} from "../../tensor/functions/convolution.ts";
import { convolutionGeometry } from "../../tensor/functions/geometry.ts";
import {
  checkOutputPadding,
  type ConvolutionOptions,
  convolutionSchema,
  pairOf,
  type Size2d,
  sizeOption,
} from "../../tensor/functions/settings.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { both, moving } from "../window.ts";
import { checkImages, strideWords, times } from "./images.ts";
import { type KernelOptions, kernelSchema, kernelWeights } from "./kernel.ts";
import { makeLayer } from "./layer_options.ts";

/** Settings of conv2d. */
export interface Conv2dOptions extends KernelOptions, ConvolutionOptions {}

/** Settings of convTranspose2d. */
export interface ConvTranspose2dOptions extends KernelOptions, ConvolutionOptions {
  /**
   * Rows and columns added at the bottom and right, where several sizes would shrink to the input: less
   * than the stride, and not beside padding "same"; 0 by default.
   */
  readonly outputPadding?: Size2d;
}

const conv2dSchema = {
  filters: required(positiveInteger()),
  kernelSize: required(checkedBy((value, where) => pairOf(value, where))),
  ...kernelSchema,
  ...convolutionSchema,
};

const convTranspose2dSchema = { ...conv2dSchema, outputPadding: sizeOption(0) };

type Config = Values<typeof conv2dSchema>;

/** The settings that say how the kernel moves, of those that are given. */
const movesOf = (config: ConvolutionOptions): ConvolutionOptions =>
  Object.fromEntries(
    Object.entries(config).filter(([name]) => Object.hasOwn(convolutionSchema, name)),
  );

/** The channels of images, which groups must divide as they must the filters. */
function channelsOf(shape: Shape | undefined, { groups = 1, filters }: Config): number {
  checkImages(shape);
  const [, , channels] = shape;
  if (channels % groups === 0 && filters % groups === 0) return channels;
  throw new RangeError(
    `groups: ${groups} does not divide both the ${channels} channels and the ${filters} filters`,
  );
}

const dilated = ({ kernelSize }: Config, dilation: Pair): Pair => [
  (kernelSize[0] - 1) * dilation[0] + 1,
  (kernelSize[1] - 1) * dilation[1] + 1,
];

const words = (
  what: string,
  { kernelSize, filters, stride = 1, groups = 1, dilation = 1 }: Config,
) => {
  const grouped = groups === 1 ? "" : `, ${groups} groups`;
  const spread = times(dilation) === "1x1" ? "" : `, dilation ${times(dilation)}`;
  return `${what} ${times(kernelSize)}, ${filters}${strideWords(stride)}${grouped}${spread}`;
};

/** The rows of a convolution and of its transpose, as far as they are alike. */
const alike = (what: string, isTransposed: boolean) => ({
  role: "convolution" as const,
  words: (config: Config) => words(what, config),
  weights: (config: Config, [shape]: readonly Shape[]) => {
    const { filters, kernelSize, groups = 1 } = config;
    const channels = channelsOf(shape, config);
    // The transpose has the kernel of the convolution that goes the other way.
    const [from, to] = isTransposed ? [filters, channels] : [channels, filters];
    const window = sizeOf(kernelSize) / groups;
    const fans = { fanIn: channels * window, fanOut: filters * window };
    return kernelWeights([...kernelSize, from / groups, to], filters, config, fans);
  },
});

const conv2dType = defineLayer<Config>({
  type: "conv2d",
  schema: conv2dSchema,
  ...alike("conv2d", false),
  call: ([x], { kernel, bias }, config) =>
    conv2dOf(x!, kernel!, { ...movesOf(config), ...bias && { bias } }),
  window: (config, size) => {
    const { stride, padding, dilation } = convolutionGeometry(config, size, config.kernelSize);
    return moving(dilated(config, dilation), stride, padding);
  },
});

const convTranspose2dType = defineLayer<Values<typeof convTranspose2dSchema>>({
  type: "convTranspose2d",
  schema: convTranspose2dSchema,
  ...alike("transposed conv2d", true),
  call: ([x], { kernel, bias }, { outputPadding, ...config }) =>
    convTranspose2dOf(x!, kernel!, {
      ...movesOf(config),
      // Models that were saved earlier have [0, 0] beside "same" too, where it says nothing.
      ...config.padding !== "same" && outputPadding !== undefined && { outputPadding },
      ...bias && { bias },
    }),
  window: (config, size) => {
    const { stride, padding, dilation } = convolutionGeometry(config, size, config.kernelSize);
    const window = dilated(config, dilation);
    // An output reads the inputs whose window lies over it: one in `stride` of the window's places.
    return both((axis) => {
      const read = Math.ceil(window[axis] / stride[axis]);
      const center = (padding[2 * axis]! - (window[axis] - 1) / 2) / stride[axis];
      return { start: center - (read - 1) / 2, size: read, stride: 1 / stride[axis] };
    });
  },
});

/**
 * `filters` kernels of `kernelSize` slide over images [h, w, c]. Weights: kernel [kernel height,
 * kernel width, c / groups, filters] and bias [filters].
 */
export function conv2d(filters: number, kernelSize: Size2d, given: Conv2dOptions = {}): Layer {
  return makeLayer(conv2dType, given, { filters, kernelSize });
}

/**
 * Transposed convolution: spreads every pixel over a window, the shape inverse of conv2d.
 * Weights: kernel [kernel height, kernel width, filters / groups, c] and bias [filters].
 */
export function convTranspose2d(
  filters: number,
  kernelSize: Size2d,
  given: ConvTranspose2dOptions = {},
): Layer {
  const layer = makeLayer(convTranspose2dType, given, { filters, kernelSize });
  checkOutputPadding(given.outputPadding, given);
  return layer;
}
