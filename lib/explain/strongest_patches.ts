import { integer, listOf, positiveInteger, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { tensor } from "../tensor/create.ts";
import { jit } from "../tensor/jit.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import { mapsOf, projected } from "./deconvnet.ts";
import { type ExplainOptions, explainSchema, oneForEach } from "./explain_options.ts";
import { imagesFor } from "./images.ts";
import { mapsLayer } from "./layers.ts";
import { type Patch, patchOf } from "./patch.ts";

/** Settings of {@linkcode strongestPatches}. */
export interface StrongestPatchesOptions extends ExplainOptions {
  /** The layer whose features are looked at, by name; by default the last one with maps. */
  readonly layer?: string;
  /** The features, by number; by default all channels of the layer. */
  readonly channels?: readonly number[];
  /** Patches for each feature; 9 by default. */
  readonly count?: number;
}

/** The images that a feature answers to most. */
export interface StrongestPatches {
  /** The feature. */
  readonly channel: number;
  /** Where in which image it answers, and how strongly; best first, one an image. */
  readonly patches: readonly Patch[];
  /** What the feature's units see there: pictures of the images, [count, h, w, c], as the model has them. */
  readonly seen: Tensor;
  /** What of that they answer to, by {@linkcode deconvnet}: of the same shape, signed. */
  readonly projections: Tensor;
}

const schema = {
  ...explainSchema,
  layer: text(),
  channels: listOf(integer({ least: 0 })),
  count: positiveInteger(9),
} satisfies Schema<StrongestPatchesOptions>;

/**
 * For each feature of a layer, the patches of a data set that it answers to most, one an image, and
 * what of them it answers to: the figures of Zeiler and Fergus. `pictureOf` makes pictures of what is
 * seen, `signedPicture` of the projections. A patch is the receptive field of a unit; what of it lies
 * beyond the image has the mean colour.
 *
 * ```ts
 * import { explain, lenet5, shapes } from "@striate/striate";
 * const { test } = shapes({ train: 8, test: 32 });
 * const net = lenet5({ inputShape: [32, 32, 3] });
 * const [feature] = await explain.strongestPatches(net, test, { layer: "c3", channels: [5] });
 * console.log(feature!.seen.shape); // [9, 14, 14, 3]
 * ```
 *
 * Source: Zeiler and Fergus 2013, arXiv 1311.2901, figure 2.
 *
 * @throws {TypeError} for images that do not fit the model, or a layer without maps
 * @throws {RangeError} for a layer or a channel that there is not, or an unknown option
 */
export async function strongestPatches(
  model: Model,
  images: Tensor | Dataset,
  given: StrongestPatchesOptions = {},
): Promise<StrongestPatches[]> {
  const where = "strongestPatches", settings = options(where, given, schema);
  const { name, outputShape } = mapsLayer(where, model, settings.layer);
  const [rows, columns, channels] = outputShape as [number, number, number];
  const wanted = settings.channels ?? Array.from({ length: channels }, (_, i) => i);
  oneForEach(wanted, wanted.length, channels, `${where}: channels`);
  const best = new Map(wanted.map((channel) => [channel, [] as Patch[]]));
  const strongest = jit((x: Tensor) => {
    const maps = mapsOf(model, x, name, settings), n = maps.shape[0]!;
    const units = maps.reshape([n, rows * columns, channels]).transpose([0, 2, 1]);
    return { values: units.max(-1), places: units.argmax() };
  });
  for await (const { first, x } of batchesOf(where, model, images, settings.batchSize)) {
    settings.signal?.throwIfAborted();
    const { values, places } = strongest(x);
    const [answers, units] = [await values.data(), await places.data<"i32">()];
    for (const [channel, patches] of best) {
      for (let i = 0; i < x.shape[0]!; i++) {
        const at = i * channels + channel, unit = units[at]!;
        patches.push({
          index: first + i,
          answer: answers[at]!,
          unit: [Math.floor(unit / columns), unit % columns],
        });
      }
      patches.sort((a, b) => b.answer - a.answer || a.index - b.index);
      patches.splice(settings.count);
    }
  }
  const project = jit((x: Tensor, channel: Tensor) => projected(model, x, name, channel, settings));
  const result: StrongestPatches[] = [];
  for (const [channel, patches] of best) {
    const x = await imagesAt(where, model, images, patches.map(({ index }) => index));
    const label = tensor([...patches].map(() => channel), { dtype: "i32" });
    const cut = (of: Tensor) => patchOf(model, name, of, patches.map(({ unit }) => unit));
    const projections = project(x, label);
    await projections.data();
    result.push({ channel, patches, seen: cut(x), projections: cut(projections) });
  }
  return result;
}

/** Images in batches, as a model computes with them. */
async function* batchesOf(where: string, model: Model, images: Tensor | Dataset, size: number) {
  if (images instanceof Tensor) {
    const { x } = await imagesFor(where, model, images), n = x.shape[0]!;
    for (let first = 0; first < n; first += size) {
      yield { first, x: x.slice([first], [Math.min(size, n - first)]) };
    }
    return;
  }
  for (let first = 0; first < images.length; first += size) {
    const indices = Array.from(
      { length: Math.min(size, images.length - first) },
      (_, i) => first + i,
    );
    yield { first, x: await imagesAt(where, model, images, indices) };
  }
}

/** Some images, by their numbers, as a model computes with them. */
async function imagesAt(
  where: string,
  model: Model,
  images: Tensor | Dataset,
  indices: readonly number[],
): Promise<Tensor> {
  if (images instanceof Tensor) {
    const { x } = await imagesFor(where, model, images);
    return x.take(tensor([...indices], { dtype: "i32" }));
  }
  const { inputs } = await images.load(indices), { shape, dtype } = images.inputs[0]!;
  const batch = tensor(inputs[0]!, { shape: [indices.length, ...shape], dtype });
  return (await imagesFor(where, model, batch, images.normalization)).x;
}
