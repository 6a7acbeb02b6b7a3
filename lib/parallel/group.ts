import type { Collective } from "../graph/kernel.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What went between processes so far, of one of them. */
export interface Traffic {
  /** Bytes that it has sent. */
  readonly bytes: number;
  /** Seconds in which it had nothing to do but to wait for numbers, on their way or not even sent. */
  readonly seconds: number;
}

/**
 * Processes that train one model together: what {@linkcode joinProcesses} gives. `fit` and `evaluate`
 * take it as `group`; a training loop or a layer of one's own exchanges numbers by it.
 *
 * Every process must ask for the same exchanges in the same order.
 */
export interface Group extends Collective {
  /** This process's number, from 0. */
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** Steps between two looks whether the weights are the same in all processes. */
  readonly checkEvery: number;
  /** What went between them so far. */
  readonly traffic: Traffic;
  /**
   * Puts the sums over all processes in the place of numbers, with the same bits in each. Sums that can
   * wait, as gradients, go a way of their own, and may be rounded to f16 on it.
   */
  sum(numbers: Float32Array<ArrayBuffer>, canWait?: boolean): Promise<void>;
  /** The numbers of all processes, one after another by rank; all must give as many. */
  gather(numbers: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  /** A text of each process, by rank. */
  gatherTexts(text: string): Promise<string[]>;
  /**
   * The sum of a tensor over all processes, in a layer or a loss. Its gradient is the sum of theirs.
   * `canWait` says that nothing but the update of weights needs it.
   */
  sumTensor(x: Tensor, canWait?: boolean): Tensor;
  /** What the processes have of a tensor, one after another along an axis, in a layer or a loss. */
  gatherTensor(x: Tensor, axis: number): Tensor;
}

/** What is said of a device where a group of processes has one each: ", in each of 2 processes". */
export const inWords = (group: Pick<Group, "size"> | undefined): string =>
  group && group.size > 1 ? `, in each of ${group.size} processes` : "";

/** The group of a process that is alone. */
export class GroupOfOne implements Group {
  readonly rank = 0;
  readonly size = 1;
  readonly checkEvery = Infinity;
  readonly bucketBytes = Infinity;
  readonly traffic: Traffic = { bytes: 0, seconds: 0 };

  stood(): void {}

  sum(): Promise<void> {
    return Promise.resolve();
  }

  gather(numbers: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>> {
    return Promise.resolve(numbers.slice());
  }

  gatherTexts(text: string): Promise<string[]> {
    return Promise.resolve([text]);
  }

  sumTensor(x: Tensor): Tensor {
    return x;
  }

  gatherTensor(x: Tensor): Tensor {
    return x;
  }
}
