/**
 * Convolutions of stride 1 with windows of 3 by 3 by Winograd's minimal filtering: inputs and weights are
 * transformed tile by tile, multiplied position by position of a tile, and the products are transformed
 * back. It has its own bits: errors are a few times those of the direct sum (../README.md says which).
 *
 * @module
 */

import type { ConvolutionKernel } from "../../../lib/graph/kernel.ts";
import { addressOf, divide } from "../memory/address.ts";
import { panelsOf, tileOf } from "../product/tile.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { addPreparation, addStages, type Part, type Stages } from "../stages/parts.ts";
import { Scratch, slack } from "../stages/scratch.ts";
import { partOfUnits, rangeOf } from "../stages/units.ts";
import type { FunctionBuilder, FunctionIndex, Integer, Local } from "../wasm/assembler.ts";
import { call, i32 } from "../wasm/instructions.ts";
import { filteringOf, weightBytes } from "./choice.ts";
import { inputFunction, patchBytes } from "./inputs.ts";
import { type Job, jobOf } from "./job.ts";
import { type OutputFunction, outputFunction } from "./outputs.ts";
import { positionProduct, type PositionProducts, weightSizes } from "./product.ts";
import { gridOf, positionsOf, type TileGrid } from "./tiles.ts";
import { type Filtering, sideOf } from "./transform.ts";
import { weightsPart } from "./weights.ts";

/** Emits a convolution, or the gradient for its image, this way if it may and is faster; else returns false. */
export function emitWinograd(builder: KernelBuilder, kernel: ConvolutionKernel): boolean {
  if (builder.target.winograd !== true) return false;
  const job = jobOf(kernel);
  const filtering = job && filteringOf(job, builder.constants.includes(1));
  if (job === undefined || filtering === undefined) return false;
  const scratch = new Scratch();
  addStages(builder, new Winograd(builder, scratch, job, filtering).stages, scratch);
  return true;
}

/**
 * Tiles of a task that does all that is to be done for its tiles, in memory of its thread: so many that
 * its numbers are in the second cache, and more where the weights are in none, as it reads all of them.
 */
const blockTiles = { few: 24, many: 96 }, manyWeights = 4 << 20;

/** Such tasks there must be; otherwise tiles, then positions, then tiles again are shared by threads. */
const leastBlocks = 8;

/** Tasks that the products of all positions are shared in. */
const productTasks = 72;

/** How a job is cut: all of its tiles together, or blocks of `rows` of them. */
export function partition(job: Job, filtering: Filtering) {
  const grid = gridOf(job, filtering);
  const most = blockTiles[weightBytes(job, filtering) > manyWeights ? "many" : "few"];
  const blocks = Math.ceil(grid.count / most), inBlocks = blocks >= leastBlocks;
  const rows = inBlocks ? Math.ceil(grid.count / blocks) : grid.count;
  return { grid, inBlocks, rows, blocks: Math.ceil(grid.count / rows) };
}

/** Where something is that each thread has, or all have together. */
type Place = (f: FunctionBuilder, args: Arguments) => Local<"i32">;

class Winograd {
  readonly stages: Stages;
  readonly #cut: ReturnType<typeof partition>;
  readonly #places: number;
  readonly #sizes: PositionProducts;
  readonly #weights: (args: Arguments) => Integer;
  readonly #inputs: Place;
  readonly #products: Place;
  readonly #patch: Place;
  readonly #transform: FunctionIndex;
  readonly #multiply: ReturnType<typeof positionProduct>;
  readonly #finish: OutputFunction;

