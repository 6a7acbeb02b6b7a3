/**
 * The gradient for the kernel of a convolution of stride 1 with a window of 3 by 3, by Winograd's minimal
 * filtering: tiles of inputs and tiles of the outputs' gradients are transformed, multiplied position by
 * position and summed over all tiles, and the sums are transformed to taps.
 *
 * The order of each sum depends on the shape alone: tiles are summed in units, units in chunks, and
 * chunks in the end.
 *
 * @module
 */

import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { addressOf, divide } from "../memory/address.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { addStages, type Part, type Stages } from "../stages/parts.ts";
import { Scratch, slack } from "../stages/scratch.ts";
import { partOfUnits, rangeOf } from "../stages/units.ts";
import type { FunctionBuilder, FunctionIndex, Integer, Local } from "../wasm/assembler.ts";
import { call, i32 } from "../wasm/instructions.ts";
import { filtersKernelGradient } from "./choice.ts";
import { gradientFunction, gradientPatchBytes } from "./gradients.ts";
import { inputFunction, patchBytes } from "./inputs.ts";
import { type Job, jobOf } from "./job.ts";
import { sumProduct } from "./sum_product.ts";
import { sumsPart } from "./sums.ts";
import { gridOf, type Positions, positionsOf } from "./tiles.ts";
import { f4, sideOf } from "./transform.ts";

/** Emits a gradient for a kernel this way if it may and is faster; else returns false. */
export function emitWinogradKernelGradient(
  builder: KernelBuilder,
  kernel: ConvolutionKernel,
): boolean {
  if (builder.target.winograd !== true) return false;
  const job = jobOf(kernel);
  if (job === undefined || !filtersKernelGradient(job)) return false;
  const scratch = new Scratch();
  addStages(builder, new KernelGradient(builder, scratch, job).stages, scratch);
  return true;
}

/** The numbers of a tile. */
const positions = sideOf(f4) ** 2;

/** Bytes of the transformed tiles of a unit, about: they stay in the second cache with its sums. */
const unitBytes = 512 << 10;

/** Tiles of a unit at most (that many of 14 channels are in the first cache), and at least. */
const mostTiles = 128, leastTiles = 8;

/** Chunks that there are at most, and at least if they are to have sums of their own. */
const mostChunks = 16, leastChunks = 8;

/** How many times more transformed numbers than sums a chunk has at least. */
const numbersPerSum = 4;

/** Register tiles of rows that a task of products works on, where tiles are transformed before. */
const blockTiles = 10;

/**
 * How a job is cut: in chunks of tiles, each of which transforms and sums by itself, unit by unit; or,
 * where sums are too many for that, all tiles are transformed before, and one chunk is summed.
 */
export function partition(job: Job) {
  const grid = gridOf(job, f4), channels = job.image[3], filters = job.result[3];
  const wanted = grid.count * (channels + filters) / (numbersPerSum * channels * filters);
  const inChunks = wanted >= leastChunks;
  const fitting = Math.floor(unitBytes / (positions * (channels + filters) * 4));
  const most = inChunks ? Math.max(leastTiles, Math.min(mostTiles, fitting)) : mostTiles;
  const share = Math.ceil(grid.count / (inChunks ? Math.min(mostChunks, Math.floor(wanted)) : 1));
  const unitsPerChunk = Math.ceil(share / most), tiles = Math.ceil(share / unitsPerChunk);
  const units = Math.ceil(grid.count / tiles);
  return { grid, inChunks, tiles, units, unitsPerChunk, chunks: Math.ceil(units / unitsPerChunk) };
}

/**
 * How tiles lie that are summed at once: one after another, so that each is written to a page or two. A
 * line more than its numbers lets the rows of a position want different places in the first cache.
 */
function tilesOf(channels: number): Positions {
  const position = Math.ceil(channels / 4) * 16;
  return { row: Math.ceil(positions * position / 64) * 64 + 64, position };
}

/** Where something is that each thread has, or all have together. */
type Place = (f: FunctionBuilder, args: Arguments) => Local<"i32">;

/** Transformed tiles: where they are, how they lie, and what makes them. */
interface Transformed {
  readonly positions: Positions;
  readonly at: Place;
  /** Transforms so many tiles from the first on. */
  fill(f: FunctionBuilder, args: Arguments, first: Integer, tiles: Integer, to: Integer): void;
}

class KernelGradient {
  readonly stages: Stages;
  readonly #cut: ReturnType<typeof partition>;
  readonly #inputs: Transformed;
  readonly #gradients: Transformed;
  readonly #product: ReturnType<typeof sumProduct>;
  readonly #sums: Positions;
  readonly #sumsAt: (args: Arguments) => Integer;

