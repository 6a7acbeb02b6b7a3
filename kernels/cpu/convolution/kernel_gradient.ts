import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { accumulationStages } from "../product/strategy_long_sum.ts";
import { frameBytes, type FrameOptions, framePart, isFrameless } from "./frame.ts";
import { Scratch, stageOf } from "../stages/parts.ts";
import { i32 } from "../wasm/instructions.ts";
import { emitMatmul } from "../product/matmul.ts";

const isOne = (numbers: readonly number[]): boolean => numbers.every((number) => number === 1);

type Four = readonly [number, number, number, number];

/** The gradient for the kernel: each output pixel adds its window times its gradient. */
export function emitConv2dKernelGradient(builder: KernelBuilder, kernel: ConvolutionKernel): void {
  const [n, height, width, channels] = kernel.image as Four;
  const [kernelHeight, kernelWidth, groupChannels, filters] = kernel.kernel as Four;
  const [, outputHeight, outputWidth] = kernel.output as Four;
  const { stride, padding: [top, bottom, left, right], dilation, groups } = kernel.geometry;
  const isPointwise = isOne([kernelHeight, kernelWidth, ...stride, groups]) &&
    top + bottom + left + right === 0;
  if (isPointwise) {
    // A window of one pixel: the images are a matrix of pixels by channels.
    return emitMatmul(builder, {
      kind: "matmul",
      batch: 1,
      m: channels,
      n: filters,
      k: n * height * width,
      transposeA: true,
      transposeB: false,
    });
  }
  const scratch = new Scratch();
  const [framedHeight, framedWidth] = [height + top + bottom, width + left + right];
  const area: { offset?: number } = {};
  const frame: FrameOptions = {
    image: [n, height, width, channels],
    top,
    left,
    height: framedHeight,
    width: framedWidth,
    source: (args) => args.input(0),
    target: (args) => i32.add(args.scratch, area.offset!),
  };
  const framed = !isFrameless(frame);
  if (framed) area.offset = scratch.reserve(frameBytes(frame));
  const pixel = channels * 4, row = framedWidth * pixel;
  const filterBytes = filters * 4, groupFilters = filters / groups;
  // Where windows are dense, a row of the window is one run of the image's memory.
  const dense = dilation[1] === 1 && groups === 1;
  const stages = accumulationStages(builder, scratch, {
    groups: {
      count: groups,
      a: groupChannels * 4,
      b: groupFilters * 4,
      result: groupFilters * 4,
    },
    taps: [
      { count: kernelHeight, a: dilation[0] * row },
      { count: dense ? 1 : kernelWidth, a: dilation[1] * pixel },
    ],
    rows: dense ? kernelWidth * groupChannels : groupChannels,
    columns: groupFilters,
    pixels: [
      { count: n, a: framedHeight * row, b: outputHeight * outputWidth * filterBytes },
      { count: outputHeight, a: stride[0] * row, b: outputWidth * filterBytes },
      { count: outputWidth, a: stride[1] * pixel, b: filterBytes },
    ],
    resultStride: filterBytes,
    a: framed ? frame.target : frame.source,
    b: (args) => args.input(1),
    shape: kernel.kernel,
    tail: undefined,
  });
  for (const parts of [framed ? [framePart(frame)] : [], ...stages]) stageOf(builder, parts);
  builder.scratchBytes = scratch.bytes;
}
