import { describeValue } from "../core/errors.ts";
import {
  heightAndWidth,
  type ImageSize,
  imageSize,
  type SizeRounding,
} from "../core/preprocessing.ts";
import { type ByteImage, channelsOf, type RgbImage } from "./image.ts";

/** The part of an image from column `left` and row `top` on. */
export function cropImage(
  image: ByteImage,
  place: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  },
): ByteImage {
  const channels = channelsOf(image, "cropImage");
  if (!(place instanceof Object)) {
    throw new TypeError(
      `cropImage: expected { left, top, width, height }, found ${describeValue(place)}`,
    );
  }
  const { left, top, width, height } = place;
  const inside = left >= 0 && top >= 0 && width > 0 && height > 0 &&
    left + width <= image.width && top + height <= image.height;
  if (!inside || ![left, top, width, height].every(Number.isInteger)) {
    throw new RangeError(
      `cropImage: ${width} x ${height} pixels from (${left}, ${top}) do not lie within the image of ` +
        `${image.width} x ${image.height}; resize it before`,
    );
  }
  const data = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(start, start + width * channels), y * width * channels);
  }
  return { width, height, data };
}

/** Half of a margin, to an integer; between two integers the even one, as torchvision rounds. */
function half(margin: number): number {
  const down = Math.floor(margin / 2);
  return margin % 2 === 1 && down % 2 === 1 ? down + 1 : down;
}

/** The square of `size` x `size` pixels in the middle, or a rectangle of `size` [height, width]. */
export function centerCrop(
  image: ByteImage,
  size: ImageSize,
  rounding: SizeRounding = "torchvision",
): ByteImage {
  channelsOf(image, "centerCrop");
  const [height, width] = heightAndWidth(imageSize.read(size, "centerCrop: size"));
  const place = (margin: number) => rounding === "nearest" ? Math.floor(margin / 2) : half(margin);
  const left = place(image.width - width), top = place(image.height - height);
  return cropImage(image, { left, top, width, height });
}

/** An image with left and right exchanged. */
export function mirrorImage(image: ByteImage): ByteImage {
  const channels = channelsOf(image, "mirrorImage");
  const { width, height, data } = image, result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    let from = y * width * channels, to = from + (width - 1) * channels;
    for (let x = 0; x < width; x++, from += channels, to -= channels) {
      result[to] = data[from]!;
      if (channels === 1) continue;
      result[to + 1] = data[from + 1]!;
      result[to + 2] = data[from + 2]!;
    }
  }
  return { width, height, data: result };
}

/**
 * The ten crops of Krizhevsky, Sutskever and Hinton, NIPS 2012: top left, top right, bottom left,
 * bottom right and centre, then the same five mirrored (each the crop of the mirrored image, so that
 * "left" and "right" change places, as in torchvision's `TenCrop`).
 */
export function tenCrop(
  image: RgbImage,
  size: ImageSize,
  rounding: SizeRounding = "torchvision",
): RgbImage[] {
  channelsOf(image, "tenCrop");
  const [height, width] = heightAndWidth(imageSize.read(size, "tenCrop: size"));
  return [image, mirrorImage(image)].flatMap((side) => {
    const right = image.width - width, bottom = image.height - height;
    const corner = (left: number, top: number) => cropImage(side, { left, top, width, height });
    const corners = [corner(0, 0), corner(right, 0), corner(0, bottom), corner(right, bottom)];
    return [...corners, centerCrop(side, size, rounding)];
  });
}
