import type { Job } from "./job.ts";
import { gridOf } from "./tiles.ts";
import { f2, f4, type Filtering, sideOf } from "./transform.ts";

/** Channels, before and after, below which transforms cost more than they save. */
const leastChannels = 16;

/** F(4x4, 3x3) is taken for more tiles than this: its weights are read once, and are many. */
const fewTiles = 16;

/** Tiles that there must be, where weights are transformed once and where they are in each run. */
const leastTiles = { kept: 16, changing: 32 };

/** Bytes of transformed weights that a convolution may take, from run to run. */
const mostBytes = 64 << 20;

/** Bytes of the transformed weights of a job, but for what fills up panels. */
export const weightBytes = ({ image, result }: Job, filtering: Filtering): number =>
  sideOf(filtering) ** 2 * image[3] * result[3] * 4;

/**
 * The filtering that computes a job faster than a product does, if there is one; `keepsWeights` says
 * whether they are transformed once for many runs. ../README.md has what the limits rest on.
 */
export function filteringOf(job: Job, keepsWeights: boolean): Filtering | undefined {
  if (Math.min(job.image[3], job.result[3]) < leastChannels) return undefined;
  const filtering = gridOf(job, f4).count > fewTiles ? f4 : f2;
  const tiles = gridOf(job, filtering).count;
  if (tiles < leastTiles[keepsWeights ? "kept" : "changing"]) return undefined;
  return weightBytes(job, filtering) <= mostBytes ? filtering : undefined;
}

/** Bytes of transformed tiles that a gradient for a kernel may take. */
const mostTileBytes = 256 << 20;

/**
 * Whether the gradient for the kernel of a job is computed faster by F(4x4, 3x3) than by a product. Where
 * tiles are not half full on average, products are not half as many.
 */
export function filtersKernelGradient(job: Job): boolean {
  const { image: [, , , channels], result: [images, height, width, filters] } = job;
  const tiles = gridOf(job, f4).count;
  return Math.min(channels, filters) >= leastChannels && tiles >= leastTiles.changing &&
    images * height * width * 2 >= tiles * f4.outputs ** 2 &&
    tiles * sideOf(f4) ** 2 * (channels + filters) * 4 <= mostTileBytes;
}
