/**
 * The changes of tone that RandAugment and TrivialAugment are made of, as torchvision has them on
 * bytes.
 *
 * @module
 */
import { integer, number } from "../core/option_kinds.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";
import { lookUp, tableOf } from "./look_up.ts";

const { fround } = Math;

/** An image of which only the highest `bits` of each byte are left, from 0 to 8. */
export function posterize(image: ByteImage, bits: number): ByteImage {
  channelsOf(image, "posterize");
  const mask = 0xff00 >> integer({ least: 0, most: 8 }).read(bits, "posterize: bits") & 0xff;
  return lookUp(image, tableOf((x) => x & mask));
}

/** An image of which the bytes from `threshold` on, from 0 to 255, are inverted. */
export function solarize(image: ByteImage, threshold: number): ByteImage {
  channelsOf(image, "solarize");
  const least = fround(number({ least: 0, most: 255 }).read(threshold, "solarize: threshold"));
  return lookUp(image, tableOf((x) => x >= least ? 255 - x : x));
}

/** An image each of whose channels is stretched to reach from 0 to 255; one of one value stays. */
export function autocontrast(image: ByteImage): ByteImage {
  const channels = channelsOf(image, "autocontrast"), { data } = image;
  return lookUp(
    image,
    ...Array.from({ length: channels }, (_, c) => {
      let [least, most] = [255, 0];
      for (let i = c; i < data.length; i += channels) {
        if (data[i]! < least) least = data[i]!;
        if (data[i]! > most) most = data[i]!;
      }
      if (least === most) return tableOf((x) => x);
      const scale = fround((most - least) * fround(1 / 255));
      return tableOf((x) => Math.max(0, Math.min(255, fround((x - least) / scale))));
    }),
  );
}

/** An image each of whose channels has its values spread evenly, as Pillow's `ImageOps.equalize`. */
export function equalize(image: ByteImage): ByteImage {
  const channels = channelsOf(image, "equalize"), { data } = image;
  return lookUp(
    image,
    ...Array.from({ length: channels }, (_, c) => {
      const counts = new Uint32Array(256);
      for (let i = c; i < data.length; i += channels) counts[data[i]!]!++;
      const last = counts.findLast((count) => count > 0)!;
      const step = Math.floor((data.length / channels - last) / 255);
      if (step === 0) return tableOf((x) => x);
      let below = Math.floor(step / 2);
      return tableOf((x) => {
        const value = Math.min(255, Math.floor(below / step));
        below += counts[x]!;
        return value;
      });
    }),
  );
}

const amount = number({ least: 0 });

/**
 * An image of other sharpness: 0 gives it smoothed, 1 the image itself, 2 twice the distance from the
 * smoothed one. The outermost pixels stay, and so does an image of at most two rows or columns.
 *
 * @throws {RangeError} for a factor below 0
 */
export function adjustSharpness(image: ByteImage, sharpness: number): ByteImage {
  const channels = channelsOf(image, "adjustSharpness"), { width, height, data } = image;
  const rest = fround(1 - amount.read(sharpness, "adjustSharpness: factor"));
  if (width <= 2 || height <= 2) return image;
  const result = data.slice(), row = width * channels;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * row + channels; i < (y + 1) * row - channels; i++) {
      let sum = 4 * data[i]!; // with the pixel's own below: 5
      for (let at = i - row; at <= i + row; at += row) {
        sum += data[at - channels]! + data[at]! + data[at + channels]!;
      }
      const smooth = Math.round(sum / 13), value = fround(data[i]! + (smooth - data[i]!) * rest);
      result[i] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
  return { width, height, data: result };
}
