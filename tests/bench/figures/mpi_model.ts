/**
 * The time of a training step in several processes: each computes its share of the batch; gradients are
 * summed in buckets, which go while the backward pass goes on. What of that is not over with it is waited
 * for.
 *
 * Source: the cost of a reduce-scatter and an allgather, as of Thakur, Rabenseifner and Gropp, Optimization
 * of collective communication operations in MPICH, 2005.
 *
 * @module
 */

/** What a sum over two processes took: seconds for all bytes, and for a few. */
interface Link {
  readonly sum: number;
  readonly small: number;
}

/** Shares of a step that are backward pass: two of three products are its. */
const backward = 2 / 3;

/**
 * Seconds of a step of one process: on a whole batch, on half of it, and on half of it while the other
 * core does the same, with which it shares memory and clock.
 */
interface Alone {
  readonly whole: number;
  readonly half: number;
  readonly crowded: number;
}

/** A model of the time of a step. */
export interface StepModel {
  /** Seconds of a step in so many processes. */
  seconds(processes: number): number;
  /** The same over another network: bytes a second, and seconds for a message. */
  over(bytesPerSecond: number, latency: number): StepModel;
}

/** A model for a net, from one process's steps and what a sum took over two. */
export function modelOf(
  alone: Alone,
  bytes: number,
  { sum, small }: Link,
): StepModel {
  // Over two processes, each sends half of the bytes twice, in two messages.
  return made(alone, bytes, bytes / Math.max(1e-9, sum - small), small / 2);
}

function made(
  alone: Alone,
  bytes: number,
  bytesPerSecond: number,
  latency: number,
): StepModel {
  const buckets = Math.max(1, Math.ceil(bytes / 2 ** 20));
  return {
    seconds(processes) {
      // What does not shrink with the batch: launches, the loop around.
      const fixed = Math.max(0, 2 * alone.half - alone.whole);
      const crowding = processes === 1 ? 1 : alone.crowded / alone.half;
      const computing = crowding * (alone.whole - fixed) / processes;
      if (processes === 1) return alone.whole;
      // Every process speaks to all others, in both halves of a sum.
      const latencies = 2 * (processes - 1) * latency;
      const moving = 2 * (processes - 1) / processes * bytes / bytesPerSecond;
      const one = latencies + moving / buckets, all = buckets * one;
      // The last bucket is complete when the backward pass is over.
      const hidden = Math.min(all - one, backward * computing * (buckets - 1) / buckets);
      // What all agree on before a step is a small sum more.
      return crowding * fixed + computing + all - hidden + latencies;
    },
    over: (bytesPerSecond, latency) => made(alone, bytes, bytesPerSecond, latency),
  };
}
