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

/** The numbers of windows, along an axis, that do not leave the image: from..to. */
function insideOf(
  windows: number,
  { window, stride, size, before }: {
    readonly window: number;
    readonly stride: number;
    readonly size: number;
    readonly before: number;
  },
): { readonly from: number; readonly to: number } {
  const from = Math.min(Math.ceil(before / stride), windows);
  const last = Math.floor((size - window + before) / stride);
  return { from, to: Math.max(from, Math.min(windows, last + 1)) };
}

/** The columns of windows that do not leave the image at its sides. */
export const columnsInside = (s: WindowSizes): ReturnType<typeof insideOf> =>
  insideOf(s.columns, {
    window: s.window[1],
    stride: s.stride[1],
    size: s.width,
    before: s.padding[2],
  });

/** A window that is not cut off. */
export const whole = (window: number): Clip => ({
  from: i32.constant(0),
  to: i32.constant(window),
});

/**
 * Calls `body`, at different places of the function, for whether a row of windows is known to lie inside
 * the image from top to bottom. `top` is where its windows begin; most rows do.
 */
export function overRow(
  f: FunctionBuilder,
  s: WindowSizes,
  top: Integer,
  body: (vertical: Clip) => void,
): void {
  const [window] = s.window, [before, after] = s.padding;
  const cut = () => body(clip(f, top, window, s.height, [before, after]));
  if (before === 0 && after === 0) return cut();
  // Unsigned: a window that begins above the image does so after all others.
  const inside = i32.ltU(top, Math.max(0, s.height - window + 1));
  f.if(inside, () => f.scope(() => body(whole(window))), () => f.scope(cut));
}

/**
 * Calls `body` for the columns of a row of windows, from the first to the last: with the part of a
 * window that lies inside, which is known for most columns if it is known from top to bottom.
 */
export function overColumns(
  f: FunctionBuilder,
  s: WindowSizes,
  vertical: Clip,
  body: (column: Integer, horizontal: Clip) => void,
): void {
  const [, window] = s.window, [, stride] = s.stride, [, , before, after] = s.padding;
  const cut = (from: number, to: number) =>
    f.count(from, to, 1, (column) => {
      const left = f.local(i32.sub(i32.mul(column, stride), before));
      body(column, clip(f, left, window, s.width, [before, after]));
    });
  const isKnown = vertical.from.constant !== undefined && vertical.to.constant !== undefined;
  const inside = columnsInside(s);
  if (!isKnown || inside.to - inside.from < 2) return cut(0, s.columns);
  cut(0, inside.from);
  f.count(inside.from, inside.to, 1, (column) => body(column, whole(window)));
  cut(inside.to, s.columns);
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
