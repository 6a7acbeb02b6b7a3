import { rounded } from "./histogram.ts";

/** The filters of a first convolution, as small pictures. */
export interface Filters {
  /** The weight that they are. */
  readonly name: string;
  /** Height and width, channels (1 or 3) and number of the pictures. */
  readonly shape: readonly [height: number, width: number, channels: 1 | 3, count: number];
  /** The weights that black and white stand for: as far below zero as above. */
  readonly range: number;
  /** A byte for each number, picture after picture, row by row, channels last; in base64. */
  readonly pixels: string;
}

/** So many filters are kept. */
export const mostFilters = 64;

/**
 * Pictures of the filters of a weight [height, width, channels, count]. Zero is grey; of more than three
 * channels, or of two, the mean is shown.
 */
export function filtersOf(
  name: string,
  [height, width, channels, count]: readonly [number, number, number, number],
  numbers: ArrayLike<number>,
): Filters {
  const shown = channels === 3 ? 3 : 1, kept = Math.min(count, mostFilters);
  const values = new Float32Array(kept * height * width * shown);
  for (let f = 0, at = 0; f < kept; f++) {
    for (let place = 0; place < height * width; place++) {
      const first = place * channels * count + f;
      if (shown === 3) {
        for (let c = 0; c < 3; c++) values[at++] = numbers[first + c * count]!;
        continue;
      }
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += numbers[first + c * count]!;
      values[at++] = sum / channels;
    }
  }
  const range = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = range > 0 ? 127.5 / range : 0;
  const pixels = Uint8Array.from(values, (value) => Math.round(127.5 + scale * value));
  return {
    name,
    shape: [height, width, shown, kept],
    range: rounded(range),
    pixels: pixels.toBase64(),
  };
}

/** All filters in one picture, a pixel apart: its size, and the bytes row by row. */
export function mosaicOf({ shape: [height, width, channels, count], pixels }: Filters) {
  const across = Math.ceil(Math.sqrt(count)), down = Math.ceil(count / across);
  const rowLength = across * (width + 1) - 1, rows = down * (height + 1) - 1;
  const bytes = new Uint8Array(rows * rowLength * channels), from = Uint8Array.fromBase64(pixels);
  for (let filter = 0; filter < count; filter++) {
    const left = filter % across * (width + 1), top = Math.floor(filter / across) * (height + 1);
    for (let y = 0; y < height; y++) {
      const start = (filter * height + y) * width * channels;
      const row = from.subarray(start, start + width * channels);
      bytes.set(row, ((top + y) * rowLength + left) * channels);
    }
  }
  return { width: rowLength, height: rows, channels, bytes };
}
