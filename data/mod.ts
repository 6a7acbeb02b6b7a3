/**
 * Data sets: drawn on the fly (`digits`, `shapes`), downloaded once and checked (`mnist`,
 * `fashionMnist`, `cifar10`, `photographs`), or read from files of your own (`cifarFiles`, `readIdx`).
 *
 * @module
 */
export { type DrawnOptions } from "./drawn.ts";
export { digits } from "./digits.ts";
export { shapes } from "./shapes.ts";
export { fashionMnist, mnist } from "./mnist.ts";
export { type LoadOptions, type Part, type Parts } from "./parts.ts";
export { cifar10 } from "./cifar10.ts";
export { cifarFiles } from "./cifar.ts";
export { imageNetClasses, imageNetSynsets } from "./imagenet_classes.ts";
export {
  type Photograph,
  type PhotographName,
  photographs,
  type PhotographsOptions,
} from "./photographs.ts";
export { type IdxArray, readIdx } from "./idx.ts";
export { cacheFolder, type CacheOptions } from "../lib/core/cache.ts";
export { type DownloadEvents, type DownloadProgress } from "../lib/core/download.ts";
