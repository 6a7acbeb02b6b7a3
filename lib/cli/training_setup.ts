import { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import type { DataStream } from "../train/stream.ts";
import { unknownName } from "../core/suggest.ts";
import { dataSets } from "./data_sets.ts";
import { UsageError } from "./command.ts";
import { changed, drawn, type Load, type SetupEvents, stepsFor } from "./setup.ts";
import { modelOf } from "./training_model.ts";
import { isDataName, type Settings, shareOf } from "./training_settings.ts";

/**
 * Checks what can be checked before anything is loaded or written; `from` is the model of a checkpoint
 * where a run goes on.
 *
 * @throws {UsageError} for what cannot be done
 */
export async function prepareRun(settings: Settings, from: Model | undefined): Promise<Load> {
  if (!isDataName(settings.data)) {
    const { prepareImages } = await import("./image_setup.ts");
    return await prepareImages(settings, from);
  }
  const { shape, load } = dataSets[settings.data];
  const isNew = from === undefined && settings.weights === undefined;
  const made = isNew ? await modelOf(settings, { shape, classes: 10 }) : from;
  const augmentation = await stepsFor(settings, shape);
  return async (events) => {
    const { train: images, test } = await load(settings.seed, { onProgress: events.download });
    const [plain, validation = test] = parts(images, settings);
    const found = made === undefined ? await tuned(settings, plain, events) : undefined;
    const net = made ?? found!.net, all = { ...settings, ...augmentation && { augmentation } };
    const train = await changed(await augmented(await drawn(plain, all), augmentation), all);
    return { settings: all, net, train, plain, validation, test, notes: found?.notes ?? [] };
  };
}

/**
 * The images to learn, and the last of them, which are kept to measure each epoch by: the data sets
 * have them in no order. A run that began before there were such has none.
 */
function parts(images: Dataset, { val }: Settings): [Dataset, Dataset?] {
  if (val === undefined) return [images];
  const count = Math.round(images.length * (1 - shareOf(val)!));
  return [images.slice(0, count), images.slice(count)];
}

/** A network that was trained before, for images that are as large as it takes them. */
async function tuned(settings: Settings, data: Dataset, events: SetupEvents) {
  const { checkSize, pretrained } = await import("./fine_tuning.ts");
  const found = await pretrained(settings, data.classes!, events);
  checkSize(found.net, data.inputs[0]!.shape, settings);
  return found;
}

/** Images that are at hand, changed at random. */
async function augmented(data: Dataset, steps: Settings["augmentation"]): Promise<Dataset> {
  if (steps === undefined) return data;
  const { Pipeline } = await import("../augment/pipeline.ts");
  return data.map(new Pipeline(steps));
}

/**
 * The weights of classes that a run counts with, of numbers by name, or balanced by the examples as
 * they are.
 *
 * @throws {UsageError} for what are no weights
 */
export async function classWeightsOf(
  { classWeights: given }: Settings,
  plain: Dataset | DataStream,
): Promise<Readonly<Record<string, number>> | undefined> {
  if (given === undefined) return undefined;
  if (given !== "balanced") {
    const weights = weightsIn(given), { classes = [] } = plain;
    const unknown = Object.keys(weights).find((name) => !classes.includes(name));
    if (unknown === undefined) return weights;
    throw new UsageError(`--class-weights: ${unknownName("class", unknown, classes)}`);
  }
  if (!(plain instanceof Dataset)) {
    throw new UsageError(
      "--class-weights: balanced is for images that can be counted before, not for shards; give a " +
        "number for each class, as ants=1,bees=2",
    );
  }
  // Mixed examples have no class of their own any more.
  const counts = await plain.classCounts(), all = plain.length;
  const there = counts.filter((count) => count > 0).length;
  return Object.fromEntries(counts.map((count, label) => [
    plain.classes![label]!,
    count > 0 ? all / (there * count) : 1,
  ]));
}

/** The loss of a run. */
export const lossesOf = (
  { labelSmoothing }: Settings,
  classWeights: Readonly<Record<string, number>> | undefined,
) => ({
  ...labelSmoothing > 0 && { loss: { name: "crossEntropy", labelSmoothing } as const },
  ...classWeights && { classWeights },
});

function weightsIn(given: string): Record<string, number> {
  return Object.fromEntries(
    given.split(",").map((part) => {
      const at = part.lastIndexOf("="), name = part.slice(0, at).trim();
      const text = part.slice(at + 1).trim(), weight = text === "" ? NaN : Number(text);
      if (at > 0 && weight >= 0 && weight < Infinity) return [name, weight];
      throw new UsageError(
        `--class-weights: expected balanced, or numbers by class as ants=1,bees=2, found ${
          JSON.stringify(given)
        }`,
      );
    }),
  );
}
