import { addressOf } from "../memory/address.ts";
import { storeLanes } from "../memory/lanes.ts";
import { fill } from "../memory/runs.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { stageOfUnits } from "../stages/units.ts";
import type { FunctionBuilder, Integer, Vector } from "../wasm/assembler.ts";
import { f32x4, i32, i32x4, v128 } from "../wasm/instructions.ts";
import {
  type Clip,
  overChannels,
  overColumns,
  overRow,
  overWindow,
  type WindowSizes,
} from "./walk.ts";

/** Elements of images that a task computes, about. */
const taskSize = 8192;

/**
 * Spreads the gradient of each window over the image: to all of its elements (sum), or to the first
 * that equals the maximum, in the order of the rows, or the last NaN, as PyTorch does. A task does whole images, or some channels of
 * one, so that windows that overlap need no care.
 */
export function emitWindowGradient(
  builder: KernelBuilder,
  s: WindowSizes,
  isMaximum: boolean,
): void {
  const size = s.height * s.width * s.channels;
  // Few images are cut by channels, so that there is work for all threads.
  const cut = s.n < 16 && s.channels >= 32 && size > taskSize;
  const channelBlock = cut ? 16 : s.channels;
  const blocks = Math.ceil(s.channels / channelBlock);
  stageOfUnits(builder, s.n * blocks, taskSize / (size / blocks), (f, args) => (unit) => {
    const image = f.local(i32.divU(unit, blocks));
    const channel = f.local(i32.mul(i32.remU(unit, blocks), channelBlock));
    const emit = (channels: number) => emitImage(f, s, args, image, channel, channels, isMaximum);
    const rest = s.channels - (blocks - 1) * channelBlock;
    if (rest === channelBlock) emit(channelBlock);
    else {
      f.if(i32.eq(i32.add(channel, rest), s.channels), () => emit(rest), () => emit(channelBlock));
    }
  });
}

function emitImage(
  f: FunctionBuilder,
  s: WindowSizes,
  args: Arguments,
  image: Integer,
  channel: Integer,
  channels: number,
  isMaximum: boolean,
): void {
  const pixel = s.channels * 4, line = s.width * pixel;
  const [images, maxima, gradient] = isMaximum
    ? [args.input(0), args.input(1), args.input(2)]
    : [undefined, undefined, args.input(0)];
  const place = (base: Integer, elements: number) =>
    f.local(i32.add(i32.add(base, i32.mul(image, elements * 4)), i32.mul(channel, 4)));
  const size = s.height * s.width * s.channels;
  const target = place(args.output(0), size);
  // From an address in the target to the same place in the image.
  const source = images && f.local(i32.sub(place(images, size), target));

  const disjoint = s.stride[0] >= s.window[0] && s.stride[1] >= s.window[1];
  const covers = disjoint && s.rows * s.window[0] === s.height &&
    s.columns * s.window[1] === s.width && s.padding.every((p) => p === 0);
  if (!covers) clear(f, s, target, channels);
  const plane = s.rows * s.columns * s.channels;
  const outputGradient = place(gradient, plane);
  const outputMaxima = maxima && f.local(i32.sub(place(maxima, plane), outputGradient));

  f.count(0, s.rows, 1, (row) => {
    const y = f.local(i32.sub(i32.mul(row, s.stride[0]), s.padding[0]));
    const emitWindow = (vertical: Clip, column: Integer, horizontal: Clip) => {
      const x = i32.sub(i32.mul(column, s.stride[1]), s.padding[2]);
      const start = f.local(i32.add(i32.add(target, i32.mul(y, line)), i32.mul(x, pixel)));
      const from = addressOf(f, outputGradient, [i32.add(i32.mul(row, s.columns), column), pixel]);
      overChannels(f, channels, (offset, lanes) => {
        const at = f.local(i32.add(from, offset));
        const values = lanes.map((_, v) => f.local(v128.load(at, v * 16)));
        const best = outputMaxima === undefined
          ? undefined
          : lanes.map((_, v) => f.local(v128.load(i32.add(at, outputMaxima), v * 16)));
        const isNan: readonly Vector[] | undefined = best?.map((maxima) =>
          f.local(f32x4.ne(maxima, maxima))
        );
        const corner = f.local(i32.add(start, offset));
        overWindow(f, s, vertical, horizontal, (address, element) => {
          lanes.forEach((count, v) =>
            f.scope(() => {
              const byte = element + v * 16;
              let value: Vector = values[v]!;
              if (best !== undefined) {
                const pixels = v128.load(i32.add(address, source!), byte);
                const wins = f.local(f32x4.eq(pixels, best[v]!));
                value = f.local(v128.and(value, wins));
                // What has won once compares as unequal from now on.
                f.set(best[v]!, v128.or(best[v]!, wins));
              }
              const sum = disjoint ? value : f32x4.add(v128.load(address, byte), value);
              storeLanes(f, address, f.local(sum), count, byte / 4);
            })
          );
        }, corner);
        if (isNan === undefined) return;
        f.if(v128.anyTrue(isNan.reduce((a, b) => v128.or(a, b))), () => {
          const walk = (body: Parameters<typeof overWindow>[4]) =>
            overWindow(f, s, vertical, horizontal, body, corner);
          spreadToNans(f, walk, source!, values, isNan, lanes);
        });
      });
    };
    overRow(f, s, y, (vertical) =>
      overColumns(f, s, vertical, (column, horizontal) => {
        f.scope(() => emitWindow(vertical, column, horizontal));
      }));
  });
}

/** Adds the gradient of windows whose maximum is NaN where their last NaN is. */
function spreadToNans(
  f: FunctionBuilder,
  walk: (body: (address: Integer, offset: number) => void) => void,
  source: Integer,
  values: readonly Vector[],
  isNan: readonly Vector[],
  lanes: readonly number[],
): void {
  // How many there are in the window, then how many are still to come.
  const left = lanes.map(() => f.local(i32x4.constant(0)));
  const nansAt = (address: Integer, byte: number) => {
    const pixels = f.local(v128.load(i32.add(address, source), byte));
    return f.local(f32x4.ne(pixels, pixels));
  };
  walk((address, element) => {
    lanes.forEach((_, v) =>
      f.scope(() => f.set(left[v]!, i32x4.sub(left[v]!, nansAt(address, element + v * 16))))
    );
  });
  walk((address, element) => {
    lanes.forEach((count, v) =>
      f.scope(() => {
        const byte = element + v * 16, nans = nansAt(address, byte);
        f.set(left[v]!, i32x4.add(left[v]!, nans));
        const isLast = v128.and(nans, i32x4.eq(left[v]!, i32x4.constant(0)));
        const value = v128.and(values[v]!, v128.and(isLast, isNan[v]!));
        storeLanes(
          f,
          address,
          f.local(f32x4.add(v128.load(address, byte), value)),
          count,
          byte / 4,
        );
      })
    );
  });
}

/** Zeros in some channels of an image. */
function clear(f: FunctionBuilder, s: WindowSizes, target: Integer, channels: number): void {
  const pixels = s.height * s.width, zero = f32x4.constant(0);
  if (channels === s.channels) return fill(f, target, pixels * channels, zero);
  f.count(0, pixels, 1, (index) => {
    const at = f.local(i32.add(target, i32.mul(index, s.channels * 4)));
    fill(f, at, channels, zero);
  });
}
