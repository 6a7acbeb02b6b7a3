import { Random } from "../core/random.ts";

/** The lanes below belong to the order of the examples. */
const firstLane = 1;

/**
 * What an example is read for: an epoch, and random numbers that depend on a seed, the epoch and the
 * example's index alone, so that neither the order of reading nor a resumed run changes them.
 */
export class Draw {
  #random: Random | undefined;

  /** For the example of an index; `lane` tells several draws for one example apart. */
  constructor(
    /** The seed of the random numbers. */
    readonly seed: number,
    /** The epoch, counted from 0. */
    readonly epoch: number,
    /** The place of the example in what is read. */
    readonly index: number,
    private readonly lane = 0,
  ) {}

  /** The example's random numbers; whoever changes it next goes on in the same sequence. */
  get random(): Random {
    const { seed, epoch, index, lane } = this;
    return this.#random ??= new Random(seed, epoch * 2 ** 32 + index, firstLane + lane);
  }
}
