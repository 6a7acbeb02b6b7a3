import { options, type Schema, type Values } from "../../core/options.ts";
import type { Pair } from "../../graph/kernel.ts";
import { resolvePadding } from "../../tensor/functions/geometry.ts";
import * as functions from "../../tensor/functions/pool.ts";
import {
  type AveragePoolOptions,
  averagePoolSchema,
  pairOf,
  type PoolOptions,
  poolSchema,
  type Size2d,
} from "../../tensor/functions/settings.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { defineLayer, Layer } from "../layer.ts";
import { type LayerWindows, moving } from "../window.ts";
import { checkImages } from "./images.ts";
import { type LayerOptions, layerSchema } from "./layer_options.ts";
import { strideWords, times } from "./words.ts";

/** Settings of maxPool2d. */
export interface MaxPool2dOptions extends LayerOptions, PoolOptions {}

/** Settings of averagePool2d. */
export interface AveragePool2dOptions extends LayerOptions, AveragePoolOptions {}

const maxPool2dSchema = { ...poolSchema, ...layerSchema } satisfies Schema<MaxPool2dOptions>;

const averagePool2dSchema = {
  ...averagePoolSchema,
  ...layerSchema,
} satisfies Schema<AveragePool2dOptions>;

type Config = Values<typeof averagePoolSchema> & { readonly window: Size2d };

/** The input, if it is a batch of images. */
function images(x: Tensor | undefined): Tensor {
  checkImages(x!.shape.slice(1));
  return x!;
}

function windowOf(
  { window, stride = window, padding = "valid" }: Config,
  size: Pair,
): LayerWindows {
  const [extent, step] = [pairOf(window, "window"), pairOf(stride, "stride")];
  return moving(extent, step, resolvePadding(padding, size, extent, step));
}

const words = (what: string, { window, stride = window }: Config) =>
  `${what} pool ${times(window)}${strideWords(stride)}`;

const maxPool2dType = defineLayer<Config>({
  type: "maxPool2d",
  call: ([x], _, { window, ...options }) => functions.maxPool2d(images(x), window, options),
  window: windowOf,
  role: "pooling",
  words: (config) => words("max", config),
});

const averagePool2dType = defineLayer<Config>({
  type: "averagePool2d",
  call: ([x], _, { window, ...options }) => functions.averagePool2d(images(x), window, options),
  window: windowOf,
  role: "pooling",
  words: (config) => words("average", config),
});

const globalAveragePool2dType = defineLayer({
  type: "globalAveragePool2d",
  call: ([x]) => functions.globalAveragePool2d(images(x)),
  role: "pooling",
});

const globalMaxPool2dType = defineLayer({
  type: "globalMaxPool2d",
  call: ([x]) => functions.globalMaxPool2d(images(x)),
  role: "pooling",
});

/** The largest number of each window of images. */
export function maxPool2d(window: Size2d, given: MaxPool2dOptions = {}): Layer {
  const { name, ...config } = options("maxPool2d", given, maxPool2dSchema);
  pairOf(window, "maxPool2d: window");
  return new Layer(maxPool2dType, { window, ...config }, name);
}

/** The mean of each window of images. */
export function averagePool2d(window: Size2d, given: AveragePool2dOptions = {}): Layer {
  const { name, ...config } = options("averagePool2d", given, averagePool2dSchema);
  pairOf(window, "averagePool2d: window");
  return new Layer(averagePool2dType, { window, ...config }, name);
}

/** The mean of each channel: [h, w, c] to [c]. */
export function globalAveragePool2d(given: LayerOptions = {}): Layer {
  const { name, ...config } = options("globalAveragePool2d", given, layerSchema);
  return new Layer(globalAveragePool2dType, config, name);
}

/** The maximum of each channel: [h, w, c] to [c]. */
export function globalMaxPool2d(given: LayerOptions = {}): Layer {
  const { name, ...config } = options("globalMaxPool2d", given, layerSchema);
  return new Layer(globalMaxPool2dType, config, name);
}
