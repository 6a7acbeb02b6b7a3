import { text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import type { ApplyOptions, Weights } from "../nn/apply.ts";
import { iota, oneHot, tensor } from "../tensor/create.ts";
import { relu } from "../tensor/functions/activation.ts";
import { gradient } from "../tensor/gradient.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { withGradient } from "../tensor/with_gradient.ts";
import type { Model } from "../train/model.ts";
import { type ExplainOptions, explainSchema, indexOption, oneForEach } from "./explain_options.ts";
import { atRectifiers } from "./guided.ts";
import { bringTo } from "./home.ts";
import { imagesFor, inBatches } from "./images.ts";
import { mapsLayer } from "./layers.ts";

/** Settings of {@linkcode deconvnet}. */
export interface DeconvnetOptions extends ExplainOptions {
  /** The layer whose feature is looked at, by name; by default the last one with maps. */
  readonly layer?: string;
  /**
   * The feature: a channel of the layer, one for all images or a list with one for each; by default
   * the one that answers most strongly to each image.
   */
  readonly channel?: number | readonly number[];
}

const schema = {
  ...explainSchema,
  layer: text(),
  channel: indexOption,
} satisfies Schema<DeconvnetOptions>;

/**
 * What a feature answers to, in pixels: the strongest answer of a channel, all others set to 0, goes
 * back down through the net. Max pooling puts it where the maximum came from (its switches),
 * rectifiers let through what is positive of it, convolutions apply their filters transposed, and
 * local response normalisation is passed over. Signed, of the images' shape; it is not zero within
 * the receptive field of one unit alone.
 *
 * ```ts
 * import { explain, ones, sequential } from "@striate/striate";
 * const net = sequential([16, 16, 3]).conv2d(4, 3, { name: "a" }).relu().maxPool2d(2)
 *   .conv2d(8, 3, { name: "b" }).relu({ name: "b2" });
 * const pixels = await explain.deconvnet(net, ones([16, 16, 3]), { layer: "b2", channel: 5 });
 * console.log(pixels.shape); // [16, 16, 3]
 * ```
 *
 * Source: Zeiler and Fergus 2013, arXiv 1311.2901, section 2.1.
 *
 * @throws {TypeError} for images that do not fit the model, or a layer without maps
 * @throws {RangeError} for a layer or a channel that there is not, or an unknown option
 */
export async function deconvnet(
  model: Model,
  images: Tensor,
  given: DeconvnetOptions = {},
): Promise<Tensor> {
  const where = "deconvnet", settings = options(where, given, schema);
  const { x, shaped } = await imagesFor(where, model, images);
  const { name, outputShape } = mapsLayer(where, model, settings.layer);
  const channels = outputShape[2]!;
  const channel = settings.channel === undefined
    ? await inBatches(settings, (x) => mapsOf(model, x, name, settings).max([1, 2]).argmax(), x)
    : await bringTo(
      model,
      tensor(
        [...oneForEach(settings.channel, x.shape[0]!, channels, `${where}: channel`)],
        { dtype: "i32" },
      ),
    );
  const run = (x: Tensor, channel: Tensor) => projected(model, x, name, channel, settings);
  return shaped(await inBatches(settings, run, x, channel));
}

/** The maps of a layer. */
export const mapsOf = (
  model: Model,
  x: Tensor,
  layer: string,
  { weights }: { readonly weights?: Weights },
): Tensor => model.apply(x, { outputs: [layer], ...weights && { weights } });

/** The strongest answer of a channel in the maps that each of some images has, projected to pixels. */
export function projected(
  model: Model,
  x: Tensor,
  layer: string,
  channel: Tensor,
  { weights }: { readonly weights?: Weights },
): Tensor {
  return gradient((x: Tensor) => {
    const all = model.apply(x, { outputs: [layer], ...weights && { weights }, replace: backwards });
    const [n, rows, columns, channels] = all.shape as [number, number, number, number];
    const chosen = oneHot(channel, channels).reshape([n, 1, 1, channels]);
    const map = all.mul(chosen).sum(-1).reshape([n, rows * columns]);
    const strongest = iota([n, rows * columns], 1).equal(map.argmax().reshape([n, 1]));
    // The gradient of half its square is the answer itself.
    return map.mul(strongest.cast("f32")).square().sum().mul(0.5);
  })(x);
}

const rectify = atRectifiers((g) => relu(g));

/** What layers do on the way back, where that is not their gradient. */
const backwards: NonNullable<ApplyOptions["replace"]> = (layer, result, inputs) =>
  layer.type === "localResponseNorm"
    ? withGradient<[Tensor]>(() => result, (g) => g)(inputs[0]!)
    : rectify(layer, result, inputs);
