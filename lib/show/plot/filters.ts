import { describeValue, outOfRange, wrongType } from "../../core/errors.ts";
import { integer, listOf, positiveInteger, text } from "../../core/option_kinds.ts";
import { options, type Schema } from "../../core/options.ts";
import { formatShape } from "../../core/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { Model } from "../../train/model.ts";
import type { Figure } from "../figure.ts";
import { PendingFigure } from "../pending_figure.ts";
import { mosaic, type PictureOptions, pictureSchema } from "./mosaic.ts";
import { count, evenly } from "./numbers.ts";
import { type PixelRange, type Plane, toPixels } from "./pixels.ts";

/** Settings of {@linkcode filters}. */
export interface FiltersOptions extends PictureOptions {
  /** The layer of a model whose kernel is drawn; the first convolution by default. */
  readonly layer?: string;
  /** The input channels that are drawn of each filter, by number; by default up to 8 of them. */
  readonly channels?: readonly number[];
  /** How many filters are drawn at most; 256 in colours, else so many as fill 256 pictures. */
  readonly count?: number;
  /** Which weights are black and white: those of each picture ("each", the default), of all, or these. */
  readonly range?: PixelRange;
}

const schema = {
  ...pictureSchema,
  layer: text(),
  channels: listOf(integer({ least: 0 })),
  count: positiveInteger(),
} satisfies Schema<FiltersOptions>;

/**
 * The filters of a convolution as pictures: a kernel [height, width, input channels, filters], or
 * that of a model's layer. Filters over three channels are coloured. Of others each channel is a grey
 * picture, one row for each filter.
 *
 * ```ts
 * import { plot, sequential } from "@striate/striate";
 * const net = sequential([32, 32, 3]).conv2d(16, 5, { name: "conv1" }).relu();
 * const figure = await plot.filters(net, { layer: "conv1", title: "Before training" });
 * console.log(`${figure}`); // Figure "Before training": image
 * ```
 *
 * @throws {TypeError} if it is no kernel of images.
 * @throws {RangeError} for an unknown option, layer or channel.
 */
export function filters(kernel: Tensor | Model, given: FiltersOptions = {}): PendingFigure {
  return PendingFigure.of(drawFilters(kernel, given));
}

async function drawFilters(kernel: Tensor | Model, given: FiltersOptions): Promise<Figure> {
  const where = "plot.filters";
  const { layer, channels, count: most, range = "each", ...look } = options(where, given, schema);
  const { shape, data } = await readKernel(kernel, layer, where);
  const [height, width, inputs, total] = shape as [number, number, number, number];
  const beyond = channels?.find((channel) => channel >= inputs);
  if (beyond !== undefined) {
    throw outOfRange(`${where}: channels`, `numbers from 0 to ${inputs - 1}`, beyond);
  }
  // Of each filter a picture in colours, or a grey one for each channel.
  const inColor = inputs === 3 && channels === undefined;
  const parts = inColor ? [[0, 1, 2]] : (channels ?? evenly(inputs, 8)).map((one) => [one]);
  const n = Math.min(total, most ?? Math.max(1, Math.floor(256 / parts.length)));
  const planes = evenly(n, n).flatMap((filter) =>
    parts.map((part): Plane => ({
      width,
      height,
      channels: part.length as 1 | 3,
      data: Float32Array.from({ length: height * width * part.length }, (_, i) => {
        const at = Math.floor(i / part.length), channel = part[i % part.length]!;
        return data[(at * inputs + channel) * total + filter]!;
      }),
    }))
  );
  const left = [
    ...n < total ? [`${count(n)} of ${count(total)} filters`] : [],
    ...!inColor && channels === undefined && parts.length < inputs
      ? [`${parts.length} of ${count(inputs)} channels`]
      : [],
  ];
  return mosaic(toPixels(planes, range), {
    ...parts.length > 1 ? { columns: parts.length * (n > 32 ? 2 : 1) } : {},
    ...look,
    note: left.length === 0 ? undefined : left.join(", "),
  });
}

/** The kernel: that which is given, or that of a layer. */
async function readKernel(
  kernel: Tensor | Model,
  layer: string | undefined,
  where: string,
): Promise<{ shape: readonly number[]; data: ArrayLike<number> }> {
  if (kernel instanceof Model) {
    const known = kernel.layers.filter(({ weights }) => weights.get("kernel")?.shape.length === 4);
    if (known.length === 0) throw wrongType(where, "a model with a convolution", `${kernel}`);
    const names = known.map(({ name }) => name), name = layer ?? names[0]!;
    const weight = kernel.layer(name).weights.get("kernel");
    if (weight?.shape.length === 4) return { shape: weight.shape, data: await weight.read() };
    throw wrongType(`${where}: layer`, `a convolution (${names.join(", ")})`, JSON.stringify(name));
  }
  if (!(kernel instanceof Tensor)) {
    throw wrongType(`${where}: kernel`, "a tensor or a model", describeValue(kernel));
  }
  if (layer !== undefined) throw wrongType(`${where}: layer`, "a model for it", "a tensor");
  if (kernel.shape.length !== 4 || kernel.size === 0) {
    throw wrongType(
      `${where}: kernel`,
      "shape [height, width, input channels, filters]",
      formatShape(kernel.shape),
    );
  }
  return { shape: kernel.shape, data: await kernel.data() };
}
