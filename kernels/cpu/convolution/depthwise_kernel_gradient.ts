import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { addressOf } from "../memory/address.ts";
import { storeLanes } from "../memory/lanes.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { addStages } from "../stages/parts.ts";
import { Scratch } from "../stages/scratch.ts";
import { partOfUnits } from "../stages/units.ts";
import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import { f32x4, i32, v128 } from "../wasm/instructions.ts";
import { type Four, type Framed, padded } from "./frame.ts";

/** Multiply-adds that a task does, and partial sums that one adds up, about. */
const taskSize = 32768, sumsOfTask = 8192;

/** Pixels whose products are added up before they join a total, and most such totals. */
const shortSum = 1024, mostParts = 256;

/** Vectors of sums that stay in registers. */
const sumVectors = 12;

/**
 * The gradient for the kernel: for each tap and channel, the sum over all windows of its pixels times
 * their gradients. Parts of the windows' rows are summed apart, and then put together.
 */
export function emitDepthwiseKernelGradient(
  builder: KernelBuilder,
  kernel: ConvolutionKernel,
): void {
  const scratch = new Scratch(), image = padded(scratch, kernel);
  const [n, rows, columns, channels] = kernel.output as Four;
  const [height, width] = kernel.kernel as Four;
  const lines = n * rows, vectors = Math.ceil(channels / 4), tap = vectors * 16;
  const part = Math.max(1, Math.ceil(shortSum / columns), Math.ceil(lines / mostParts));
  const parts = Math.ceil(lines / part), bytes = height * width * tap;
  const sums = scratch.reserve(parts * bytes);
  const blockVectors = Math.max(1, Math.min(4, Math.floor(sumVectors / width)));
  const blocks = Math.ceil(vectors / blockVectors);
  const perUnit = part * columns * width * blockVectors * 4;
  const partial = partOfUnits(parts * height * blocks, taskSize / perUnit, (f, args) => (unit) => {
    const block = f.local(i32.remU(unit, blocks)), rest = f.local(i32.divU(unit, blocks));
    const down = f.local(i32.remU(rest, height)), number = f.local(i32.divU(rest, height));
    const emit = (count: number) =>
      emitPartialSums(f, args, kernel, {
        image,
        vectors: count,
        down,
        offset: f.local(i32.mul(block, blockVectors * 16)),
        lines: [f.local(i32.mul(number, part)), part],
        target: addressOf(f, i32.add(args.scratch, sums), [number, bytes], [down, width * tap]),
        tap,
      });
    const last = vectors - (blocks - 1) * blockVectors;
    if (last === blockVectors) emit(last);
    else {
      f.if(
        i32.eq(block, blocks - 1),
        () => f.scope(() => emit(last)),
        () => f.scope(() => emit(blockVectors)),
      );
    }
  });
  const total = partOfUnits(height * width * vectors, sumsOfTask / parts, (f, args) => (unit) => {
    const from = addressOf(f, i32.add(args.scratch, sums), [unit, 16]);
    const sum = f.local(v128.load(from));
    f.count(1, parts, 1, () => {
      f.increase(from, bytes);
      f.set(sum, f32x4.add(sum, v128.load(from)));
    });
    const vector = f.local(i32.remU(unit, vectors));
    const to = addressOf(f, args.output(0), [i32.divU(unit, vectors), channels * 4], [vector, 16]);
    const lanes = channels - (vectors - 1) * 4;
    if (lanes === 4) storeLanes(f, to, sum, 4);
    else {
      f.if(
        i32.eq(vector, vectors - 1),
        () => storeLanes(f, to, sum, lanes),
        () => storeLanes(f, to, sum, 4),
      );
    }
  });
  addStages(builder, [[...image.parts], [partial], [total]], scratch);
}

/** What a unit sums: a row of taps, some channels, some rows of windows. */
interface PartialSums {
  readonly image: Framed;
  readonly vectors: number;
  /** The row of taps, and the first channel in bytes. */
  readonly down: Local<"i32">;
  readonly offset: Local<"i32">;
  /** The first row of windows, and how many at most. */
  readonly lines: readonly [Local<"i32">, number];
  /** Where the sums go: those of the next tap so many bytes on. */
  readonly target: Local<"i32">;
  readonly tap: number;
}

/** Sums over each row of windows, which are added up in memory. */
function emitPartialSums(
  f: FunctionBuilder,
  args: Arguments,
  kernel: ConvolutionKernel,
  { image, vectors, down, offset, lines: [first, most], target, tap }: PartialSums,
): void {
  const [n, rows, columns, channels] = kernel.output as Four, [, width] = kernel.kernel as Four;
  const { stride, dilation } = kernel.geometry, [imageBytes, row, pixel] = image.strides;
  const to = f.local(i32.add(target, offset)), line = columns * channels * 4;
  const last = f.local(i32.minU(i32.add(first, most), n * rows));
  const places = Array.from({ length: width * vectors }, (_, k) => ({
    tap: Math.floor(k / vectors),
    vector: k % vectors,
  }));
  const byteOf = (place: typeof places[number]) => place.tap * tap + place.vector * 16;
  for (const place of places) f.do(v128.store(to, f32x4.constant(0), byteOf(place)));
  f.count(first, last, 1, (unit) => {
    f.scope(() => {
      const sums = places.map(() => f.local(f32x4.constant(0)));
      const at = addressOf(
        f,
        i32.add(image.address(args), offset),
        [i32.divU(unit, rows), imageBytes],
        [i32.remU(unit, rows), stride[0] * row],
        [down, dilation[0] * row],
      );
      const gradient = addressOf(f, i32.add(args.input(1), offset), [unit, line]);
      f.count(0, columns, 1, () => {
        f.scope(() => {
          const slopes = Array.from(
            { length: vectors },
            (_, v) => f.local(v128.load(gradient, v * 16)),
          );
          places.forEach((place, k) => {
            const x = v128.load(at, place.tap * dilation[1] * pixel + place.vector * 16);
            f.set(sums[k]!, f32x4.madd(x, slopes[place.vector]!, sums[k]!));
          });
        });
        f.increase(at, stride[1] * pixel);
        f.increase(gradient, channels * 4);
      });
      places.forEach((place, k) => {
        const sum = f32x4.add(v128.load(to, byteOf(place)), sums[k]!);
        f.do(v128.store(to, sum, byteOf(place)));
      });
    });
  });
}
