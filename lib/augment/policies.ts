/**
 * RandAugment and TrivialAugment: operations drawn from a list, in torchvision's form.
 *
 * @module
 */
import { integer, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import type { Random } from "../core/random.ts";
import type { ByteImage } from "../vision/image.ts";
import { affine, rotate } from "./affine.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "./color.ts";
import { roundHalfToEven } from "./sample.ts";
import { fillFits, type SampleOptions, sampleSchema } from "./sample_options.ts";
import { probability, type StepOptions } from "./settings.ts";
import { defineStep } from "./step.ts";
import { adjustSharpness, autocontrast, equalize, posterize, solarize } from "./tone.ts";

/** One of so many strengths, from 0. */
interface Strength {
  readonly bin: number;
  readonly bins: number;
}

/** One operation of a list. */
interface Operation {
  /** Changes an image by so much. */
  readonly change: (image: ByteImage, amount: number, sampling: SampleOptions) => ByteImage;
  /** How much it changes at a strength. */
  readonly amount: (strength: Strength, image: ByteImage) => number;
  /** Whether it works in both directions, of which one is drawn. */
  readonly signed: boolean;
}

const { fround } = Math;
const degrees = (slope: number) => Math.atan(slope) * 180 / Math.PI;

/** The number of a strength between two, in f32 and from the nearer end, as PyTorch's `linspace`. */
function between(from: number, to: number, { bin, bins }: Strength): number {
  const step = fround(fround(to - from) / (bins - 1));
  return bin < Math.floor(bins / 2)
    ? fround(from + fround(step * bin))
    : fround(fround(to) - fround(step * (bins - 1 - bin)));
}

const upTo = (most: number) => (strength: Strength) => between(0, most, strength);
const signed = (change: Operation["change"], amount: Operation["amount"]): Operation => ({
  change,
  amount,
  signed: true,
});
const plain = (change: Operation["change"], amount: Operation["amount"] = () => 0): Operation => ({
  change,
  amount,
  signed: false,
});

/** How far the operations of a list go. */
interface Limits {
  readonly shear: number;
  /** Pixels, of a width or a height. */
  readonly translate: (length: number) => number;
  readonly rotate: number;
  readonly factor: number;
  /** Bits that are taken away. */
  readonly posterize: number;
}

/** The fourteen operations, which both methods have in common. */
const operations = (limits: Limits): readonly Operation[] => {
  // Slopes from the top left corner.
  const shear = (x: number, y: number) => (image: ByteImage, slope: number, how: SampleOptions) =>
    affine(image, { ...how, shear: [x * degrees(slope), y * degrees(slope)], center: [0, 0] });
  const move = (x: number, y: number) => (image: ByteImage, pixels: number, how: SampleOptions) =>
    affine(image, { ...how, translate: [x * Math.trunc(pixels), y * Math.trunc(pixels)] });
  const factor = (change: (image: ByteImage, factor: number) => ByteImage) =>
    signed((image, amount) => change(image, 1 + amount), upTo(limits.factor));
  return [
    plain((image) => image),
    signed(shear(1, 0), upTo(limits.shear)),
    signed(shear(0, 1), upTo(limits.shear)),
    signed(move(1, 0), (strength, { width }) => between(0, limits.translate(width), strength)),
    signed(move(0, 1), (strength, { height }) => between(0, limits.translate(height), strength)),
    signed((image, angle, how) => rotate(image, angle, how), upTo(limits.rotate)),
    factor(adjustBrightness),
    factor(adjustSaturation),
    factor(adjustContrast),
    factor(adjustSharpness),
    plain(posterize, ({ bin, bins }) => roundHalfToEven(8 - bin / ((bins - 1) / limits.posterize))),
    plain(solarize, (strength) => 255 * between(1, 0, strength)),
    plain(autocontrast),
    plain(equalize),
  ];
};

/** An image changed by one operation of a list, drawn at random. */
function changed(
  image: ByteImage,
  list: readonly Operation[],
  strength: (random: Random) => Strength,
  sampling: SampleOptions,
  random: Random,
): ByteImage {
  const { change, amount, signed } = list[random.integer(list.length)]!;
  const much = amount(strength(random), image);
  return change(image, signed && random.uniform() < 0.5 ? -much : much, sampling);
}

const samplingOf = ({ interpolation, fill }: SampleOptions): SampleOptions => ({
  ...interpolation && { interpolation },
  ...fill !== undefined && { fill },
});

/** Settings of the step "randAugment". */
export interface RandAugmentOptions extends StepOptions, SampleOptions {
  /** Operations one after another; 2 by default. */
  readonly operations?: number;
  /** The strength of each, from 0 to `bins - 1`; 9 by default. */
  readonly magnitude?: number;
  /** The number of strengths; 31 by default. */
  readonly bins?: number;
}

const bins = integer({ least: 2 }, 31);

const randAugmentSchema = {
  operations: positiveInteger(2),
  magnitude: integer({ least: 0 }, 9),
  bins,
  ...sampleSchema("nearest"),
  probability: probability(),
} satisfies Schema<RandAugmentOptions>;

const randList = operations({
  shear: 0.3,
  translate: (length) => 150 / 331 * length,
  rotate: 30,
  factor: 0.9,
  posterize: 4,
});

/**
 * Some operations, drawn from fourteen, of one strength: Cubuk et al., "RandAugment: practical
 * automated data augmentation with a reduced search space", 2020.
 */
export const randAugment = defineStep({
  read(where, given) {
    const settings = options(where, given, randAugmentSchema), { magnitude, bins } = settings;
    if (magnitude < bins) return settings;
    throw new RangeError(
      `${where}: magnitude: expected an integer below the ${bins} bins, found ${magnitude}`,
    );
  },
  shape: (shape, settings, where) => fillFits(shape, settings, where),
  apply(image, settings, random) {
    const { magnitude: bin, bins } = settings, sampling = samplingOf(settings);
    for (let i = 0; i < settings.operations; i++) {
      image = changed(image, randList, () => ({ bin, bins }), sampling, random);
    }
    return image;
  },
});

/** Settings of the step "trivialAugment". */
export interface TrivialAugmentOptions extends StepOptions, SampleOptions {
  /** The number of strengths; 31 by default. */
  readonly bins?: number;
}

const trivialAugmentSchema = {
  bins,
  ...sampleSchema("nearest"),
  probability: probability(),
} satisfies Schema<TrivialAugmentOptions>;

const trivialList = operations({
  shear: 0.99,
  translate: () => 32,
  rotate: 135,
  factor: 0.99,
  posterize: 6,
});

/**
 * One operation, drawn from fourteen, of a random strength: Müller and Hutter, "TrivialAugment:
 * tuning-free yet state-of-the-art data augmentation", 2021, with its wide strengths.
 */
export const trivialAugment = defineStep({
  read: (where, given) => options(where, given, trivialAugmentSchema),
  shape: (shape, settings, where) => fillFits(shape, settings, where),
  apply(image, settings, random) {
    const { bins } = settings, strength = (random: Random) => ({ bin: random.integer(bins), bins });
    return changed(image, trivialList, strength, samplingOf(settings), random);
  },
});
