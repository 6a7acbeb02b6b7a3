import { pairOf, type Size2d } from "../../tensor/functions/geometry.ts";
import * as pool from "../../tensor/functions/pool.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { defineLayer, Layer } from "../layer.ts";
import { checkImages, checkOptions, type LayerOptions } from "./options.ts";

/** Settings of maxPool2d. */
export interface MaxPool2dOptions extends LayerOptions, pool.PoolOptions {}

/** Settings of averagePool2d. */
export interface AveragePool2dOptions extends LayerOptions, pool.AveragePoolOptions {}

type Config = Readonly<Record<string, unknown>> & pool.AveragePoolOptions & {
  readonly window: Size2d;
};

/** The input, if it is a batch of images. */
function images(x: Tensor | undefined): Tensor {
  checkImages(x!.shape.slice(1));
  return x!;
}

/** The largest number of each window. */
export const maxPool2dType = defineLayer<Config>({
  type: "maxPool2d",
  call: ([x], _, { window, ...options }) => pool.maxPool2d(images(x), window, options),
});

/** The mean of each window. */
export const averagePool2dType = defineLayer<Config>({
  type: "averagePool2d",
  call: ([x], _, { window, ...options }) => pool.averagePool2d(images(x), window, options),
});

/** The mean of each channel. */
export const globalAveragePool2dType = defineLayer({
  type: "globalAveragePool2d",
  call: ([x]) => pool.globalAveragePool2d(images(x)),
});

/** The maximum of each channel. */
export const globalMaxPool2dType = defineLayer({
  type: "globalMaxPool2d",
  call: ([x]) => pool.globalMaxPool2d(images(x)),
});

const options = ["stride", "padding", "ceilMode"];

/** Maximum pooling: see {@linkcode LayerMethods.maxPool2d}. */
export function maxPool2d(window: Size2d, given: MaxPool2dOptions = {}): Layer {
  const config = checkOptions("maxPool2d", given, options);
  pairOf(window, "maxPool2d: window");
  return new Layer(maxPool2dType, { window, ...config }, given.name);
}

/** Average pooling: see {@linkcode LayerMethods.averagePool2d}. */
export function averagePool2d(window: Size2d, given: AveragePool2dOptions = {}): Layer {
  const config = checkOptions("averagePool2d", given, [...options, "countIncludePadding"]);
  pairOf(window, "averagePool2d: window");
  return new Layer(averagePool2dType, { window, ...config }, given.name);
}

/** Global average pooling: see {@linkcode LayerMethods.globalAveragePool2d}. */
export function globalAveragePool2d(given: LayerOptions = {}): Layer {
  return new Layer(
    globalAveragePool2dType,
    checkOptions("globalAveragePool2d", given, []),
    given.name,
  );
}

/** Global maximum pooling: see {@linkcode LayerMethods.globalMaxPool2d}. */
export function globalMaxPool2d(given: LayerOptions = {}): Layer {
  return new Layer(globalMaxPool2dType, checkOptions("globalMaxPool2d", given, []), given.name);
}
