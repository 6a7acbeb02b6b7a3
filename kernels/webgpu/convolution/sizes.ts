import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { constants } from "../shader/source.ts";

type Four = readonly [number, number, number, number];

/** The numbers that a convolution and its gradients share, and the WGSL that declares them. */
export function sizesOf({ image, kernel, output, geometry }: ConvolutionKernel) {
  const [count, height, width, channels] = image as Four;
  const [kernelHeight, kernelWidth, groupChannels, filters] = kernel as Four;
  const [, outputHeight, outputWidth] = output as Four;
  const { stride, padding, dilation, groups } = geometry;
  const groupFilters = filters / groups;
  const declarations = constants({
    COUNT: count,
    KERNEL_HEIGHT: kernelHeight,
    HEIGHT: height,
    WIDTH: width,
    CHANNELS: channels,
    GROUP_CHANNELS: groupChannels,
    KERNEL_WIDTH: kernelWidth,
    FILTERS: filters,
    OUTPUT_HEIGHT: outputHeight,
    OUTPUT_WIDTH: outputWidth,
    STRIDE_Y: stride[0],
    STRIDE_X: stride[1],
    DILATION_Y: dilation[0],
    DILATION_X: dilation[1],
    PADDED: padding.some((p) => p !== 0),
  }, { PADDING_TOP: padding[0], PADDING_LEFT: padding[2] });
  return {
    count,
    height,
    width,
    channels,
    kernelHeight,
    kernelWidth,
    groupChannels,
    filters,
    outputHeight,
    outputWidth,
    stride,
    padding,
    dilation,
    groups,
    groupFilters,
    declarations,
  };
}
