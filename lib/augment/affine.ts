/**
 * Translation, rotation, scale and shear.
 *
 * @module
 */
import { custom, number } from "../core/option_kinds.ts";
import { options, type Schema, type Values } from "../core/options.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";
import { sampleImage } from "./sample.ts";
import { fillFits, type SampleOptions, sampleSchema } from "./sample_options.ts";
import {
  around,
  fillOf,
  type Interval,
  interval,
  probability,
  spread,
  type StepOptions,
} from "./settings.ts";
import { defineStep } from "./step.ts";

/** Settings of {@linkcode affine}. */
export interface AffineOptions extends SampleOptions {
  /** Degrees that the image is turned by, clockwise; 0 by default. */
  readonly angle?: number;
  /** Pixels that it is moved by, to the right and down; none by default. */
  readonly translate?: readonly [x: number, y: number];
  /** How many times as large it becomes; 1 by default. */
  readonly scale?: number;
  /** Degrees that it is sheared by, along x and along y; 0 by default. */
  readonly shear?: readonly [x: number, y: number];
  /** The point that stays where it is, in pixels from the top left; the middle by default. */
  readonly center?: readonly [x: number, y: number];
}

type Pair = readonly [x: number, y: number];
const pair = <D extends Pair | undefined = undefined>(usual?: D) =>
  custom<Pair, D>(
    "two finite numbers [x, y]",
    (value): value is Pair =>
      Array.isArray(value) && value.length === 2 && value.every(Number.isFinite),
    usual,
  );

const affineSchema = {
  angle: number({}, 0),
  translate: pair([0, 0]),
  scale: number({ above: 0 }, 1),
  shear: pair([0, 0]),
  center: pair(),
  ...sampleSchema("nearest"),
} satisfies Schema<AffineOptions>;

const { fround, PI, sin, cos, tan } = Math;

/**
 * An image sheared, scaled, turned about its middle and moved, as torchvision's `affine`.
 *
 * ```ts
 * import { augmentation } from "@striate/striate";
 * const image = { width: 2, height: 1, data: new Uint8Array([10, 20]) };
 * console.log(augmentation.affine(image, { translate: [1, 0] }).data); // Uint8Array [ 0, 10 ]
 * ```
 *
 * @throws {RangeError} for a scale that is not above 0
 */
export function affine(image: ByteImage, given: AffineOptions = {}): ByteImage {
  const settings = options("affine", given, affineSchema);
  const channels = channelsOf(image, "affine");
  const colors = settings.fill === undefined
    ? undefined
    : fillOf(settings.fill, channels, "affine");
  return transformed(image, settings, colors);
}

/**
 * An image turned about its middle by degrees, counter-clockwise, as torchvision's `rotate`. Its size
 * stays; what leaves it is lost.
 */
export function rotate(image: ByteImage, degrees: number, given: SampleOptions = {}): ByteImage {
  const settings = options("rotate", given, sampleSchema("nearest"));
  number().read(degrees, "rotate: degrees");
  channelsOf(image, "rotate");
  return affine(image, { ...settings, angle: -degrees });
}

type Affine = Omit<Values<typeof affineSchema>, "fill">;

/** The image that an affine map makes, by its inverse: where each pixel comes from. */
function transformed(
  image: ByteImage,
  { angle, translate, scale, shear, center, interpolation }: Affine,
  colors: readonly number[] | undefined,
): ByteImage {
  const { width, height } = image;
  const [cx, cy] = center === undefined ? [0, 0] : [center[0] - width / 2, center[1] - height / 2];
  const [turn, sx, sy] = [angle, ...shear].map((degrees) => degrees * PI / 180) as [
    number,
    number,
    number,
  ];
  // Rotation after shears: [a b; c d] with determinant 1.
  const a = cos(turn - sy) / cos(sy), c = sin(turn - sy) / cos(sy);
  const b = -a * tan(sx) - sin(turn), d = -c * tan(sx) + cos(turn);
  const [xx, xy, yx, yy] = [d / scale, -b / scale, -c / scale, a / scale];
  const x0 = xx * (-cx - translate[0]) + xy * (-cy - translate[1]) + cx;
  const y0 = yx * (-cx - translate[0]) + yy * (-cy - translate[1]) + cy;
  const over = (value: number, half: number) => fround(fround(value) / half);
  const halfWidth = width / 2, halfHeight = height / 2;
  const [gxx, gxy, gx0] = [over(xx, halfWidth), over(xy, halfWidth), over(x0, halfWidth)];
  const [gyx, gyy, gy0] = [over(yx, halfHeight), over(yy, halfHeight), over(y0, halfHeight)];
  const grid = new Float32Array(width * height * 2);
  for (let row = 0, to = 0; row < height; row++) {
    const y = row - (height - 1) / 2;
    for (let column = 0; column < width; column++) {
      const x = column - (width - 1) / 2;
      grid[to++] = fround(fround(fround(x * gxx) + y * gxy) + gx0);
      grid[to++] = fround(fround(fround(x * gyx) + y * gyy) + gy0);
    }
  }
  return sampleImage(image, grid, interpolation, colors);
}

/** Settings of the step "randomAffine". */
export interface RandomAffineOptions extends StepOptions, SampleOptions {
  /** Degrees that images are turned by [least, most], or x for [-x, x]; 0 by default. */
  readonly degrees?: number | Interval;
  /** The largest part of the width and of the height that images are moved by; 0 by default. */
  readonly translate?: readonly [x: number, y: number];
  /** How many times as large they become [least, most]; 1 by default. */
  readonly scale?: Interval;
  /** Degrees of shear along x [least, most], or x for [-x, x]; 0 by default. */
  readonly shear?: number | Interval;
  /** Degrees of shear along y, likewise. */
  readonly shearY?: number | Interval;
}

const degrees = spread({}, 0);

const randomAffineSchema = {
  degrees,
  translate: custom<Pair, Pair>(
    "the largest parts of width and height [x, y], from 0 to 1",
    (value): value is Pair =>
      Array.isArray(value) && value.length === 2 && value.every((part) => part >= 0 && part <= 1),
    [0, 0],
  ),
  scale: interval({ above: 0 }, [1, 1]),
  shear: degrees,
  shearY: degrees,
  ...sampleSchema("nearest"),
  probability: probability(),
} satisfies Schema<RandomAffineOptions>;

/**
 * A random translation (by whole pixels), rotation, scale and shear, as torchvision's `RandomAffine`.
 */
export const randomAffine = defineStep({
  read: (where, given) => options(where, given, randomAffineSchema),
  shape: (shape, settings, where) => fillFits(shape, settings, where),
  apply(image, { degrees, translate, scale, shear, shearY, interpolation, fill }, random) {
    const moved = (part: number, length: number) =>
      Math.round(random.uniform(-part * length, part * length));
    return affine(image, {
      angle: random.uniform(...around(degrees)),
      translate: [moved(translate[0], image.width), moved(translate[1], image.height)],
      scale: random.uniform(...scale),
      shear: [random.uniform(...around(shear)), random.uniform(...around(shearY))],
      interpolation,
      ...fill !== undefined && { fill },
    });
  },
});
