import { required } from "../../core/option_kinds.ts";
import type { Values } from "../../core/options.ts";
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
  sizeOption,
} from "../../tensor/functions/settings.ts";
import { defineLayer, type Layer } from "../layer.ts";
import { type LayerWindows, moving } from "../window.ts";
import { imagesOf, strideWords, times } from "./images.ts";
import { type LayerOptions, makeLayer } from "./layer_options.ts";

/** Settings of maxPool2d. */
export interface MaxPool2dOptions extends LayerOptions, PoolOptions {}

/** Settings of averagePool2d. */
export interface AveragePool2dOptions extends LayerOptions, AveragePoolOptions {}

const window = required(sizeOption());
const maxPool2dSchema = { window, ...poolSchema };
const averagePool2dSchema = { window, ...averagePoolSchema };

type Config = Values<typeof averagePool2dSchema>;

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
  schema: maxPool2dSchema,
  call: (x, _, { window, ...options }) => functions.maxPool2d(imagesOf(x), window, options),
  window: windowOf,
  role: "pooling",
  words: (config) => words("max", config),
});

const averagePool2dType = defineLayer<Config>({
  type: "averagePool2d",
  schema: averagePool2dSchema,
  call: (x, _, { window, ...options }) => functions.averagePool2d(imagesOf(x), window, options),
  window: windowOf,
  role: "pooling",
  words: (config) => words("average", config),
});

const globalAveragePool2dType = defineLayer({
  type: "globalAveragePool2d",
  schema: {},
  call: (x) => functions.globalAveragePool2d(imagesOf(x)),
  role: "pooling",
});

const globalMaxPool2dType = defineLayer({
  type: "globalMaxPool2d",
  schema: {},
  call: (x) => functions.globalMaxPool2d(imagesOf(x)),
  role: "pooling",
});

/** The largest number of each window of images. */
export function maxPool2d(window: Size2d, given: MaxPool2dOptions = {}): Layer {
  return makeLayer(maxPool2dType, given, { window });
}

/** The mean of each window of images. */
export function averagePool2d(window: Size2d, given: AveragePool2dOptions = {}): Layer {
  return makeLayer(averagePool2dType, given, { window });
}

/** The mean of each channel: [h, w, c] to [c]. */
export function globalAveragePool2d(given: LayerOptions = {}): Layer {
  return makeLayer(globalAveragePool2dType, given);
}

/** The maximum of each channel: [h, w, c] to [c]. */
export function globalMaxPool2d(given: LayerOptions = {}): Layer {
  return makeLayer(globalMaxPool2dType, given);
}
