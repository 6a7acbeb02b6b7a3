import { wrongType } from "../../core/errors.ts";
import { custom, instance, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { Model } from "../../train/model.ts";
import { tensor } from "../../tensor/create.ts";
import type { Figure } from "../figure.ts";
import { bar } from "../plot/bar.ts";
import { featureMaps } from "../plot/feature_maps.ts";
import { grid } from "../plot/grid.ts";
import { images } from "../plot/images.ts";
import { pageLayers } from "./page_layers.ts";
import { Widget } from "./widget.ts";

/** Settings of {@linkcode drawDigit} and {@linkcode lookInside}. */
export interface NetworkWidgetOptions {
  /** What stands above it. */
  readonly title?: string;
  /** Names of the classes; those that the model knows, else 0, 1, 2 … by default. */
  readonly classes?: readonly string[];
  /** The image that is seen first, [h, w, 1] or [1, h, w, 1]: bytes, or numbers from 0 to 1 (ink). */
  readonly image?: Tensor;
}

const schema = {
  title: text(),
  classes: custom(
    "a list of texts",
    (value): value is readonly string[] =>
      Array.isArray(value) && value.every((one) => typeof one === "string"),
  ),
  image: instance(Tensor),
} satisfies Schema<NetworkWidgetOptions>;

/**
 * A place to draw a digit with the mouse, and a network that reads it while it is drawn: the page has
 * the layers' maps, the probabilities, and the window and the products of the unit under the pointer.
 * The weights are inside, in 8 bits each, so that no kernel is needed. The drawing is centred and
 * scaled as the digits of MNIST are.
 *
 * ```ts
 * import { lenet5, widgets } from "@striate/striate";
 * const page = await widgets.drawDigit(lenet5());
 * await page.save(`${await Deno.makeTempDir()}/digit.html`);
 * ```
 *
 * @param model a chain of conv2d, pooling, dense layers, relu, tanh and sigmoid, on grey images; its
 *   `normalization` is applied.
 * @throws {TypeError} if the model has other layers, or takes other images.
 * @throws {RangeError} for an unknown option.
 */
export async function drawDigit(model: Model, given: NetworkWidgetOptions = {}): Promise<Widget> {
  return await networkWidget(model, given, "widgets.drawDigit", true);
}

/**
 * A network's layers on one image. The unit under the pointer shows its window in the layer before,
 * the kernel, the products and their sum, from the same numbers that the layer computes with (the
 * weights in 8 bits).
 *
 * ```ts
 * import { digits, lenet5, tensor, widgets } from "@striate/striate";
 * const { train } = digits({ train: 1, test: 1 });
 * const { inputs: [pixels] } = train.batch([0]);
 * const image = tensor(pixels!, { shape: [28, 28, 1] });
 * console.log(`${await widgets.lookInside(lenet5(), { image })}`); // Widget: Inside a network
 * ```
 *
 * @param model as for {@linkcode drawDigit}.
 * @throws {TypeError} if the model has other layers, or takes other images.
 * @throws {RangeError} for an unknown option.
 */
export async function lookInside(model: Model, given: NetworkWidgetOptions = {}): Promise<Widget> {
  return await networkWidget(model, given, "widgets.lookInside", false);
}

async function networkWidget(
  model: Model,
  given: NetworkWidgetOptions,
  where: string,
  draws: boolean,
): Promise<Widget> {
  const settings = options(where, given, schema);
  instance(Model).read(model, `${where}: model`);
  const size = model.inputShape;
  if (size.length !== 3 || size[2] !== 1) {
    throw wrongType(`${where}: model`, "grey images [h, w, 1]", formatShape(size));
  }
  const layers = await pageLayers(model, where), last = layers.at(-1)!.to;
  const names = settings.classes ?? model.classes ??
    Array.from({ length: last.at(-1)! }, (_, i) => String(i));
  if (last.length !== 1 || names.length !== last[0]) {
    throw wrongType(`${where}: classes`, `${sizeOf(last)}, one for each output`, names.length);
  }
  // The network was trained on numbers that were normalised, if it was.
  const { mean: [mean = 0], standardDeviation: [deviation = 1] } = model.normalization ??
    { mean: [0], standardDeviation: [1] };
  const { image, title = draws ? "Draw a digit, and the network reads it" : "Inside a network" } =
    settings;
  const pixels = image === undefined ? new Float32Array(sizeOf(size)) : inked(await image.data());
  if (pixels.length !== sizeOf(size)) {
    throw wrongType(`${where}: image`, `shape ${formatShape(size)}`, formatShape(image!.shape));
  }
  return new Widget({
    page: "network",
    data: {
      title,
      draws,
      size,
      classes: names,
      layers,
      mean,
      deviation,
      image: new Uint8Array(pixels.buffer).toBase64(),
    },
    text: title,
    still: await stillOf(
      model,
      tensor(pixels, { shape: size }),
      (x) => x.sub(mean).div(deviation),
      names,
      title,
    ),
  });
}

/** Bytes as numbers from 0 to 1; other numbers as they are. */
const inked = (data: ArrayLike<number>): Float32Array<ArrayBuffer> =>
  Float32Array.from(data, (x) => data instanceof Uint8Array ? x / 255 : x);

/** The image, the maps of the first two layers that have some, and the probabilities. */
async function stillOf(
  model: Model,
  image: Tensor,
  normalized: (image: Tensor) => Tensor,
  names: readonly string[],
  title: string,
): Promise<Figure> {
  const read = normalized(image);
  const maps = model.layers.filter(({ role }) => role === "convolution").slice(0, 2);
  const logits = await model.predict(read.expandDims(0));
  const shares = await (isShares(model) ? logits : logits.softmax()).data();
  const panels = [
    await images(image, { title: "input", range: [0, 1] }),
    ...await Promise.all(
      maps.map(({ name }) =>
        featureMaps({ model, image: read, layer: name }, { title: name, columns: 4, count: 16 })
      ),
    ),
    bar(Array.from(shares, (x) => 100 * x), { labels: names, title: "probability (%)" }),
  ];
  return grid(panels, { title, columns: panels.length, width: 900, height: 300 });
}

/** Whether the last layer makes probabilities already. */
const isShares = (model: Model): boolean => model.architecture.layers.at(-1)?.type === "softmax";
