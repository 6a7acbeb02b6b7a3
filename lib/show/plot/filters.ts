import { formatShape } from "../../core/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { Model } from "../../train/model.ts";
import { checkPositive } from "../../train/options.ts";
import type { Figure } from "../figure.ts";
import { checkRangeOption, checkScale } from "./images.ts";
import { count, describe, evenly } from "./numbers.ts";
import { checkOptions, figureNames, type FigureOptions } from "./options.ts";
import { mosaic, type PixelRange, type Plane, toPixels } from "./pixels.ts";

/** Settings of {@linkcode filters}. */
export interface FiltersOptions extends FigureOptions {
  /** The layer of a model whose kernel is drawn; the first convolution by default. */
  readonly layer?: string;
  /** The input channels that are drawn of each filter, by number; by default up to 8 of them. */
  readonly channels?: readonly number[];
  /** Pictures in a row. */
  readonly columns?: number;
  /** How many filters are drawn at most; 256 in colours, else so many as fill 256 pictures. */
  readonly count?: number;
  /** Screen pixels for a weight. */
  readonly scale?: number;
  /** Which weights are black and white: those of each picture ("each", the default), of all, or these. */
  readonly range?: PixelRange;
}

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
export async function filters(
  kernel: Tensor | Model,
  options: FiltersOptions = {},
): Promise<Figure> {
  const where = "plot.filters";
  const known = [...figureNames, "layer", "channels", "columns", "count", "scale", "range"];
  checkOptions(where, options, known);
  const { layer, channels: given, columns, count: most, scale, range = "each", ...figure } =
    options;
  checkRangeOption(range, where);
  checkScale(scale, where);
  const { shape, data } = await readKernel(kernel, layer, where);
  const [height, width, inputs, total] = shape as [number, number, number, number];
  const inColor = inputs === 3 && given === undefined;
  const channels = given ?? evenly(inputs, Math.min(8, inputs)).map((i) => i);
  for (const channel of channels) {
    if (Number.isInteger(channel) && channel >= 0 && channel < inputs) continue;
    throw new RangeError(
      `${where}: channels: expected numbers from 0 to ${inputs - 1}, found ${channel}`,
    );
  }
  const parts = inColor ? [undefined] : channels;
  const n = Math.min(
    total,
    checkPositive(most ?? Math.max(1, Math.floor(256 / parts.length)), `${where}: count`),
  );
  const pixel = (filter: number, at: number, channel: number) =>
    data[(at * inputs + channel) * total + filter]!;
  const planes: Plane[] = Array.from({ length: n }, (_, filter) =>
    parts.map((channel): Plane => ({
      width,
      height,
      channels: channel === undefined ? 3 : 1,
      data: channel === undefined
        ? Float32Array.from({ length: height * width * 3 }, (_, i) =>
          pixel(filter, Math.floor(i / 3), i % 3))
        : Float32Array.from({ length: height * width }, (_, i) =>
          pixel(filter, i, channel)),
    }))).flat();
  const left = [
    ...n < total ? [`${count(n)} of ${count(total)} filters`] : [],
    ...!inColor && given === undefined && channels.length < inputs
      ? [`${channels.length} of ${count(inputs)} channels`]
      : [],
  ];
  const across = columns ?? (parts.length > 1 ? parts.length * (n > 32 ? 2 : 1) : undefined);
  return mosaic(toPixels(planes, range), {
    ...figure,
    ...across === undefined ? {} : { columns: checkPositive(across, `${where}: columns`) },
    ...scale === undefined ? {} : { scale },
    ...left.length === 0 ? {} : { note: left.join(", ") },
  });
}

/** The kernel: that which is given, or that of a layer. */
async function readKernel(
  kernel: Tensor | Model,
  layer: string | undefined,
  where: string,
): Promise<{ shape: readonly number[]; data: ArrayLike<number> }> {
  if (kernel instanceof Model) {
    const isConvolution = ({ rank }: { rank: number | undefined }) => rank === 4;
    const convolutions = kernel.layers.map(({ name, weights }) => ({
      name,
      rank: weights.get("kernel")?.shape.length,
    })).filter(isConvolution);
    const name = layer ?? convolutions[0]?.name;
    if (name === undefined) {
      throw new TypeError(`${where}: expected a model with a convolution, found ${kernel}`);
    }
    const weight = kernel.layer(name).weights.get("kernel");
    if (weight?.shape.length !== 4) {
      throw new TypeError(
        `${where}: layer: expected a convolution (${
          convolutions.map(({ name }) => name).join(", ")
        }), found ${JSON.stringify(name)}`,
      );
    }
    return { shape: weight.shape, data: await weight.read() };
  }
  if (!(kernel instanceof Tensor)) {
    throw new TypeError(
      `${where}: kernel: expected a tensor or a model, found ${describe(kernel)}`,
    );
  }
  if (layer !== undefined) {
    throw new TypeError(`${where}: layer: expected a model for it, found a tensor`);
  }
  if (kernel.shape.length !== 4 || kernel.size === 0) {
    throw new TypeError(
      `${where}: kernel: expected shape [height, width, input channels, filters], found ${
        formatShape(kernel.shape)
      }`,
    );
  }
  return { shape: kernel.shape, data: await kernel.data() };
}
