/**
 * A learning rate that changes: a function of the epoch, which counts from 0 and has a fraction
 * within an epoch (1.5 is half way through the second). Of a stream nobody knows the length: there
 * the rate of an epoch's beginning is that of all its steps.
 */
export interface Schedule {
  /** The learning rate at a time. */
  rate(epoch: number): number;
  /** Told after each epoch what is to fall: the validation loss, or else the training loss. */
  report?(loss: number): void;
  /** What `report` has changed, for a checkpoint. */
  state?(): Readonly<Record<string, number>>;
  /** Goes back to a saved state. */
  restore?(state: Readonly<Record<string, number>>): void;
}

/** A learning rate: a number, or a schedule. */
export type LearningRate = number | Schedule;

function checkRate(rate: number, what: string): number {
  if (!(rate >= 0) || !Number.isFinite(rate)) {
    throw new RangeError(`${what}: expected a finite number of at least 0, found ${rate}`);
  }
  return rate;
}

function checkSpan(epochs: number, what: string): number {
  if (!(epochs > 0)) throw new RangeError(`${what}: expected a number above 0, found ${epochs}`);
  return epochs;
}

/** A schedule for what a user gave. */
export function scheduleOf(given: LearningRate): Schedule {
  if (typeof given === "number") return constantRate(given);
  if (typeof given?.rate !== "function") {
    throw new TypeError(
      `learningRate: expected a number or a schedule such as stepDecay(…), found ${given}`,
    );
  }
  return given;
}

/** Always the same rate. */
export function constantRate(learningRate: number): Schedule {
  checkRate(learningRate, "learningRate");
  return { rate: () => learningRate };
}

/** The rate times `factor` (0.1) after every `every` epochs. */
export function stepDecay(
  learningRate: number,
  { every, factor = 0.1 }: { readonly every: number; readonly factor?: number },
): Schedule {
  checkRate(learningRate, "stepDecay: learningRate");
  checkSpan(every, "stepDecay: every");
  checkRate(factor, "stepDecay: factor");
  return { rate: (epoch) => learningRate * factor ** Math.floor(epoch / every) };
}

/** The rate times `factor` with each epoch, falling smoothly within epochs. */
export function exponentialDecay(
  learningRate: number,
  { factor }: { readonly factor: number },
): Schedule {
  checkRate(learningRate, "exponentialDecay: learningRate");
  checkRate(factor, "exponentialDecay: factor");
  return { rate: (epoch) => learningRate * factor ** epoch };
}

/**
 * From the rate down to `minimum` (0) along half a cosine over `epochs`, and `minimum` afterwards.
 * Source: Loshchilov and Hutter 2016, arXiv 1608.03983.
 */
export function cosineDecay(
  learningRate: number,
  { epochs, minimum = 0 }: { readonly epochs: number; readonly minimum?: number },
): Schedule {
  checkRate(learningRate, "cosineDecay: learningRate");
  checkSpan(epochs, "cosineDecay: epochs");
  checkRate(minimum, "cosineDecay: minimum");
  return {
    rate: (epoch) => {
      const share = Math.min(1, epoch / epochs);
      return minimum + (learningRate - minimum) * (1 + Math.cos(Math.PI * share)) / 2;
    },
  };
}

/**
 * Another schedule, but at first the rate rises from 0 to its start over `epochs`. The other
 * schedule begins after that.
 *
 * ```ts
 * import { cosineDecay, warmUp } from "@striate/striate";
 * const schedule = warmUp(cosineDecay(0.1, { epochs: 10 }), { epochs: 2 });
 * console.log(schedule.rate(1), schedule.rate(2)); // 0.05 0.1
 * ```
 */
export function warmUp(after: LearningRate, { epochs }: { readonly epochs: number }): Schedule {
  checkSpan(epochs, "warmUp: epochs");
  const schedule = scheduleOf(after);
  return {
    rate: (epoch) =>
      epoch < epochs ? schedule.rate(0) * epoch / epochs : schedule.rate(epoch - epochs),
    report: (loss) => schedule.report?.(loss),
    state: () => schedule.state?.() ?? {},
    restore: (state) => schedule.restore?.(state),
  };
}

/**
 * Divides the rate by `factor` (10) when the loss has not fallen for `patience` (10) epochs. It
 * remembers what it was told: a new run wants a new one.
 */
export function divideOnPlateau(
  learningRate: number,
  options: {
    readonly factor?: number;
    readonly patience?: number;
    /** A fall by less than this share of the best loss does not count; 1e-4 by default. */
    readonly threshold?: number;
    readonly minimum?: number;
  } = {},
): Schedule {
  const { factor = 10, patience = 10, threshold = 1e-4, minimum = 0 } = options;
  checkRate(learningRate, "divideOnPlateau: learningRate");
  if (!(factor > 1)) {
    throw new RangeError(`divideOnPlateau: factor: expected a number above 1, found ${factor}`);
  }
  let state = { rate: learningRate, best: Infinity, waited: 0 };
  return {
    rate: () => state.rate,
    report(loss) {
      const fall = state.best === Infinity ? 0 : Math.abs(state.best) * threshold;
      if (loss < state.best - fall) {
        state = { ...state, best: loss, waited: 0 };
      } else if (state.waited + 1 > patience) {
        state = { ...state, rate: Math.max(minimum, state.rate / factor), waited: 0 };
      } else {
        state = { ...state, waited: state.waited + 1 };
      }
    },
    state() {
      const { best, ...others } = state;
      // A checkpoint is JSON, which has no infinity.
      return Number.isFinite(best) ? { best, ...others } : others;
    },
    restore({ rate = learningRate, best = Infinity, waited = 0 }) {
      state = { rate, best, waited };
    },
  };
}
