import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { addressOf } from "../memory/address.ts";
import { moveFloats } from "../memory/runs.ts";
import type { Arguments } from "../stages/builder.ts";
import type { Part } from "../stages/parts.ts";
import type { Scratch } from "../stages/scratch.ts";
import { partOfUnits } from "../stages/units.ts";
import type { Integer } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";

/** A shape of images, of kernels or of what comes out. */
export type Four = readonly [number, number, number, number];

/** Images to be copied into a frame of zeros (or, where an edge is below 0, cropped). */
interface Frame {
  /** [n, height, width, channels] of the images, which are input 0. */
  readonly image: Four;
  /** Zeros above and to the left. */
  readonly top: number;
  readonly left: number;
  /** The framed height and width. */
  readonly height: number;
  readonly width: number;
}

/** Images in their frame. */
export interface Framed {
  /** Where they are. */
  address(args: Arguments): Integer;
  /** Bytes from one image, one row and one pixel to the next. */
  readonly strides: readonly [image: number, row: number, pixel: number];
  /** What copies them there: nothing, where the frame would change nothing. */
  readonly parts: readonly Part[];
}

/** Puts images into a frame in scratch memory, if they need one. */
export function framed(scratch: Scratch, frame: Frame): Framed {
  const { image: [n, imageHeight, imageWidth, channels], top, left, height, width } = frame;
  const pixel = channels * 4, row = width * pixel, image = height * row;
  const strides = [image, row, pixel] as const;
  if (top === 0 && left === 0 && height === imageHeight && width === imageWidth) {
    return { address: (args) => args.input(0), strides, parts: [] };
  }
  const offset = scratch.reserve(n * image);
  const address = (args: Arguments) => i32.add(args.scratch, offset);
  return { address, strides, parts: [framePart(frame, address)] };
}

/** Puts the images of a convolution into the frame of its padding. */
export function padded(scratch: Scratch, { image, geometry }: ConvolutionKernel): Framed {
  const [n, height, width, channels] = image as Four;
  const [top, bottom, left, right] = geometry.padding;
  return framed(scratch, {
    image: [n, height, width, channels],
    top,
    left,
    height: height + top + bottom,
    width: width + left + right,
  });
}

/** Copies images into their frames, row by row. */
function framePart(
  { image: [n, imageHeight, imageWidth, channels], top, left, height, width }: Frame,
  address: Framed["address"],
): Part {
  const rowFloats = width * channels;
  const cropped = Math.max(0, -left);
  const leading = Math.max(0, left);
  const copied = Math.max(0, Math.min(imageWidth - cropped, width - leading));
  return partOfUnits(rowFloats === 0 ? 0 : n * height, 16384 / rowFloats, (f, args) => (unit) => {
    const image = f.local(i32.divU(unit, height));
    const row = f.local(i32.sub(i32.remU(unit, height), top));
    const target = addressOf(f, address(args), [unit, rowFloats * 4]);
    f.if(
      i32.ltU(row, imageHeight),
      () => {
        const source = addressOf(
          f,
          i32.add(args.input(0), cropped * channels * 4),
          [image, imageHeight * imageWidth * channels * 4],
          [row, imageWidth * channels * 4],
        );
        moveFloats(f, target, undefined, leading * channels);
        moveFloats(f, i32.add(target, leading * channels * 4), source, copied * channels);
        moveFloats(
          f,
          i32.add(target, (leading + copied) * channels * 4),
          undefined,
          (width - leading - copied) * channels,
        );
      },
      () => moveFloats(f, target, undefined, rowFloats),
    );
  });
}
