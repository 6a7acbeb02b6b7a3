import type { FunctionBuilder, Integer } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";

/** Vectors of channels that are computed at once. */
const channelVectors = 4;

/** Sizes of a pooling kernel, all known when it is emitted. */
export interface WindowSizes {
  readonly n: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly rows: number;
  readonly columns: number;
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  /** At the top, bottom, left and right. */
  readonly padding: readonly [number, number, number, number];
}

/** The part of a window that lies inside: from and to, counted from the window's start. */
export interface Clip {
  readonly from: Integer;
  readonly to: Integer;
}

/** Cuts a window that begins at `start` off at the image's borders. */
export function clip(
  f: FunctionBuilder,
  start: Integer,
  window: number,
  size: number,
  [before, after]: readonly [number, number],
): Clip {
  const over = i32.sub(size, start), under = i32.sub(0, start);
  return {
    from: before === 0 ? i32.constant(0) : f.local(i32.select(i32.gtS(under, 0), under, 0)),
    to: after === 0
      ? i32.constant(window)
      : f.local(i32.select(i32.ltS(over, window), over, window)),
  };
}

/** Calls `body` for blocks of channels: with their offset in bytes and the lanes of each vector. */
export function overChannels(
  f: FunctionBuilder,
  channels: number,
  body: (offset: Integer, lanes: readonly number[]) => void,
): void {
  const width = channelVectors * 4;
  const lanesOf = (count: number) =>
    Array.from({ length: Math.ceil(count / 4) }, (_, v) => Math.min(4, count - v * 4));
  // Few channels are computed at once.
  const whole = channels <= 2 * width ? 0 : channels - channels % width;
  f.count(0, whole * 4, width * 4, (offset) => body(offset, lanesOf(width)));
  if (whole < channels) body(i32.constant(whole * 4), lanesOf(channels - whole));
}

/**
 * Calls `body` for each element of a window, with its address as a value and an offset in bytes, and
 * whether it is known to be the first.
 */
export function overWindow(
  f: FunctionBuilder,
  s: WindowSizes,
  vertical: Clip,
  horizontal: Clip,
  body: (address: Integer, offset: number, isFirst: boolean) => void,
  start: Integer,
): void {
  const pixel = s.channels * 4, line = s.width * pixel;
  const bounds = [vertical.from, vertical.to, horizontal.from, horizontal.to];
  if (bounds.every(({ constant }) => constant !== undefined) && s.window[0] * s.window[1] <= 25) {
    for (let y = 0; y < s.window[0]; y++) {
      for (let x = 0; x < s.window[1]; x++) body(start, y * line + x * pixel, y + x === 0);
    }
    return;
  }
  f.count(vertical.from, vertical.to, 1, (y) => {
    const row = f.local(i32.add(start, i32.mul(y, line)));
    f.count(
      horizontal.from,
      horizontal.to,
      1,
      (x) => body(f.local(i32.add(row, i32.mul(x, pixel))), 0, false),
    );
  });
}
