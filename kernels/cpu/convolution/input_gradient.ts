import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { productStages } from "../product/mod.ts";
import { frameBytes, type FrameOptions, framePart, isFrameless } from "./frame.ts";
import { Scratch, stageOf, type Stages } from "../stages/parts.ts";
import { i32 } from "../wasm/instructions.ts";

type Four = readonly [number, number, number, number];

/**
 * Along one axis, the image positions first, first + stride, …, `count` of them, which the same taps
 * of the kernel reach: `tap`, tap + tapStep, …, `taps` of them. Position `first` + i * stride gets
 * what tap number j yields from the output gradient at start + i - j * step.
 */
interface Phase {
  readonly first: number;
  readonly count: number;
  readonly tap: number;
  readonly tapStep: number;
  readonly taps: number;
  readonly start: number;
  readonly step: number;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The phases of an axis: an output gradient o meets position o * stride - padding + tap * dilation. */
function phasesOf(
  length: number,
  size: number,
  stride: number,
  padding: number,
  dilation: number,
): Phase[] {
  const tapStep = stride / greatestCommonDivisor(stride, dilation);
  return Array.from({ length: Math.min(stride, length) }, (_, first) => {
    const reach = (tap: number) => (first + padding - tap * dilation) / stride;
    let tap = 0;
    while (tap < Math.min(size, tapStep) && !Number.isInteger(reach(tap))) tap++;
    const taps = tap < Math.min(size, tapStep) ? Math.ceil((size - tap) / tapStep) : 0;
    return {
      first,
      count: Math.ceil((length - first) / stride),
      tap,
      tapStep,
      taps,
      start: taps === 0 ? 0 : reach(tap),
      step: tapStep * dilation / stride,
    };
  });
}

/** The frame that keeps every phase inside: zeros before the first element, and the whole length. */
function frameOf(phases: readonly Phase[], fallback: number): { before: number; length: number } {
  const reached = phases.filter(({ taps }) => taps > 0);
  if (reached.length === 0) return { before: 0, length: fallback };
  const low = Math.min(...reached.map(({ start, taps, step }) => start - (taps - 1) * step));
  const high = Math.max(...reached.map(({ start, count }) => start + count - 1));
  return { before: -low, length: high - low + 1 };
}

/**
 * The gradient for the image: each stride by stride phase of its pixels is a convolution, of stride
 * 1, of the output gradient with the taps of the kernel that reach them, last tap first.
 */
export function emitConv2dInputGradient(builder: KernelBuilder, kernel: ConvolutionKernel): void {
  const [n, height, width, channels] = kernel.image as Four;
  const [kernelHeight, kernelWidth, groupChannels, filters] = kernel.kernel as Four;
  const [, outputHeight, outputWidth] = kernel.output as Four;
  const { stride, padding: [top, , left], dilation, groups } = kernel.geometry;
  const vertical = phasesOf(height, kernelHeight, stride[0], top, dilation[0]);
  const horizontal = phasesOf(width, kernelWidth, stride[1], left, dilation[1]);
  const rowFrame = frameOf(vertical, outputHeight);
  const columnFrame = frameOf(horizontal, outputWidth);
  const scratch = new Scratch();
  const area: { offset?: number } = {};
  const frame: FrameOptions = {
    image: [n, outputHeight, outputWidth, filters],
    top: rowFrame.before,
    left: columnFrame.before,
    height: rowFrame.length,
    width: columnFrame.length,
    source: (args) => args.input(0),
    target: (args) => i32.add(args.scratch, area.offset!),
  };
  const framed = !isFrameless(frame);
  if (framed) area.offset = scratch.reserve(frameBytes(frame));
  const gradient = framed ? frame.target : frame.source;
  const filterBytes = filters * 4, gradientRow = columnFrame.length * filterBytes;
  const tapBytes = groupChannels * filterBytes;
  const groupFilters = filters / groups;
  const pixel = channels * 4, imageRow = width * pixel;

  // The phases are independent: their stages run side by side.
  const stages: Stages = [framed ? [framePart(frame)] : []];
  for (const y of vertical) {
    for (const x of horizontal) {
      // Taps are walked from the last to the first, so that the gradient is walked forwards.
      const lastTap = ((y.tap + (y.taps - 1) * y.tapStep) * kernelWidth +
        x.tap + (x.taps - 1) * x.tapStep) * tapBytes;
      const cornerRow = rowFrame.before + y.start - (y.taps - 1) * y.step;
      const corner = (cornerRow * columnFrame.length +
        columnFrame.before + x.start - (x.taps - 1) * x.step) * filterBytes;
      const reached = y.taps * x.taps > 0;
      const phase = productStages(builder, scratch, {
        groups: {
          count: groups,
          a: groupFilters * 4,
          b: groupFilters * 4,
          result: groupChannels * 4,
          column: groupChannels * 4,
        },
        rows: [
          { count: n, a: rowFrame.length * gradientRow, result: height * imageRow },
          { count: y.count, a: gradientRow, result: stride[0] * imageRow },
          { count: x.count, a: filterBytes, result: stride[1] * pixel },
        ],
        reduction: [
          { count: y.taps, a: y.step * gradientRow, b: -y.tapStep * kernelWidth * tapBytes },
          { count: x.taps, a: x.step * filterBytes, b: -x.tapStep * tapBytes },
          { count: groupFilters, a: 4, b: 4 },
        ],
        columns: { count: groupChannels, b: filterBytes },
        a: (args) => reached ? i32.add(gradient(args), corner) : gradient(args),
        b: (args) => reached ? i32.add(args.input(1), lastTap) : args.input(1),
        window: {
          offset: cornerRow,
          stride: 1,
          dilation: Math.max(1, y.step),
          top: rowFrame.before,
          height: outputHeight,
        },
        resultOffset: y.first * imageRow + x.first * pixel,
        shape: kernel.image,
        tail: kernel.tail,
      });
      phase.forEach((parts, index) => (stages[index] ??= []).push(...parts));
    }
  }
  for (const parts of stages) stageOf(builder, parts);
  builder.scratchBytes = scratch.bytes;
}
