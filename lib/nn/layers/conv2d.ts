import { convolution, transposedConvolution } from "../../tensor/functions/convolution.ts";
import { type ConvolutionOptions, pairOf, type Size2d } from "../../tensor/functions/geometry.ts";
import { defineLayer, Layer } from "../layer.ts";
import { type KernelConfig, kernelConfig, type KernelOptions, kernelOptions } from "./dense.ts";
import { checkCount, checkImages, checkOptions } from "./options.ts";

/** Settings of conv2d. */
export interface Conv2dOptions extends KernelOptions, ConvolutionOptions {}

/** Settings of convTranspose2d. */
export interface ConvTranspose2dOptions extends KernelOptions, ConvolutionOptions {
  /** Rows and columns added at the bottom and right, where several sizes would shrink to the input. */
  readonly outputPadding?: Size2d;
}

type Config = KernelConfig & ConvolutionOptions & {
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
};

function checkGroups(groups: number, channels: number, filters: number): void {
  if (channels % groups !== 0 || filters % groups !== 0) {
    throw new RangeError(
      `groups: ${groups} does not divide both the ${channels} channels and the ${filters} filters`,
    );
  }
}

/** A kernel that slides over images; every position shares its weights. */
export const conv2dType = defineLayer<Config>({
  type: "conv2d",
  weights: ({ filters, kernelSize, groups = 1, ...config }, [shape]) => {
    checkImages(shape!);
    const channels = shape![2]!;
    checkGroups(groups, channels, filters);
    return {
      kernel: {
        shape: [...kernelSize, channels / groups, filters],
        initializer: config.kernelInitializer,
      },
      ...config.bias ? { bias: { shape: [filters], initializer: config.biasInitializer } } : {},
    };
  },
  call: ([x], { kernel, bias }, config) => convolution(x!, kernel!, bias, config),
});

/** Spreads each pixel over a window: the shape inverse of conv2d. */
export const convTranspose2dType = defineLayer<
  Config & { readonly outputPadding: readonly [number, number] }
>({
  type: "convTranspose2d",
  weights: ({ filters, kernelSize, groups = 1, ...config }, [shape]) => {
    checkImages(shape!);
    checkGroups(groups, shape![2]!, filters);
    return {
      // As a convolution's kernel that goes the other way: from `filters` to the input's channels.
      kernel: {
        shape: [...kernelSize, filters / groups, shape![2]!],
        initializer: config.kernelInitializer,
      },
      ...config.bias ? { bias: { shape: [filters], initializer: config.biasInitializer } } : {},
    };
  },
  call: ([x], { kernel, bias }, config) =>
    transposedConvolution(x!, kernel!, bias, config, config.outputPadding),
});

const convolutionOptions = [...kernelOptions, "stride", "padding", "dilation", "groups"];

function convolutionConfig(
  where: string,
  filters: number,
  kernelSize: Size2d,
  options: Conv2dOptions,
): Config {
  const { stride, padding, dilation, groups } = options;
  // Stride, padding, dilation and groups are checked where an image is there, whose layer is named.
  return {
    filters: checkCount(filters, `${where}: filters`),
    kernelSize: pairOf(kernelSize, `${where}: kernelSize`),
    ...kernelConfig(options),
    ...stride === undefined ? {} : { stride },
    ...padding === undefined ? {} : { padding },
    ...dilation === undefined ? {} : { dilation },
    ...groups === undefined ? {} : { groups },
  };
}

/** A convolution of `filters` kernels: see {@linkcode LayerMethods.conv2d}. */
export function conv2d(filters: number, kernelSize: Size2d, options: Conv2dOptions = {}): Layer {
  checkOptions("conv2d", options, convolutionOptions);
  return new Layer(
    conv2dType,
    convolutionConfig("conv2d", filters, kernelSize, options),
    options.name,
  );
}

/** A transposed convolution: see {@linkcode LayerMethods.convTranspose2d}. */
export function convTranspose2d(
  filters: number,
  kernelSize: Size2d,
  options: ConvTranspose2dOptions = {},
): Layer {
  checkOptions("convTranspose2d", options, [...convolutionOptions, "outputPadding"]);
  const config = convolutionConfig("convTranspose2d", filters, kernelSize, options);
  const outputPadding = pairOf(options.outputPadding ?? 0, "convTranspose2d: outputPadding", 0);
  return new Layer(convTranspose2dType, { ...config, outputPadding }, options.name);
}
