import type { Schema } from "../core/options.ts";
import { type Fill, fill, fillOf, type Interpolation, interpolation } from "./settings.ts";
import type { ImageShape } from "./step.ts";

/** How pixels are found where an image is turned or bent. */
export interface SampleOptions {
  /** How pixels between pixels are found; "nearest" by default, "bilinear" where it is bent. */
  readonly interpolation?: Interpolation;
  /** What lies beyond the image: a number from 0 to 255, or one for each channel; black by default. */
  readonly fill?: Fill;
}

/** The options of sampling, by default with an interpolation. */
export const sampleSchema = (usual: Interpolation) =>
  ({ interpolation: interpolation(usual), fill: fill() }) satisfies Schema<SampleOptions>;

/** The shape of an image that is sampled, its own; checks that the fill has as many channels. */
export function fillFits(
  shape: ImageShape,
  { fill }: { readonly fill?: Fill },
  where: string,
): ImageShape {
  if (fill !== undefined) fillOf(fill, shape[2], where);
  return shape;
}
