/**
 * Depthwise convolutions: each filter reads one channel, so that there is no product of matrices, but
 * vectors run along the channels, of pixels and of taps alike.
 *
 * @module
 */
import { sizeOf } from "../../../lib/core/shape.ts";
import type { ConvolutionKernel, Tail } from "../../../lib/graph/kernel.ts";
import { ExpressionEmitter } from "../elementwise/expression.ts";
import { addressOf } from "../memory/address.ts";
import { storeLanes } from "../memory/lanes.ts";
import { plainTail, tailLoad } from "../product/tail.ts";
import type { KernelBuilder } from "../stages/builder.ts";
import { addStages, type Part } from "../stages/parts.ts";
import { Scratch } from "../stages/scratch.ts";
import { partOfUnits } from "../stages/units.ts";
import { overChannels } from "../window/walk.ts";
import type { FunctionBuilder, Integer } from "../wasm/assembler.ts";
import { f32x4, i32, v128 } from "../wasm/instructions.ts";
import { type Four, type Framed, framed, padded } from "./frame.ts";

/** Multiply-adds that a task does, about. */
const taskSize = 32768;

/** Most taps that are written out one after another. */
const mostWritten = 25;

/** Whether each channel of the image has a filter of its own; not where there is nothing to compute. */
export function isDepthwise({ image, kernel, output, geometry }: ConvolutionKernel): boolean {
  const { groups } = geometry;
  return groups >= 4 && groups === image[3] && groups === kernel[3] &&
    sizeOf(kernel) * sizeOf(output) > 0;
}

/** A walk over windows: bytes from one to the next, and from one tap to the next, down and across. */
interface Windows {
  readonly image: Framed;
  readonly output: Four;
  readonly step: readonly [number, number];
  readonly taps: readonly [number, number];
  readonly tapStep: readonly [number, number];
  /** Where the first window's first weight is, and how far it is to the next ones. */
  readonly weights: {
    readonly start: number;
    readonly step: readonly [number, number];
  };
  readonly tail: Tail | undefined;
}

/** Cross-correlation. */
export function emitDepthwise(builder: KernelBuilder, kernel: ConvolutionKernel): void {
  const scratch = new Scratch(), image = padded(scratch, kernel);
  const { stride, dilation } = kernel.geometry, [, row, pixel] = image.strides;
  const [height, width, , channels] = kernel.kernel as Four, tap = channels * 4;
  const part = windowsPart({
    image,
    output: kernel.output as Four,
    step: [stride[0] * row, stride[1] * pixel],
    taps: [height, width],
    tapStep: [dilation[0] * row, dilation[1] * pixel],
    weights: { start: 0, step: [width * tap, tap] },
    tail: kernel.tail,
  });
  addStages(builder, [[...image.parts], [part]], scratch);
}

/** The gradient for the image, of stride 1: the windows look the other way, from the last tap on. */
export function emitDepthwiseInputGradient(
  builder: KernelBuilder,
  kernel: ConvolutionKernel,
): void {
  const scratch = new Scratch();
  const [, imageHeight, imageWidth] = kernel.image as Four;
  const [height, width, , channels] = kernel.kernel as Four, tap = channels * 4;
  const { dilation, padding } = kernel.geometry;
  const [down, across] = [(height - 1) * dilation[0], (width - 1) * dilation[1]];
  const image = framed(scratch, {
    image: kernel.output as Four,
    top: down - padding[0],
    left: across - padding[2],
    height: imageHeight + down,
    width: imageWidth + across,
  });
  const [, row, pixel] = image.strides;
  const part = windowsPart({
    image,
    output: kernel.image as Four,
    step: [row, pixel],
    taps: [height, width],
    tapStep: [dilation[0] * row, dilation[1] * pixel],
    weights: { start: (height * width - 1) * tap, step: [-width * tap, -tap] },
    tail: kernel.tail,
  });
  addStages(builder, [[...image.parts], [part]], scratch);
}

function windowsPart(windows: Windows): Part {
  const { image, output: [n, rows, columns, channels], step, taps, tail = plainTail } = windows;
  const line = columns * channels * 4;
  return partOfUnits(n * rows, taskSize / (sizeOf(taps) * columns * channels), (f, args) => {
    const expression = new ExpressionEmitter(f, tail, args.input);
    return (unit) => {
      const at = addressOf(
        f,
        image.address(args),
        [i32.divU(unit, rows), image.strides[0]],
        [i32.remU(unit, rows), step[0]],
      );
      const place = f.local(i32.mul(unit, line));
      f.count(0, columns, 1, () => {
        overChannels(f, channels, (offset, lanes) => {
          f.scope(() => {
            const sums = lanes.map(() => f.local(f32x4.constant(0)));
            overTaps(f, windows, [at, args.input(1), offset], (pixel, weight, bytes) => {
              sums.forEach((sum, v) => {
                const x = v128.load(pixel, bytes[0] + v * 16);
                f.set(sum, f32x4.madd(x, v128.load(weight, bytes[1] + v * 16), sum));
              });
            });
            const here = f.local(i32.add(place, offset));
            sums.forEach((sum, v) =>
              f.scope(() => {
                const values = expression.emit({
                  result: sum,
                  load: (load) => tailLoad(load, args.input(load.input), here, offset, v * 16),
                });
                values.forEach((value, store) => {
                  const to = i32.add(args.output(store), here);
                  storeLanes(f, to, f.local(value), lanes[v]!, v * 4);
                });
              })
            );
          });
        });
        f.increase(at, step[1]);
        f.increase(place, channels * 4);
      });
    };
  });
}

/** Calls `body` for each tap with the addresses of its pixel and its weight, and bytes to be added. */
function overTaps(
  f: FunctionBuilder,
  { taps: [height, width], tapStep, weights }: Windows,
  [image, kernel, offset]: readonly [Integer, Integer, Integer],
  body: (pixel: Integer, weight: Integer, bytes: readonly [number, number]) => void,
): void {
  const pixel = f.local(i32.add(image, offset));
  const weight = f.local(i32.add(i32.add(kernel, weights.start), offset));
  const across = (down: number) => {
    for (let x = 0; x < width; x++) {
      body(pixel, weight, [
        down * tapStep[0] + x * tapStep[1],
        down * weights.step[0] + x * weights.step[1],
      ]);
    }
  };
  if (height * width <= mostWritten) {
    for (let y = 0; y < height; y++) across(y);
    return;
  }
  f.count(0, height, 1, () => {
    across(0);
    f.increase(pixel, tapStep[0]);
    f.increase(weight, weights.step[0]);
  });
}
