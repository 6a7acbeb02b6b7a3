import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import row from "./row.wgsl" with { type: "text" };
import { constants } from "../shader/source.ts";

type Four = readonly [number, number, number, number];

/** The numbers that a convolution and its gradients share, and the WGSL that declares them. */
export function sizesOf({ image, kernel, output, geometry }: ConvolutionKernel) {
  const [count, height, width, channels] = image as Four;
  const [kernelHeight, kernelWidth, groupChannels, filters] = kernel as Four;
  const [, outputHeight, outputWidth] = output as Four;
  const { stride, padding, dilation, groups } = geometry;
  const counts = {
    count,
    kernelHeight,
    height,
    width,
    channels,
    groupChannels,
    kernelWidth,
    filters,
    outputHeight,
    outputWidth,
  };
  const declarations = constants({
    ...Object.fromEntries(Object.entries(counts).map(([name, value]) => [inCapitals(name), value])),
    STRIDE_Y: stride[0],
    STRIDE_X: stride[1],
    DILATION_Y: dilation[0],
    DILATION_X: dilation[1],
    PADDED: padding.some((p) => p !== 0),
  }, { PADDING_TOP: padding[0], PADDING_LEFT: padding[2] });
  const groupFilters = filters / groups;
  return { ...counts, ...geometry, groupFilters, declarations: declarations + row };
}

/** A name as WGSL has it: "kernelHeight" is KERNEL_HEIGHT. */
const inCapitals = (name: string) => name.replace(/[A-Z]/g, "_$&").toUpperCase();
