import { options, type Schema } from "../core/options.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "./color.ts";
import { adjustHue } from "./hue.ts";
import { around, type Interval, probability, spread, type StepOptions } from "./settings.ts";
import { defineStep } from "./step.ts";

/** Settings of the step "colorJitter". */
export interface ColorJitterOptions extends StepOptions {
  /** Factors of brightness [low, high], or x for [1 - x, 1 + x]; 0 by default. */
  readonly brightness?: number | Interval;
  /** Factors of contrast, likewise. */
  readonly contrast?: number | Interval;
  /** Factors of saturation, likewise. */
  readonly saturation?: number | Interval;
  /** Parts of the circle that hues are turned by, or x for [-x, x], at most 0.5; 0 by default. */
  readonly hue?: number | Interval;
}

const factors = spread({ between: { least: 0 } }, 0);

const colorJitterSchema = {
  brightness: factors,
  contrast: factors,
  saturation: factors,
  hue: spread({ alone: { most: 0.5 }, between: { least: -0.5, most: 0.5 } }, 0),
  probability: probability(),
} satisfies Schema<ColorJitterOptions>;

/** What is changed, how, and by which number nothing would be. */
const changes = [
  ["brightness", adjustBrightness, 1],
  ["contrast", adjustContrast, 1],
  ["saturation", adjustSaturation, 1],
  ["hue", adjustHue, 0],
] as const;

/**
 * Brightness, contrast, saturation and hue, each by a factor drawn at random, in random order: as
 * torchvision's `ColorJitter`.
 */
export const colorJitter = defineStep({
  read: (where, given) => options(where, given, colorJitterSchema),
  apply(image, settings, random) {
    for (const place of random.permutation(changes.length)) {
      const [name, change, none] = changes[place]!;
      const [low, high] = none === 1 ? around(settings[name], 1, 0) : around(settings[name]);
      if (low !== none || high !== none) image = change(image, random.uniform(low, high));
    }
    return image;
  },
});
