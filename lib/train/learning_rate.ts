import { describeValue } from "../core/errors.ts";
import { checkedBy, integer, listOf, number, required } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";

/**
 * A learning rate that changes: a function of the epoch, which counts from 0 and has a fraction
 * within an epoch (1.5 is half way through the second). Of a stream nobody knows the length: there
 * the rate of an epoch's beginning is that of all its steps.
 */
export interface Schedule {
  /** The learning rate at a time; `step` counts all steps done, also where an epoch has no end. */
  rate(epoch: number, step?: number): number;
  /** Told after each epoch what is to fall: the validation loss, or else the training loss. */
  report?(loss: number): void;
  /** What `report` has changed, for a checkpoint. */
  state?(): Readonly<Record<string, number>>;
  /** Goes back to a saved state. */
  restore?(state: Readonly<Record<string, number>>): void;
}

/** A learning rate: a number, or a schedule. */
export type LearningRate = number | Schedule;

const rate = number({ least: 0 }), span = number({ above: 0 });

/** The option of a learning rate. */
export const learningRateOption = (fallback: number) =>
  checkedBy<LearningRate, number>((value, where) => {
    if (typeof value === "number") return rate.read(value, where);
    if (isSchedule(value)) return value;
    throw new TypeError(
      `${where}: expected a number or a schedule such as stepDecay(…), found ` +
        `${describeValue(value)}`,
    );
  }, fallback);

const isSchedule = (value: unknown): value is Schedule =>
  value instanceof Object && "rate" in value && typeof value.rate === "function";

/** The schedule that a checked learning rate stands for. */
export const scheduleOf = (rate: LearningRate): Schedule =>
  typeof rate === "number" ? constantRate(rate) : rate;

/** Always the same rate. */
export function constantRate(learningRate: number): Schedule {
  rate.read(learningRate, "constantRate: learningRate");
  return { rate: () => learningRate };
}

/** The rate times `factor` (0.1) after every `every` epochs. */
export function stepDecay(
  learningRate: number,
  given: { readonly every: number; readonly factor?: number },
): Schedule {
  rate.read(learningRate, "stepDecay: learningRate");
  const schema = {
    every: required(span),
    factor: number({ least: 0 }, 0.1),
  } satisfies Schema<typeof given>;
  const { every, factor } = options("stepDecay", given, schema);
  return { rate: (epoch) => learningRate * factor ** Math.floor(epoch / every) };
}

/**
 * The rate times `factor` (0.1) once each of the epochs `at` is reached: PyTorch's MultiStepLR. The
 * residual networks' paper divides by ten after half and after three quarters of its steps.
 *
 * ```ts
 * import { multiStepDecay } from "@striate/striate";
 * const schedule = multiStepDecay(0.1, { at: [30, 45] });
 * console.log([29.9, 30, 45].map((epoch) => schedule.rate(epoch).toPrecision(2))); // 0.10, 0.010, 0.0010
 * ```
 */
export function multiStepDecay(
  learningRate: number,
  given: { readonly at: readonly number[]; readonly factor?: number },
): Schedule {
  rate.read(learningRate, "multiStepDecay: learningRate");
  const schema = {
    at: required(listOf(span)),
    factor: number({ least: 0 }, 0.1),
  } satisfies Schema<typeof given>;
  const { at, factor } = options("multiStepDecay", given, schema);
  return { rate: (epoch) => learningRate * factor ** at.filter((time) => epoch >= time).length };
}

/** The rate times `factor` with each epoch, falling smoothly within epochs. */
export function exponentialDecay(
  learningRate: number,
  given: { readonly factor: number },
): Schedule {
  rate.read(learningRate, "exponentialDecay: learningRate");
  const { factor } = options("exponentialDecay", given, { factor: required(rate) });
  return { rate: (epoch) => learningRate * factor ** epoch };
}

/**
 * From the rate down to `minimum` (0) along half a cosine over `epochs`, and `minimum` afterwards.
 * Source: Loshchilov and Hutter 2016, arXiv 1608.03983.
 */
export function cosineDecay(
  learningRate: number,
  given: { readonly epochs: number; readonly minimum?: number },
): Schedule {
  rate.read(learningRate, "cosineDecay: learningRate");
  const schema = {
    epochs: required(span),
    minimum: number({ least: 0 }, 0),
  } satisfies Schema<typeof given>;
  const { epochs, minimum } = options("cosineDecay", given, schema);
  return {
    rate: (epoch) => {
      const share = Math.min(1, epoch / epochs);
      return minimum + (learningRate - minimum) * (1 + Math.cos(Math.PI * share)) / 2;
    },
  };
}

/**
 * From the rate down to `minimum` (0) over `epochs`, as (1 - epoch / epochs) ^ `power` (1: a line), and
 * `minimum` afterwards: with `minimum` 0 PyTorch's PolynomialLR.
 */
