/** How many pixels threads have in memory as they decode, in memory that they share. */
export type PixelCount = Int32Array<SharedArrayBuffer>;

/** No pixels yet. */
export const noPixels = (): PixelCount => new Int32Array(new SharedArrayBuffer(4));

/** Pixels that may be in memory at a time, over all threads: 600 MB of bytes. */
const most = 2e8;

/**
 * Does something that takes memory for `pixels` when there is room for them, or nobody else has any:
 * however many threads there are, photographs of 100 megapixels are decoded one after another.
 */
export async function whenThereIsRoom<T>(
  count: PixelCount,
  pixels: number,
  task: () => Promise<T>,
): Promise<T> {
  while (true) {
    const used = Atomics.load(count, 0);
    if (used > 0 && used + pixels > most) await Atomics.waitAsync(count, 0, used).value;
    else if (Atomics.compareExchange(count, 0, used, used + pixels) === used) break;
  }
  try {
    return await task();
  } finally {
    Atomics.sub(count, 0, pixels);
    Atomics.notify(count, 0);
  }
}
