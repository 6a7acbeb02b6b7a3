import { describeValue } from "../core/errors.ts";
import { integer, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema as OptionSchema } from "../core/options.ts";
import { Random } from "../core/random.ts";
import { unknownName } from "../core/suggest.ts";
import { formatField, type Schema } from "../train/batch.ts";
import type { ExampleTransform, SchemaTransform } from "../train/transform.ts";
import type { ByteImage } from "../vision/image.ts";
import { type PresetName, presets } from "./presets.ts";
import { type ImageShape, shapeOf, type WantedSize } from "./step.ts";
import { type NamedStep, type StepConfig, stepOf } from "./steps.ts";

/** Steps that change images at random, one after another; {@linkcode pipeline} makes one. */
export class Pipeline implements SchemaTransform {
  /** The steps as plain data, with all their settings: `pipeline` makes the same of them again. */
  readonly steps: readonly StepConfig[];
  readonly #steps: readonly NamedStep[];

  /** A pipeline of steps. */
  constructor(steps: readonly StepConfig[]) {
    if (!Array.isArray(steps)) {
      throw new TypeError(
        `augmentation: expected a list of steps, or a preset by name, found ${
          describeValue(steps)
        }`,
      );
    }
    this.#steps = steps.map(stepOf);
    this.steps = this.#steps.map(({ type, settings }) => ({ type, ...settings }) as StepConfig);
  }

  /**
   * The shape of what it makes of images of a shape.
   *
   * @throws {RangeError} for images that a step does not fit
   */
  shapeOf(shape: ImageShape): ImageShape {
    return this.#steps.reduce((before, step) => step.shape(before, step.name), shape);
  }

  /**
   * What size images have best before it: the shorter side in pixels of whole images, where it crops or
   * resizes them itself; or "final", that of the images which come out.
   */
  get wants(): WantedSize {
    return this.#steps.find(({ wants }) => wants !== undefined)?.wants ?? "final";
  }

  /**
   * An image changed. All that is random is drawn from `random`: the same numbers give the same image.
   *
   * ```ts
   * import { augmentation, Random } from "@striate/striate";
   * const image = { width: 2, height: 1, data: new Uint8Array([10, 20]) };
   * const flip = augmentation.pipeline([{ type: "randomHorizontalFlip", probability: 1 }]);
   * console.log(flip.apply(image, new Random(1)).data); // Uint8Array [ 20, 10 ]
   * ```
   *
   * @throws {TypeError} for an image whose bytes are not as many as its size says
   * @throws {RangeError} for an image that a step does not fit
   */
  apply(image: ByteImage, random: Random): ByteImage {
    this.shapeOf(shapeOf(image, "augmentation"));
    return this.#applied(image, random);
  }

  #applied(image: ByteImage, random: Random): ByteImage {
    for (const step of this.#steps) image = step.apply(image, random);
    return image;
  }

  /**
   * Several images of what it makes of each, to look at, each image's samples one after another.
   * `show(pipeline, images)` shows some.
   *
   * ```ts
   * import { augmentation, plot } from "@striate/striate";
   * const image = { width: 32, height: 32, data: new Uint8Array(32 * 32 * 3) };
   * const samples = augmentation.pipeline("cifar").samples([image], { count: 8 });
   * await plot.images(samples, { title: "crops and flips" });
   * ```
   */
  samples(images: readonly ByteImage[], given: SamplesOptions = {}): ByteImage[] {
    const { count, seed } = options("samples", given, samplesSchema);
    return images.flatMap((image, index) =>
      Array.from({ length: count }, (_, epoch) => this.apply(image, new Random(seed, epoch, index)))
    );
  }

