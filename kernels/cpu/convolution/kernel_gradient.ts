import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { productStages } from "../product/mod.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { addStages } from "../stages/parts.ts";
import { Scratch } from "../stages/scratch.ts";
import { padded } from "./frame.ts";

type Four = readonly [number, number, number, number];

/** The gradient for the kernel: each output pixel adds its window times its gradient. */
export function emitConv2dKernelGradient(builder: KernelBuilder, kernel: ConvolutionKernel): void {
  const [kernelHeight, kernelWidth, groupChannels, filters] = kernel.kernel as Four;
  const [n, outputHeight, outputWidth] = kernel.output as Four;
  const { stride, dilation, groups } = kernel.geometry;
  const scratch = new Scratch(), image = padded(scratch, kernel);
  const [imageBytes, row, pixel] = image.strides;
  const filterBytes = filters * 4, tap = groupChannels * filterBytes;
  const groupFilters = filters / groups;
  // Where windows are dense, a row of the window is one run of the image's memory.
  const dense = dilation[1] === 1 && groups === 1;
  const [taps, rows] = dense ? [1, kernelWidth * groupChannels] : [kernelWidth, groupChannels];
  const stages = productStages(builder, scratch, {
    groups: {
      count: groups,
      a: groupChannels * 4,
      b: groupFilters * 4,
      result: groupFilters * 4,
      column: groupFilters * 4,
    },
    rows: [
      { count: kernelHeight, a: dilation[0] * row, result: kernelWidth * tap },
      { count: taps, a: dilation[1] * pixel, result: tap },
      { count: rows, a: 4, result: filterBytes },
    ],
    reduction: [
      { count: n, a: imageBytes, b: outputHeight * outputWidth * filterBytes },
      { count: outputHeight, a: stride[0] * row, b: outputWidth * filterBytes },
      { count: outputWidth, a: stride[1] * pixel, b: filterBytes },
    ],
    columns: { count: groupFilters, b: 4 },
    transposedA: true,
    a: image.address,
    b: (args) => args.input(1),
    resultOffset: 0,
    shape: kernel.kernel,
    tail: undefined,
  });
  addStages(builder, [[...image.parts], ...stages], scratch);
}