  constructor(builder: KernelBuilder, scratch: Scratch, job: Job, filtering: Filtering) {
    const { module, target } = builder, channels = job.image[3], filters = job.result[3];
    const cut = partition(job, filtering), places = sideOf(filtering) ** 2, { rows, grid } = cut;
    const inputs = positionsOf(rows, channels);
    const tile = tileOf(filters, [inputs.row, positionsOf(rows, filters).row], target);
    const panels = panelsOf(filters, tile.width);
    const products = positionsOf(rows, panels.count * panels.width);
    const sizes: PositionProducts = { rows, channels, inputs, products, tile, panels };
    this.#cut = cut;
    this.#places = places;
    this.#sizes = sizes;
    const threads = target.threads ?? 1;
    const reserve = (bytes: number, slots: number): Place => {
      const at = scratch.reserve(bytes * slots);
      const slot = () => slots === 1 ? i32.constant(0) : module.thread();
      return (f, args) => addressOf(f, i32.add(args.scratch, at), [slot(), bytes]);
    };
    const slots = cut.inBlocks ? threads : 1;
    this.#inputs = reserve(places * inputs.position, slots);
    this.#products = reserve(places * products.position, slots);
    this.#patch = reserve(patchBytes(job, filtering) + slack, threads);

    const kept = builder.constants.includes(1);
    const at = (kept ? builder.kept : scratch).reserve(places * weightSizes(sizes).position);
    this.#weights = (args) => i32.add(kept ? args.kept : args.scratch, at);
    const weights = weightsPart(job, filtering, panels, this.#weights);
    if (kept) addPreparation(builder, weights);

    this.#transform = inputFunction(module, job, filtering, grid, inputs, target.native);
    this.#multiply = positionProduct(module, sizes);
    this.#finish = outputFunction(module, job, filtering, grid, products, target.native);
    const first = kept ? [] : [weights];
    this.stages = cut.inBlocks
      ? [first, [this.#blocks()]]
      : [[...first, this.#inputsOf(grid)], [this.#productsOf()], [this.#outputsOf(grid)]];
  }

  /** Tasks that transform a block of tiles, multiply, and transform back. */
  #blocks(): Part {
    const { blocks, rows, grid } = this.#cut;
    return {
      tasks: blocks,
      emit: (f, args, block) => {
        const first = f.local(i32.mul(block, rows));
        const at = {
          inputs: this.#inputs(f, args),
          weights: f.local(this.#weights(args)),
          products: this.#products(f, args),
        };
        const patch = this.#patch(f, args);
        f.do(call(this.#transform, args.input(0), first, i32.constant(rows), at.inputs, patch));
        const panels = [i32.constant(0), i32.constant(this.#sizes.panels.count)] as const;
        f.count(
          0,
          this.#places,
          1,
          (position) => f.scope(() => this.#multiply(f, position, panels, at)),
        );
        const end = f.local(i32.minU(i32.add(first, rows), grid.count));
        f.do(this.#finish(args, first, end, at.products));
      },
    };
  }

  /** Tasks that transform the inputs of a tile. */
  #inputsOf({ count }: TileGrid): Part {
    return partOfUnits(count, 1, (f, args) => {
      const inputs = this.#inputs(f, args), patch = this.#patch(f, args);
      return (tile) => {
        const to = addressOf(f, inputs, [tile, this.#sizes.inputs.row]);
        f.do(call(this.#transform, args.input(0), tile, i32.constant(1), to, patch));
      };
    });
  }

  /** Tasks that multiply some panels of a position. */
  #productsOf(): Part {
    const { panels } = this.#sizes, places = this.#places;
    const perTask = Math.ceil(panels.count / Math.ceil(productTasks / places));
    const shares = Math.ceil(panels.count / perTask);
    return {
      tasks: places * shares,
      emit: (f, args, task) => {
        const [position, share] = divide(f, task, shares, places);
        this.#multiply(f, position, rangeOf(f, share, perTask, panels.count), {
          inputs: this.#inputs(f, args),
          weights: this.#weights(args),
          products: this.#products(f, args),
        });
      },
    };
  }

  /** Tasks that store the outputs of a tile. */
  #outputsOf({ count }: TileGrid): Part {
    return partOfUnits(count, 1, (f, args) => {
      const products = this.#products(f, args);
      return (tile) => {
        const from = addressOf(f, products, [tile, this.#sizes.products.row]);
        f.do(this.#finish(args, tile, f.local(i32.add(tile, 1)), from));
      };
    });
  }
}
