import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { productStages } from "../product/mod.ts";
import type { Product } from "../product/product.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { addStages } from "../stages/parts.ts";
import { Scratch } from "../stages/scratch.ts";
import { emitWinograd } from "../winograd/mod.ts";
import { depthwisePart, isDepthwise } from "./depthwise.ts";
import { type Four, type Framed, padded } from "./frame.ts";

/** Cross-correlation. */
export function emitConv2d(builder: KernelBuilder, kernel: ConvolutionKernel): void {
  if (emitWinograd(builder, kernel)) return;
  const scratch = new Scratch(), image = padded(scratch, kernel);
  const product = convolutionProduct(kernel, image);
  const [first = [], ...rest] = isDepthwise(kernel)
    ? [[], [depthwisePart(product)]]
    : productStages(builder, scratch, product);
  addStages(builder, [[...first, ...image.parts], ...rest], scratch);
}

/**
 * A convolution as a product: its rows are output pixels, its reduction is the window. Where windows
 * are dense a row of the window is one run of the image's memory.
 */
export function convolutionProduct(kernel: ConvolutionKernel, image: Framed): Product {
  const [n, height] = kernel.image as Four;
  const [kernelHeight, kernelWidth, groupChannels, filters] = kernel.kernel as Four;
  const [, outputHeight, outputWidth] = kernel.output as Four;
  const { stride, padding: [top], dilation, groups } = kernel.geometry;
  const [imageBytes, row, pixel] = image.strides;
  const filterBytes = filters * 4, tap = groupChannels * filterBytes;
  const groupFilters = filters / groups, filterGroup = groupFilters * 4;
  return {
    groups: {
      count: groups,
      a: groupChannels * 4,
      b: filterGroup,
      result: filterGroup,
      column: filterGroup,
    },
    rows: [
      { count: n, a: imageBytes, result: outputHeight * outputWidth * filterBytes },
      { count: outputHeight, a: stride[0] * row, result: outputWidth * filterBytes },
      { count: outputWidth, a: stride[1] * pixel, result: filterBytes },
    ],
    reduction: [
      { count: kernelHeight, a: dilation[0] * row, b: kernelWidth * tap },
      { count: kernelWidth, a: dilation[1] * pixel, b: tap },
      { count: groupChannels, a: 4, b: filterBytes },
    ],
    columns: { count: groupFilters, b: 4 },
    a: image.address,
    b: (args) => args.input(1),
    resultOffset: 0,
    window: { offset: 0, stride: stride[0], dilation: dilation[0], top, height },
    shape: kernel.output,
    tail: kernel.tail,
  };
}
