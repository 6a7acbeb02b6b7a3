import type { Shape } from "../core/shape.ts";
import type { Model } from "../train/model.ts";
import type { ZooEntry } from "../zoo/entry.ts";
import { type DataName, dataSets } from "./data_sets.ts";
import { entryOf } from "./network_option.ts";
import { UsageError } from "./command.ts";
import { isDataName, type Settings } from "./training_settings.ts";

const dataNames = Object.keys(dataSets) as DataName[];

/** What a network is made for. */
export interface ModelFor {
  /** Height, width and channels of an image. */
  readonly shape: Shape;
  readonly classes: number;
}

/**
 * The network of a run with first weights.
 *
 * @throws {UsageError} if it does not take images that small
 */
export async function modelOf(
  { model, data, seed }: Pick<Settings, "model" | "data" | "seed">,
  { shape, classes }: ModelFor,
): Promise<Model> {
  const entry = await entryOf(model!);
  try {
    return entry.build({ classes, inputShape: shape, seed });
  } catch (error) {
    const side = smallestSide(entry, shape);
    if (side === undefined) throw error;
    const size = (side: number) => `${side} x ${side}`;
    const takes = `${model} takes images of ${size(side)} pixels or more`;
    if (!isDataName(data)) {
      throw new UsageError(`--image-size: ${takes}, found ${size(shape[0]!)}`);
    }
    const larger = dataNames.filter((name) => dataSets[name].shape[0]! >= side);
    const advice = larger.length > 0
      ? `${larger.map((name) => `--data ${name}`).join(" and ")} will do`
      : "no data here are so large, but a folder of images may be (--data DIR)";
    throw new UsageError(
      `--model: ${takes}, and those of ${data} have ${size(shape[0]!)}; ${advice}`,
    );
  }
}

/** The side of the smallest square images that a network takes, if images of a shape are too small. */
function smallestSide(entry: ZooEntry, [tooSmall, , channels]: Shape): number | undefined {
  const takes = (side: number) => {
    try {
      return entry.build({ classes: 10, inputShape: [side, side, channels!] }) !== undefined;
    } catch {
      return false;
    }
  };
  let low = tooSmall!, high = entry.inputShape[0]!;
  if (!takes(high)) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (takes(middle)) high = middle;
    else low = middle;
  }
  return high;
}
