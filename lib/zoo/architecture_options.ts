import { describeValue } from "../core/errors.ts";
import { checkedBy, elsewhere, integer, number, positiveInteger } from "../core/option_kinds.ts";
import { options, type Schema, type Values } from "../core/options.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import { input } from "../nn/symbolic.ts";

/** Settings of every architecture. */
export interface ArchitectureOptions {
  /** Number of classes; by default the paper's (10 for digits and CIFAR-10, 1000 for ImageNet). */
  readonly classes?: number;
  /** Height, width and channels of the images; by default the paper's. */
  readonly inputShape?: Shape;
  /** Factor of every hidden layer's channels and units; 1 by default, less for a narrower net. */
  readonly width?: number;
  /** Seeds the first weights; 0 by default. */
  readonly seed?: number;
}

const weights = elsewhere("weights come after: await loadWeights(net, publishedWeights(name))");

/** The options that every architecture has, with the classes and the images of its paper. */
export const architectureSchema = (classes: number, inputShape: Shape) => ({
  classes: positiveInteger(classes),
  inputShape: checkedBy<Shape, Shape>((value, where) => {
    if (Array.isArray(value) && value.length === 3) {
      return value.map((size, axis) => positiveInteger().read(size, `${where}[${axis}]`));
    }
    throw new TypeError(
      `${where}: expected [height, width, channels], found ${describeValue(value)}`,
    );
  }, inputShape),
  width: number({ above: 0 }, 1),
  seed: integer({}, 0),
  ...{ weights, pretrained: weights },
} satisfies Schema<ArchitectureOptions>);

/** The options of a net for digits. */
export const digitSchema = architectureSchema(10, [28, 28, 1]);

/** The options of a net for ImageNet. */
export const imageNetSchema = architectureSchema(1000, [224, 224, 3]);

/** Numbers of channels or units by the width: at least 1. */
export const scaledBy = (width: number) => (channels: number): number =>
  Math.max(1, Math.round(channels * width));

/**
 * Options of architecture `name` with their defaults, its input, and what scales by the width. Of
 * images that are less than `least` pixels high or wide, its windows leave nothing.
 */
export function settingsOf<S extends typeof imageNetSchema>(
  name: string,
  given: object,
  schema: S,
  least = 1,
) {
  const values = options(name, given, schema) as Values<S> & Values<typeof imageNetSchema>;
  if (values.inputShape.slice(0, 2).some((size) => size < least)) {
    throw new RangeError(
      `${name}: inputShape: expected images of at least ${least}x${least} pixels, found ${
        formatShape(values.inputShape)
      }`,
    );
  }
  return { ...values, image: input(values.inputShape), scaled: scaledBy(values.width) };
}