  constructor(builder: KernelBuilder, scratch: Scratch, job: Job) {
    const { module, target } = builder, channels = job.image[3], filters = job.result[3];
    const cut = partition(job), threads = target.threads ?? 1;
    this.#cut = cut;
    const reserve = (bytes: number, slots: number): Place => {
      const at = scratch.reserve(bytes * slots);
      const slot = () => slots === 1 ? i32.constant(0) : module.thread();
      return (f, args) => addressOf(f, i32.add(args.scratch, at), [slot(), bytes]);
    };
    const patchSize = Math.max(patchBytes(job, f4), gradientPatchBytes(job, f4)) + slack;
    const patch = reserve(patchSize, threads);
    const transformed = (
      input: number,
      channels: number,
      make: (positions: Positions) => FunctionIndex,
    ): Transformed => {
      const lie = cut.inChunks ? tilesOf(channels) : positionsOf(cut.grid.count, channels);
      const fn = make(lie);
      return {
        positions: lie,
        at: cut.inChunks
          ? reserve(cut.tiles * lie.row, threads)
          : reserve(positions * lie.position, 1),
        fill: (f, args, first, tiles, to) =>
          f.do(call(fn, args.input(input), first, tiles, to, patch(f, args))),
      };
    };
    this.#inputs = transformed(
      0,
      channels,
      (lie) => inputFunction(module, job, f4, cut.grid, lie, target.native),
    );
    this.#gradients = transformed(
      1,
      filters,
      (lie) => gradientFunction(module, job, f4, cut.grid, lie),
    );
    // A line more than whole rows: else positions would want the same place in the caches.
    this.#sums = { row: filters * 4, position: Math.ceil(channels * filters / 16) * 64 + 64 };
    const sums = scratch.reserve(cut.chunks * positions * this.#sums.position);
    this.#sumsAt = (args) => i32.add(args.scratch, sums);
    this.#product = sumProduct(module, target, {
      channels,
      filters,
      inputs: this.#inputs.positions,
      gradients: this.#gradients.positions,
      sums: this.#sums,
      tiles: cut.grid.count % cut.tiles === 0 ? cut.tiles : "runtime",
      resumable: cut.unitsPerChunk > 1,
    });
    const finish = sumsPart(job, f4, this.#sums, cut.chunks, this.#sumsAt);
    this.stages = cut.inChunks
      ? [[this.#chunks()], [finish]]
      : [[this.#all(this.#inputs), this.#all(this.#gradients)], [this.#products()], [finish]];
  }

  /** Tasks that transform and sum a chunk. */
  #chunks(): Part {
    const { chunks, unitsPerChunk, units } = this.#cut;
    return {
      tasks: chunks,
      emit: (f, args, chunk) => {
        const inputs = this.#inputs.at(f, args), gradients = this.#gradients.at(f, args);
        const sums = addressOf(f, this.#sumsAt(args), [chunk, positions * this.#sums.position]);
        const [unit0, unit1] = rangeOf(f, chunk, unitsPerChunk, units);
        f.count(unit0, unit1, 1, (unit) => {
          const { first, tiles } = this.#tilesOf(f, unit);
          this.#inputs.fill(f, args, first, tiles, inputs);
          this.#gradients.fill(f, args, first, tiles, gradients);
          const resume = f.local(i32.ne(unit, unit0));
          f.count(0, positions, 1, (position) =>
            f.scope(() => {
              const all = [i32.constant(0), i32.constant(this.#product.rowTiles)] as const;
              this.#product.add(f, position, all, { inputs, gradients, sums, tiles, resume });
            }));
        });
      },
    };
  }

  /** Tasks that transform a tile. */
  #all({ positions: { row }, at, fill }: Transformed): Part {
    return partOfUnits(this.#cut.grid.count, 1, (f, args) => {
      const start = at(f, args);
      return (tile) => fill(f, args, tile, i32.constant(1), addressOf(f, start, [tile, row]));
    });
  }

  /** Tasks that sum some rows of a position over all tiles. */
  #products(): Part {
    const { rowTiles } = this.#product, blocks = Math.ceil(rowTiles / blockTiles);
    return {
      tasks: positions * blocks,
      emit: (f, args, task) => {
        const [position, block] = divide(f, task, blocks, positions);
        const rows = rangeOf(f, block, blockTiles, rowTiles);
        const at = { inputs: this.#inputs.at(f, args), gradients: this.#gradients.at(f, args) };
        const sums = f.local(this.#sumsAt(args));
        f.count(0, this.#cut.units, 1, (unit) => {
          const { first, tiles } = this.#tilesOf(f, unit);
          this.#product.add(f, position, rows, {
            inputs: addressOf(f, at.inputs, [first, this.#inputs.positions.row]),
            gradients: addressOf(f, at.gradients, [first, this.#gradients.positions.row]),
            sums,
            tiles,
            resume: f.local(i32.ne(unit, 0)),
          });
        });
      },
    };
  }

  /** The first tile of a unit, and how many it has. */
  #tilesOf(f: FunctionBuilder, unit: Local<"i32">) {
    const { tiles, grid } = this.#cut, [first, end] = rangeOf(f, unit, tiles, grid.count);
    return { first, tiles: f.local(i32.sub(end, first)) };
  }
}
