import type { Random } from "../core/random.ts";
import { type ByteImage, channelsOf } from "../vision/image.ts";

/** What an image measures: height, width, and 1 or 3 channels. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** The shape of an image. */
export const shapeOf = (image: ByteImage, where: string): ImageShape => [
  image.height,
  image.width,
  channelsOf(image, where),
];

/** A step of a pipeline with its settings. */
export interface Step {
  /** All its settings, those by default too, as plain data. */
  readonly settings: Readonly<Record<string, unknown>>;
  /**
   * The shape of what it makes of an image.
   *
   * @throws {RangeError} for an image that it does not fit
   */
  shape(shape: ImageShape, where: string): ImageShape;
  /** What size images have best before it, where it may change their size. */
  readonly wants: WantedSize | undefined;
  /** Changes an image, whose shape fits. Whatever is random is drawn from `random`. */
  apply(image: ByteImage, random: Random): ByteImage;
}

/**
 * What size images have best before a step: a shorter side in pixels, where it brings images of any
 * proportions to a size of its own; or that of the images which come out.
 */
export type WantedSize = number | "final";

/** A kind of step. */
export interface StepType<V> {
  /** Checks settings, and gives them with their defaults. */
  readonly read: (where: string, given: unknown) => V;
  /** The shape of what it makes of an image; by default the image's own. */
  readonly shape?: (shape: ImageShape, settings: V, where: string) => ImageShape;
  /** What size images have best before it; only of those that may change their size. */
  readonly wants?: (settings: V) => WantedSize;
  /** Changes an image. */
  readonly apply: (image: ByteImage, settings: V, random: Random) => ByteImage;
}

/** A kind of step as the table of steps has it: makes a step of settings given by a user. */
export type StepMaker = (where: string, given: unknown) => Step;

/** Defines a kind of step. A step that is not taken, by its probability, leaves the image as it is. */
export function defineStep<V extends { readonly probability: number }>(
  { read, shape, wants, apply }: StepType<V>,
): StepMaker {
  return (where, given) => {
    const settings = read(where, given);
    const { probability } = settings;
    return {
      settings,
      wants: wants?.(settings),
      shape: (before, place) => shape?.(before, settings, place) ?? before,
      apply: (image, random) =>
        probability === 1 || random.uniform() < probability
          ? apply(image, settings, random)
          : image,
    };
  };
}
