import { bytesPerElement } from "../../core/dtype.ts";
import type { Plan } from "../../compile/plan.ts";
import { type Launch, multiplyAddsOf } from "../../graph/kernel.ts";
import type { Pace } from "../device.ts";

/** Milliseconds of work that are submitted at once: systems reset a GPU that is busy for a second or two. */
const submitted = 50;

/** Milliseconds after which a loop waits for the device: signals and timers get their turn then. */
const waited = 100;

/** Steps that a loop is ahead at most: what they are given lies in memory. */
const mostSteps = 64;

/** What a slow adapter does in a millisecond, as long as nothing has been measured. */
const slowRate = 1e7;

/** How much a launch has to do: its multiply-adds, and the bytes that it moves as four each. */
export function workOf(plan: Plan, { kernel, inputs, outputs }: Launch): number {
  const bytes = [...inputs, ...outputs].reduce((sum, number) => {
    const { size, dtype } = plan.values[number]!;
    return sum + size * bytesPerElement[dtype];
  }, 0);
  return multiplyAddsOf(kernel) + 4 * bytes;
}

/**
 * Learns how fast a device is, by how long what was queued took, and says by it how much is submitted
 * at once and how far loops may run ahead.
 */
export class Pacer {
  readonly #now: () => number;
  #rate = slowRate;
  #step = waited;
  #work = 0;
  #runs = 0;
  #began = 0;

  /** `now` is a clock, in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How much work is submitted at once. */
  get share(): number {
    return this.#rate * submitted;
  }

  /** How far loops may run ahead. */
  get pace(): Pace {
    const stride = Math.round(waited / this.#step);
    return { stride: Math.max(1, Math.min(stride, mostSteps)), ahead: 0 };
  }

  /** To be told when a program with so much work was queued. */
  queued(work: number): void {
    if (this.#runs++ === 0) this.#began = this.#now();
    this.#work += work;
  }

  /** To be called before everything queued is waited for; what it returns, afterwards. */
  waiting(): () => void {
    const work = this.#work, runs = this.#runs, began = this.#began;
    this.#work = this.#runs = 0;
    return () => {
      const elapsed = this.#now() - began;
      if (runs === 0 || !(elapsed > 0)) return;
      this.#step = elapsed / runs;
      // Whatever else took time meanwhile, the device is no slower than that.
      this.#rate = Math.max(this.#rate, work / elapsed);
    };
  }
}
