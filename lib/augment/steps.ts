import { describeValue } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import { randomAffine, type RandomAffineOptions } from "./affine.ts";
import { type GaussianBlurOptions, randomGaussianBlur } from "./blur.ts";
import { randomGrayscale } from "./color.ts";
import { colorJitter, type ColorJitterOptions } from "./color_jitter.ts";
import {
  centerCrop,
  type CenterCropOptions,
  randomCrop,
  type RandomCropOptions,
  randomResizedCrop,
  type RandomResizedCropOptions,
  resize,
  type ResizeOptions,
} from "./crop.ts";
import { randomElastic, type RandomElasticOptions } from "./elastic.ts";
import { randomErasing, type RandomErasingOptions } from "./erase.ts";
import { randomHorizontalFlip, randomVerticalFlip } from "./flip.ts";
import { pcaColor, type PcaColorOptions } from "./pca_color.ts";
import {
  randAugment,
  type RandAugmentOptions,
  trivialAugment,
  type TrivialAugmentOptions,
} from "./policies.ts";
import type { StepOptions } from "./settings.ts";
import type { Step, StepMaker } from "./step.ts";

/** The settings of each type of step. */
export interface StepSettings {
  /** Brings images to a size. */
  resize: ResizeOptions;
  /** Cuts out the middle. */
  centerCrop: CenterCropOptions;
  /** Cuts out a random part, after padding. */
  randomCrop: RandomCropOptions;
  /** Cuts out a part of random area and proportion, and resizes it. */
  randomResizedCrop: RandomResizedCropOptions;
  /** Exchanges left and right. */
  randomHorizontalFlip: StepOptions;
  /** Exchanges top and bottom. */
  randomVerticalFlip: StepOptions;
  /** Moves, turns, scales and shears. */
  randomAffine: RandomAffineOptions;
  /** Bends as rubber. */
  elastic: RandomElasticOptions;
  /** Changes brightness, contrast, saturation and hue. */
  colorJitter: ColorJitterOptions;
  /** Adds light of the principal colours. */
  pcaColor: PcaColorOptions;
  /** Takes the colour away. */
  randomGrayscale: StepOptions;
  /** Blurs. */
  gaussianBlur: GaussianBlurOptions;
  /** Erases a rectangle. */
  randomErasing: RandomErasingOptions;
  /** Some operations of fourteen, of one strength. */
  randAugment: RandAugmentOptions;
  /** One operation of fourteen, of any strength. */
  trivialAugment: TrivialAugmentOptions;
}

/** A step as plain data: its type and its settings, such as `{ type: "randomCrop", padding: 4 }`. */
export type StepConfig = {
  readonly [T in keyof StepSettings]: { readonly type: T } & StepSettings[T];
}[keyof StepSettings];

const steps: Readonly<Record<keyof StepSettings, StepMaker>> = {
  resize,
  centerCrop,
  randomCrop,
  randomResizedCrop,
  randomHorizontalFlip,
  randomVerticalFlip,
  randomAffine,
  elastic: randomElastic,
  colorJitter,
  pcaColor,
  randomGrayscale,
  gaussianBlur: randomGaussianBlur,
  randomErasing,
  randAugment,
  trivialAugment,
};

/** A step with its name in messages. */
export interface NamedStep extends Step {
  /** Its type. */
  readonly type: string;
  /** Which it is in its pipeline: "step 1, randomCrop". */
  readonly name: string;
}

const isNamed = (type: unknown): type is keyof StepSettings =>
  typeof type === "string" && Object.hasOwn(steps, type);

/** A step made of data that a user gives, as step `index` (from 0) of a pipeline. */
export function stepOf(given: unknown, index: number): NamedStep {
  const where = `augmentation: step ${index + 1}`;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(
      `${where}: expected a step such as { type: "randomHorizontalFlip" }, found ${
        describeValue(given)
      }`,
    );
  }
  const { type, ...settings } = given as { readonly type?: unknown };
  if (!isNamed(type)) {
    throw new RangeError(`${where}: ${unknownName("type", type, Object.keys(steps))}`);
  }
  const name = `${where}, ${type}`;
  return { ...steps[type](name, settings), type, name };
}
