import { listOf, number, required, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Model } from "../train/model.ts";
import { type FoundImage, searchImage, type SearchOptions, searchSchema } from "./image_search.ts";
import { imagesFor } from "./images.ts";
import { mapsLayer } from "./layers.ts";
import { pictureOf } from "./picture.ts";

/** Settings of {@linkcode transferStyle}. */
export interface StyleOptions extends SearchOptions {
  /** The layer whose maps are those of the content, by name: one in the middle. */
  readonly contentLayer: string;
  /** The layers between whose maps correlations are those of the style: several, early ones too. */
  readonly styleLayers: readonly string[];
  /** What the style counts against the content; 10 by default. */
  readonly styleWeight?: number;
}

const schema = {
  ...searchSchema({
    jitter: 0,
    blur: 0,
    totalVariation: 0.2,
    decay: 0,
    basis: "fourier",
    steps: 100,
    learningRate: 0.02,
  }),
  contentLayer: required(text()),
  styleLayers: required(listOf(text())),
  styleWeight: number({ least: 0 }, 10),
} satisfies Schema<StyleOptions>;

/** Correlations of the channels of maps [n, h, w, c]: [n, c, c]. */
function correlations(maps: Tensor): Tensor {
  const [n, h, w, c] = maps.shape as [number, number, number, number];
  const rows = maps.reshape([n, h * w, c]);
  return rows.transpose([0, 2, 1]).matmul(rows).div(h * w);
}

/** The square distance of two tensors, as a share of the square of the second. */
const share = (found: Tensor, wanted: Tensor): Tensor =>
  found.sub(wanted).square().sum().div(wanted.square().sum().add(1e-12));

/**
 * A picture that shows what one image shows in the look of another: with the feature maps of the first
 * and the correlations between feature maps of the second, both as a model has them. It begins with the
 * content. `values` has the loss before each step: squares of distances as shares, the style's times
 * `styleWeight`. By default 100 steps of 0.02 in waves, with a total variation of 0.2.
 *
 * ```ts ignore
 * import { explain, openNetwork, photographs } from "@striate/striate";
 * const { model } = await openNetwork("squeezenet1.1", "imagenet");
 * const [boats, flower] = (await photographs({ names: ["boats", "flower"] }))
 *   .map((photograph) => explain.seenBy(model, photograph).input);
 * const { image } = await explain.transferStyle(model, boats!, flower!, {
 *   contentLayer: "features.6.concatenate",
 *   styleLayers: ["features.1", "features.3.concatenate", "features.4.concatenate"],
 * });
 * ```
 *
 * Source: Gatys, Ecker and Bethge 2015, arXiv 1508.06576.
 *
 * @throws {TypeError} for images that do not fit the model, or layers without maps
 * @throws {RangeError} for a layer that there is not, or an unknown option
 */
export async function transferStyle(
  model: Model,
  content: Tensor,
  style: Tensor,
  given: StyleOptions,
): Promise<FoundImage> {
  const where = "transferStyle", settings = options(where, given, schema);
  const { x, shaped } = await imagesFor(where, model, content);
  const { x: look } = await imagesFor(`${where}: style`, model, style);
  if (look.shape[0] !== 1 && look.shape[0] !== x.shape[0]) {
    throw new TypeError(
      `${where}: style: expected one image or as many as there are contents, found ` +
        formatShape(style.shape),
    );
  }
  const { contentLayer, styleLayers, styleWeight, weights } = settings;
  if (styleLayers.length === 0) throw new RangeError(`${where}: styleLayers: expected some layers`);
  const names = [contentLayer, ...styleLayers];
  for (const name of names) mapsLayer(where, model, name);
  const mapsOf = (x: Tensor): readonly Tensor[] =>
    [model.apply(x, { outputs: names, ...weights && { weights } })].flat();
  const [wanted] = mapsOf(x), [, ...looks] = mapsOf(look).map(correlations);
  const { image, values } = await searchImage({
    model,
    start: pictureOf(model, x),
    loss: (x) => {
      const [found, ...maps] = mapsOf(x);
      const styled = maps.map((map, i) => share(correlations(map), looks[i]!));
      return share(found!, wanted!)
        .add(styled.reduce((a, b) => a.add(b)).mul(styleWeight / styled.length));
    },
    scaled: false,
  }, settings);
  return { image: shaped(image), values };
}
