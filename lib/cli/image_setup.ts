/**
 * What a run on the user's own images begins with.
 *
 * @module
 */
import type { Preprocessing } from "../core/preprocessing.ts";
import { preparationOf } from "../images/image_options.ts";
import { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import { trainingImages } from "./image_data.ts";
import { noteDecoder } from "./decoder_note.ts";
import { entryOf } from "./network_option.ts";
import { modelOf } from "./training_model.ts";
import { changed, drawn, type Load, stepsFor } from "./setup.ts";
import type { Settings } from "./training_settings.ts";

/** Checks the folders, and what network they are for. */
export async function prepareImages(settings: Settings, from: Model | undefined): Promise<Load> {
  const isNew = from === undefined && settings.weights === undefined;
  const entry = isNew ? await entryOf(settings.model!) : undefined;
  const images = await trainingImages(settings);
  const made = entry === undefined
    ? from
    : await newModel(settings, entry.inputShape, images.classes.length);
  if (made !== undefined) await stepsFor(settings, made.inputShape);
  return async (events) => {
    noteDecoder((line) => console.error(line));
    const found = made === undefined
      ? await (await import("./fine_tuning.ts")).pretrained(settings, images.classes, events)
      : undefined;
    const net = made ?? found!.net;
    if (found !== undefined) net.preprocessing = found.preprocessing;
    net.classes ??= images.classes;
    const augmentation = await stepsFor(settings, net.inputShape);
    const all = { ...settings, ...augmentation && { augmentation } };
    const { train, plain, validation, test, notes } = await images.read(
      net.preprocessing as Preprocessing,
      augmentation,
      events.corrupt,
    );
    const counts = plain instanceof Dataset ? await plain.classCounts() : undefined;
    return {
      settings: all,
      net,
      train: await changed(await drawn(train, all), all),
      plain,
      validation,
      test,
      ...counts && { counts },
      notes: [...found?.notes ?? [], ...notes],
    };
  };
}

/** A network with first weights for images of a size. */
async function newModel(
  settings: Settings,
  [side, , depth]: readonly number[],
  classes: number,
): Promise<Model> {
  const { imageSize: size = side! } = settings, channels = depth === 1 ? "gray" : "rgb";
  const { preprocessing, shape } = preparationOf("--image-size", { size, channels });
  const net = await modelOf(settings, { shape, classes });
  net.preprocessing = preprocessing;
  return net;
}