  /**
   * What it does to a data set's examples: their first input is the image. `dataset.map(pipeline)`
   * asks for it.
   *
   * @throws {TypeError} for a data set whose first input is no image of bytes
   * @throws {RangeError} for images that a step does not fit
   */
  forSchema(
    schema: Schema,
  ): { readonly transform: ExampleTransform; readonly schema: Partial<Schema> } {
    const [field, ...others] = schema.inputs;
    const [height, width, channels] = field?.shape ?? [];
    const isImage = field?.dtype === "u8" && field.shape.length === 3 &&
      (channels === 1 || channels === 3);
    if (!isImage) {
      throw new TypeError(
        "augmentation: expected images u8[height, width, 1 or 3] as the first input, found " +
          `${field === undefined ? "none" : formatField(field)}; augment before numbers are scaled`,
      );
    }
    const shape = this.shapeOf([height!, width!, channels!]);
    return {
      transform: ({ inputs: [pixels, ...rest], targets }, _index, _epoch, random) => {
        const image = { width: width!, height: height!, data: pixels as ByteImage["data"] };
        return { inputs: [this.#applied(image, random).data, ...rest], targets };
      },
      schema: {
        inputs: [{ ...field, shape }, ...others],
        ...schema.normalization && { normalization: schema.normalization },
      },
    };
  }

  /** The steps with all their settings: what is saved with a run. */
  toJSON(): readonly StepConfig[] {
    return this.steps;
  }

  /** The steps with all their settings, in one line. */
  toString(): string {
    const words = this.#steps.map(({ type, settings }) => {
      const inside = Object.entries(settings)
        .filter(([name, value]) => name !== "probability" || value !== 1)
        .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
      return inside.length === 0 ? type : `${type}(${inside.join(", ")})`;
    });
    return words.join(" > ") || "no augmentation";
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

/** Settings of {@linkcode Pipeline.samples}. */
export interface SamplesOptions {
  /** Samples of each image; 8 by default. */
  readonly count?: number;
  /** The seed of what is random; 0 by default. */
  readonly seed?: number;
}

const samplesSchema = {
  count: positiveInteger(8),
  seed: integer({}, 0),
} satisfies OptionSchema<SamplesOptions>;

/** Settings of a preset. */
export interface PresetOptions {
  /** The side of the images that come out, in pixels; the preset's own by default. */
  readonly size?: number;
}

const presetSchema = { size: positiveInteger() } satisfies OptionSchema<PresetOptions>;

/**
 * A pipeline of steps, each a plain object of its type and settings, or a preset by name:
 *
 * - "crop-flip": a crop of the image's own size after 4 pixels of padding, and a flip.
 * - "cifar": that of 32 x 32 pixels (He et al., "Deep residual learning", 2016, section 4.2).
 * - "alexnet": shorter side 256, of the middle square a crop of 224, a flip, PCA colour (Krizhevsky
 *   2012).
 * - "imagenet": a random resized crop of 224 (Szegedy et al., "Going deeper with convolutions", 2015)
 *   and a flip.
 *
 * ```ts
 * import { augmentation, shapes } from "@striate/striate";
 * const augment = augmentation.pipeline([
 *   { type: "randomCrop", padding: 4 },
 *   { type: "randomHorizontalFlip" },
 *   { type: "colorJitter", brightness: 0.2 },
 * ]);
 * const { train } = shapes({ train: 100, test: 10 });
 * const augmented = train.map(augment); // new in every epoch, the same for the same seed
 * console.log(String(augment), augmented.inputs[0]!.shape);
 * ```
 *
 * @throws {TypeError} for what is no list of steps, or a setting of a wrong type
 * @throws {RangeError} for an unknown step, preset or setting, or a value out of range
 */
export function pipeline(
  steps: PresetName | readonly StepConfig[],
  given: PresetOptions = {},
): Pipeline {
  const { size } = options("augmentation", given, presetSchema);
  if (typeof steps !== "string") {
    if (size === undefined) return new Pipeline(steps);
    throw new RangeError("augmentation: size: expected with the name of a preset alone");
  }
  const preset = Object.hasOwn(presets, steps) ? presets[steps] : undefined;
  if (preset !== undefined) return new Pipeline(preset(size));
  throw new RangeError(
    `augmentation: ${unknownName("preset", steps, Object.keys(presets))}`,
  );
}
