import type { Shape } from "../core/shape.ts";
import { unknownName } from "../core/suggest.ts";
import { input, type SymbolicValue } from "../nn/symbolic.ts";

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

/** The settings of an architecture with their defaults, and its input. */
export interface Settings {
  readonly classes: number;
  readonly seed: number;
  /** The input, to which layers are applied. */
  readonly image: SymbolicValue;
  /** A number of channels or units by the width: at least 1. */
  scaled(channels: number): number;
}

/** What is the same for all ImageNet nets. */
export const imageNet = { classes: 1000, inputShape: [224, 224, 3] } as const;

/**
 * Checks the options of architecture `name` and fills in its defaults; `known` are the options that
 * only its family has.
 */
export function settingsOf(
  name: string,
  options: ArchitectureOptions,
  defaults: { readonly classes: number; readonly inputShape: Shape },
  known: readonly string[] = [],
): Settings {
  checkNames(name, options, ["classes", "inputShape", "width", "seed", ...known]);
  const { classes = defaults.classes, inputShape = defaults.inputShape } = options;
  const { width, seed = 0 } = options;
  if (!Number.isInteger(classes) || classes < 1) {
    throw new RangeError(`${name}: classes: expected an integer of at least 1, found ${classes}`);
  }
  if (!Array.isArray(inputShape) || inputShape.length !== 3) {
    throw new TypeError(
      `${name}: inputShape: expected [height, width, channels], found ${
        JSON.stringify(inputShape)
      }`,
    );
  }
  return {
    classes,
    seed,
    image: input(inputShape),
    scaled: scaledBy(name, width),
  };
}

/** Numbers of channels or units by a checked width: at least 1. */
export function scaledBy(name: string, width = 1): Settings["scaled"] {
  if (width > 0 && Number.isFinite(width)) {
    return (channels) => Math.max(1, Math.round(channels * width));
  }
  throw new RangeError(`${name}: width: expected a number above 0, found ${width}`);
}

/** Checks that options name nothing that architecture `name` does not know. */
export function checkNames(name: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const advice = key === "weights" || key === "pretrained"
      ? ". Weights come after: await loadWeights(net, publishedWeights(name))"
      : "";
    throw new RangeError(`${name}: ${unknownName("option", key, known)}${advice}`);
  }
}

/** Checks that `value` is one of a family's members. */
export function checkMember<T>(name: string, what: string, value: T, known: readonly T[]): void {
  if (!known.includes(value)) {
    throw new RangeError(
      `${name}: ${what}: expected ${known.slice(0, -1).join(", ")} or ${
        known.at(-1)
      }, found ${value}`,
    );
  }
}