export function polynomialDecay(
  learningRate: number,
  given: { readonly epochs: number; readonly power?: number; readonly minimum?: number },
): Schedule {
  rate.read(learningRate, "polynomialDecay: learningRate");
  const schema = {
    epochs: required(span),
    power: number({ above: 0 }, 1),
    minimum: number({ least: 0 }, 0),
  } satisfies Schema<typeof given>;
  const { epochs, power, minimum } = options("polynomialDecay", given, schema);
  return {
    rate: (epoch) =>
      minimum + (learningRate - minimum) * (1 - Math.min(1, epoch / epochs)) ** power,
  };
}

/**
 * One cycle over `epochs`, along halves of cosines: up to `peak` in the first share `rise` (0.3), from
 * `peak` / `startDivisor` (25); then down to a `finalDivisor`th (1e4) of that start, which stays.
 * PyTorch's OneCycleLR of n steps is this with `bySteps`, `epochs: n - 1` and a `rise` of
 * (pct_start * n - 1) / (n - 1). Source: Smith and Topin 2017, arXiv 1708.07120.
 *
 * ```ts
 * import { bySteps, oneCycle } from "@striate/striate";
 * const schedule = bySteps(oneCycle(0.1, { epochs: 1000 }));
 * console.log(schedule.rate(0, 300)); // 0.1
 * ```
 */
export function oneCycle(
  peak: number,
  given: {
    readonly epochs: number;
    readonly rise?: number;
    readonly startDivisor?: number;
    readonly finalDivisor?: number;
  },
): Schedule {
  rate.read(peak, "oneCycle: peak");
  const schema = {
    epochs: required(span),
    rise: number({ least: 0, most: 1 }, 0.3),
    startDivisor: number({ least: 1 }, 25),
    finalDivisor: number({ least: 1 }, 1e4),
  } satisfies Schema<typeof given>;
  const { epochs, rise, startDivisor, finalDivisor } = options("oneCycle", given, schema);
  const start = peak / startDivisor, end = start / finalDivisor;
  const between = (from: number, to: number, share: number) =>
    to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
  return {
    rate: (epoch) => {
      const share = Math.min(1, epoch / epochs);
      return share < rise
        ? between(start, peak, share / rise)
        : between(peak, end, rise === 1 ? 0 : (share - rise) / (1 - rise));
    },
  };
}

/**
 * Another schedule that counts steps where it would count epochs: for streams, whose epochs have no
 * known length, and for recipes that count updates. The steps are those since training began, so
 * `bySteps(warmUp(…))` and not the other way round. In `trainOnBatch`, the epoch that it is given
 * stands for the step.
 *
 * ```ts
 * import { bySteps, stepDecay } from "@striate/striate";
 * const schedule = bySteps(stepDecay(0.1, { every: 32_000 }));
 * console.log(schedule.rate(80, 31_999)); // 0.1
 * ```
 */
export function bySteps(counting: Schedule): Schedule {
  const schedule = scheduleOf(learningRateOption(0).read(counting, "bySteps"));
  return {
    ...counted(schedule),
    rate: (epoch, step = epoch) => schedule.rate(step, step),
  };
}

/** What a schedule within another remembers. */
const counted = (schedule: Schedule): Omit<Schedule, "rate"> => ({
  report: (loss) => schedule.report?.(loss),
  state: () => schedule.state?.() ?? {},
  restore: (state) => schedule.restore?.(state),
});

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
export function warmUp(after: LearningRate, given: { readonly epochs: number }): Schedule {
  const { epochs } = options("warmUp", given, { epochs: required(span) });
  const schedule = scheduleOf(learningRateOption(0).read(after, "warmUp: learningRate"));
  return {
    rate: (epoch, step) =>
      epoch < epochs ? schedule.rate(0) * epoch / epochs : schedule.rate(epoch - epochs, step),
    ...counted(schedule),
  };
}

/**
 * Divides the rate by `factor` (10) when the loss has not fallen for `patience` (10) epochs. It
 * remembers what it was told: a new run wants a new one.
 */
export function divideOnPlateau(
  learningRate: number,
  given: {
    readonly factor?: number;
    readonly patience?: number;
    /** A fall by less than this share of the best loss does not count; 1e-4 by default. */
    readonly threshold?: number;
    readonly minimum?: number;
  } = {},
): Schedule {
  rate.read(learningRate, "divideOnPlateau: learningRate");
  const schema = {
    factor: number({ above: 1 }, 10),
    patience: integer({ least: 0 }, 10),
    threshold: number({ least: 0 }, 1e-4),
    minimum: number({ least: 0 }, 0),
  } satisfies Schema<typeof given>;
  const { factor, patience, threshold, minimum } = options("divideOnPlateau", given, schema);
  const stateSchema = {
    rate: number({ least: 0 }, learningRate),
    best: checkedBy((value, where) => number().read(value, where), Infinity),
    waited: integer({ least: 0 }, 0),
  };
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
      const { best, ...rest } = state;
      // A checkpoint is JSON, which has no infinity.
      return Number.isFinite(best) ? { best, ...rest } : rest;
    },
    restore(saved) {
      state = { ...options("divideOnPlateau: state", saved, stateSchema) };
    },
  };
}
