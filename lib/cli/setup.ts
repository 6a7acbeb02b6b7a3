import type { DownloadProgress } from "../core/download.ts";
import type { Shape } from "../core/shape.ts";
import { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import type { DataStream } from "../train/stream.ts";
import type { Settings } from "./training_settings.ts";

/** All that a run begins with. */
export interface Setup {
  /** With what was found out meanwhile. */
  readonly settings: Settings;
  readonly net: Model;
  /** As training sees the examples: changed at random, mixed. */
  readonly train: Dataset | DataStream;
  /** The same as they are. */
  readonly plain: Dataset | DataStream;
  /** What each epoch is measured by: the images of the test, where there are no others. */
  readonly validation: Dataset | DataStream;
  readonly test: Dataset | DataStream;
  /** How many images of each class there are to learn, where they were counted. */
  readonly counts?: readonly number[];
  /** What is to be said of the data and the weights. */
  readonly notes: readonly string[];
}

/** Who is told while things are loaded. */
export interface SetupEvents {
  download(progress: DownloadProgress): void;
  /** An image that cannot be read, which is left out. */
  corrupt(image: string, reason: string): void;
}

/** Loads what a run begins with. */
export type Load = (events: SetupEvents) => Promise<Setup>;

/** The steps of the augmentation of a run; those of one that goes on stay. */
export async function stepsFor(
  { augment, augmentation }: Settings,
  shape: Shape,
): Promise<Settings["augmentation"]> {
  if (augment === undefined || augment === "none" || augmentation !== undefined) {
    return augmentation;
  }
  const { augmentationSteps } = await import("./augmentation_option.ts");
  return await augmentationSteps(augment, shape);
}

/** Examples as they are drawn for an epoch. Their labels are to be known: they are changed afterwards. */
export async function drawn<D extends Dataset | DataStream>(
  data: D,
  { balanced }: Settings,
): Promise<D | Dataset> {
  if (!balanced) return data;
  const { balancedExamples } = await import("./balanced_option.ts");
  return await balancedExamples(data);
}

/** What else becomes of the examples. */
export async function changed<D extends Dataset | DataStream>(
  data: D,
  { mixup: alpha }: Settings,
): Promise<Dataset | DataStream> {
  if (alpha === undefined) return data;
  const { mixup } = await import("../augment/mixup.ts");
  return data instanceof Dataset ? mixup(data, { alpha }) : mixup(data, { alpha });
}
