import type { Value } from "../wasm/assembler.ts";
import type { Arguments } from "../stages/builder.ts";
import { addressOf, moveFloats, type Part, taskRanges } from "../stages/parts.ts";
import { i32 } from "../wasm/instructions.ts";

/** Images to be copied into a frame of zeros (or, where an edge is below 0, cropped). */
export interface FrameOptions {
  /** [n, height, width, channels] of the images. */
  readonly image: readonly [number, number, number, number];
  /** Zeros above and to the left. */
  readonly top: number;
  readonly left: number;
  /** The framed height and width. */
  readonly height: number;
  readonly width: number;
  source(args: Arguments): Value<"i32">;
  target(args: Arguments): Value<"i32">;
}

/** Whether framing would change nothing. */
export function isFrameless({ image, top, left, height, width }: FrameOptions): boolean {
  return top === 0 && left === 0 && height === image[1] && width === image[2];
}

/** Bytes of the framed images. */
export const frameBytes = ({ image, height, width }: FrameOptions): number =>
  image[0] * height * width * image[3] * 4;

/** Copies images into their frames, row by row. */
export function framePart(options: FrameOptions): Part {
  const { image: [n, imageHeight, imageWidth, channels], top, left, height, width } = options;
  const rowFloats = width * channels;
  const { tasks, range } = taskRanges(n * height, 16384 / rowFloats);
  const cropped = Math.max(0, -left);
  const leading = Math.max(0, left);
  const copied = Math.max(0, Math.min(imageWidth - cropped, width - leading));
  return {
    tasks: n * height * rowFloats === 0 ? 0 : tasks,
    emit(f, args, task) {
      const [first, last] = range(f, task);
      f.count(first, last, 1, (unit) => {
        const image = f.local("i32", i32.divU(unit, height));
        const row = f.local("i32", i32.sub(i32.remU(unit, height), top));
        const target = addressOf(f, options.target(args), [unit, rowFloats * 4]);
        f.if(
          i32.ltU(row, imageHeight),
          () => {
            const source = addressOf(
              f,
              i32.add(options.source(args), cropped * channels * 4),
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
    },
  };
}
