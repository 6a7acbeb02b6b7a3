import type { ConvolutionKernel, Expression } from "../../../lib/graph/kernel.ts";
import type { Four } from "../convolution/frame.ts";
import type { Arguments } from "../stages/builder.ts";
import type { Integer } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";

/** A convolution of stride 1 with a window of 3 by 3: of input 0 with the kernel that input 1 holds. */
export interface Job {
  /** [n, height, width, channels] of what is convolved, and of what comes out. */
  readonly image: Four;
  readonly result: Four;
  /** Zeros above and to the left; below 0 where lines are left out. */
  readonly top: number;
  readonly left: number;
  /** Bytes between the kernel's rows, columns, channels (which are summed over) and filters. */
  readonly taps: {
    readonly row: number;
    readonly column: number;
    readonly channel: number;
    readonly filter: number;
  };
  /** Where its first tap is. */
  kernel(args: Arguments): Integer;
  readonly tail: Expression | undefined;
}

/**
 * A convolution, or the gradient for its image, as such a job (and for the gradient for its kernel, the
 * convolution itself); undefined where it is none, or there is nothing to compute.
 */
export function jobOf(kernel: ConvolutionKernel): Job | undefined {
  const { stride, dilation, groups } = kernel.geometry, [height, width] = kernel.kernel;
  const isDense = groups === 1 && [...stride, ...dilation].every((step) => step === 1);
  if (!isDense || height !== 3 || width !== 3) return undefined;
  if ([...kernel.image, ...kernel.output].includes(0)) return undefined;
  const forward = forwardJob(kernel);
  return kernel.kind === "conv2dInputGradient" ? turned(forward) : forward;
}

/** A convolution as it stands. */
function forwardJob({ image, kernel, output, geometry, tail }: ConvolutionKernel): Job {
  const [, , channels, filters] = kernel as Four, { padding: [top, , left] } = geometry;
  const filter = 4, channel = filters * filter, column = channels * channel;
  return {
    image: image as Four,
    result: output as Four,
    top,
    left,
    taps: { row: 3 * column, column, channel, filter },
    kernel: (args) => args.input(1),
    tail,
  };
}

/** The gradient for the image: a convolution of the result's gradient with the kernel turned around. */
function turned({ image, result, top, left, taps, tail }: Job): Job {
  return {
    image: result,
    result: image,
    top: 2 - top,
    left: 2 - left,
    taps: { row: -taps.row, column: -taps.column, channel: taps.filter, filter: taps.channel },
    kernel: (args) => i32.add(args.input(1), 2 * taps.row + 2 * taps.column),
    tail,
  };
}
