/** The numbers of a convolution case, and whether a contender's result is right. */
import { type Convolution, numbers } from "./cases.ts";

const elements = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** The shapes of a convolution's image, kernel and result. */
export function shapesOf({ image, kernel }: Convolution) {
  return { image, kernel, result: [...image.slice(0, 3), kernel[3]] } as const;
}

/** A convolution's image and kernel, and the gradient of its result. */
export function arraysOf(convolution: Convolution) {
  const { image, kernel, result } = shapesOf(convolution);
  return {
    image: numbers(elements(image), 4),
    kernel: numbers(elements(kernel), 5),
    gradient: numbers(elements(result), 6),
  };
}

/** Throws unless `found` is what a convolution asks for, at eight places. */
export function checkConvolution(convolution: Convolution, found: ArrayLike<number>): void {
  const arrays = arraysOf(convolution);
  for (let i = 0; i < 8; i++) {
    const place = (i * 104729 + 13) % found.length, value = found[place] ?? NaN;
    const expected = valueAt(convolution, arrays, place);
    if (!(Math.abs(value - expected) < 1e-2)) {
      throw new Error(`wrong convolution: expected ${expected} at ${place}, found ${value}`);
    }
  }
}

/** What a result is at a place: a sum over pixels of the image, taps, channels and filters. */
function valueAt(
  { result, image: [n, height, width, channels], kernel: [taps, , , filters] }: Convolution,
  { image, kernel, gradient }: ReturnType<typeof arraysOf>,
  place: number,
): number {
  let sum = 0;
  /** The numbers that a loop runs over: one, where the place says which. */
  const range = (count: number, size: number, ...fixedIn: (typeof result)[]) => {
    const one = Math.floor(place / size) % count;
    return fixedIn.includes(result) ? [one, one + 1] as const : [0, count] as const;
  };
  const filtersOf = range(filters, 1, "forward", "kernel");
  const channelsOf = result === "kernel"
    ? range(channels, filters, "kernel")
    : range(channels, 1, "image");
  const tapsOf = range(taps * taps, filters * channels, "kernel");
  const pixelsOf = range(n * height * width, filters, "forward");
  for (let pixel = pixelsOf[0]; pixel < pixelsOf[1]; pixel++) {
    const column = pixel % width, row = Math.floor(pixel / width) % height;
    for (let tap = tapsOf[0]; tap < tapsOf[1]; tap++) {
      const down = Math.floor(tap / taps) - (taps >> 1), across = tap % taps - (taps >> 1);
      if (row + down < 0 || row + down >= height) continue;
      if (column + across < 0 || column + across >= width) continue;
      const from = pixel + down * width + across;
      if (result === "image" && from !== Math.floor(place / channels)) continue;
      for (let channel = channelsOf[0]; channel < channelsOf[1]; channel++) {
        for (let filter = filtersOf[0]; filter < filtersOf[1]; filter++) {
          const x = image[from * channels + channel]!, g = gradient[pixel * filters + filter]!;
          const k = kernel[(tap * channels + channel) * filters + filter]!;
          sum += result === "forward" ? x * k : result === "image" ? g * k : x * g;
        }
      }
    }
  }
  return sum;
}
