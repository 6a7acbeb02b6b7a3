import { extractFeatures } from "../train/extract_features.ts";
import type { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import { drawn, type Setup } from "./setup.ts";

/** What a new head alone is trained on. */
export interface HeadPhase {
  /** The head; its weights are the network's. */
  readonly net: Model;
  /** What the trunk makes of the images as they are. */
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
}

/** The head of a network with the features of all images, for which the trunk runs once. */
export async function headPhase(
  { settings, net, plain, validation, test }: Pick<
    Setup,
    "settings" | "net" | "plain" | "validation" | "test"
  >,
  signal: AbortSignal,
): Promise<HeadPhase> {
  const trunk = net.features(), batchSize = 32;
  const features = await extractFeatures(trunk, test, { batchSize, signal });
  return {
    net: net.head(),
    train: await drawn(await extractFeatures(trunk, plain, { batchSize, signal }), settings),
    validation: validation === test
      ? features
      : await extractFeatures(trunk, validation, { batchSize, signal }),
    test: features,
  };
}
