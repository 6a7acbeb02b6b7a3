/**
 * Random erasing.
 *
 * @module
 */
import { checkedBy } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";
import { paint, type Window } from "./padding.ts";
import {
  type Fill,
  fill as fillOption,
  fillOf,
  type Interval,
  interval,
  probability,
  type StepOptions,
} from "./settings.ts";
import { defineStep } from "./step.ts";

/**
 * An image with a rectangle painted over: by a colour, or by bytes [height, width, channels] of its
 * own.
 *
 * @throws {RangeError} for a rectangle that does not lie within the image
 */
export function erase(image: ByteImage, window: Window, by: Fill | Uint8Array = 0): ByteImage {
  const channels = channelsOf(image, "erase"), { width, height } = image;
  const { top, left, height: rows, width: columns } = window;
  const inside = top >= 0 && left >= 0 && top + rows <= height && left + columns <= width;
  if (!inside || ![top, left, rows, columns].every(Number.isInteger)) {
    throw new RangeError(
      `erase: expected a rectangle within the image of ${width} x ${height} pixels, found ` +
        `${columns} x ${rows} from (${left}, ${top})`,
    );
  }
  const length = columns * channels, data = image.data.slice();
  const bytes = by instanceof Uint8Array ? by : new Uint8Array(rows * length);
  if (!(by instanceof Uint8Array)) paint(bytes, fillOf(by, channels, "erase"));
  if (bytes.length !== rows * length) {
    throw new RangeError(`erase: expected ${rows * length} bytes, found ${bytes.length}`);
  }
  for (let y = 0; y < rows; y++) {
    data.set(
      bytes.subarray(y * length, (y + 1) * length),
      ((top + y) * width + left) * channels,
    );
  }
  return { width, height, data };
}

/** Settings of the step "randomErasing". */
export interface RandomErasingOptions extends StepOptions {
  /** The share of the image's area that is erased; from 0.02 to 0.33 by default. */
  readonly scale?: Interval;
  /** The rectangle's height by its width; from 0.3 to 3.3 by default. */
  readonly ratio?: Interval;
  /** A number from 0 to 255, one for each channel, or "random" bytes; 0 by default. */
  readonly fill?: Fill | "random";
}

const randomErasingSchema = {
  scale: interval({ least: 0, most: 1 }, [0.02, 0.33]),
  ratio: interval({ above: 0 }, [0.3, 3.3]),
  fill: checkedBy<Fill | "random", number>(
    (value, where) => value === "random" ? value : fillOption().read(value, where),
    0,
  ),
  probability: probability(0.5),
} satisfies Schema<RandomErasingOptions>;

/**
 * Erases a rectangle of random area and proportion, every other time by default: Zhong et al.,
 * "Random erasing data augmentation", 2020, as torchvision's `RandomErasing`. Of ten rectangles the
 * first that is smaller than the image is taken; if none is, the image stays.
 */
export const randomErasing = defineStep({
  read: (where, given) => options(where, given, randomErasingSchema),
  shape(shape, { fill }, where) {
    if (fill !== "random") fillOf(fill, shape[2], where);
    return shape;
  },
  apply(image, { scale, ratio, fill }, random) {
    const { width, height } = image, channels = image.data.length / (width * height);
    for (let attempt = 0; attempt < 10; attempt++) {
      const area = width * height * random.uniform(...scale);
      const proportion = Math.exp(random.uniform(Math.log(ratio[0]), Math.log(ratio[1])));
      const rows = Math.round(Math.sqrt(area * proportion));
      const columns = Math.round(Math.sqrt(area / proportion));
      if (rows >= height || columns >= width) continue;
      const top = random.integer(height - rows + 1), left = random.integer(width - columns + 1);
      const window = { top, left, height: rows, width: columns };
      const noise = () =>
        Uint8Array.from({ length: rows * columns * channels }, () => random.integer(256));
      return erase(image, window, fill === "random" ? noise() : fill);
    }
    return image;
  },
});
