import type { Model } from "../train/model.ts";
import type { Optimizer } from "../train/optimizer.ts";
import { adadelta, adagrad, adam, adamW, lamb, lion, rmsprop, sgd } from "../train/optimizers.ts";
import {
  constantRate,
  cosineDecay,
  divideOnPlateau,
  exponentialDecay,
  multiStepDecay,
  oneCycle,
  polynomialDecay,
  type Schedule,
  stepDecay,
  warmUp,
} from "../train/learning_rate.ts";
import { UsageError } from "./command.ts";

const optimizers = { sgd, adam, adamw: adamW, rmsprop, adagrad, adadelta, lion, lamb };
/** The name of an optimizer. */
export type OptimizerName = keyof typeof optimizers;
/** All of them. */
export const optimizerNames = Object.keys(optimizers) as OptimizerName[];
/** Whether an optimizer has a momentum. */
export const hasMomentum = (name: OptimizerName) => name === "sgd" || name === "rmsprop";

const schedules = {
  constant: constantRate,
  step: (rate, epochs) => stepDecay(rate, { every: Math.max(1, Math.ceil(epochs / 3)) }),
  // The paper of the residual networks: a tenth after half of the time, a hundredth after three quarters.
  "multi-step": (rate, epochs) => multiStepDecay(rate, { at: [epochs / 2, 0.75 * epochs] }),
  exponential: (rate, epochs) => exponentialDecay(rate, { factor: 0.01 ** (1 / epochs) }),
  cosine: (rate, epochs) => cosineDecay(rate, { epochs }),
  "warm-up": (rate, epochs) =>
    warmUp(cosineDecay(rate, { epochs: 0.9 * epochs }), { epochs: 0.1 * epochs }),
  "one-cycle": (rate, epochs) => oneCycle(rate, { epochs }),
  polynomial: (rate, epochs) => polynomialDecay(rate, { epochs }),
  plateau: (rate) => divideOnPlateau(rate, { patience: 2 }),
} satisfies Record<string, (rate: number, epochs: number) => Schedule>;
/** The name of a schedule. */
export type ScheduleName = keyof typeof schedules;
/** All of them. */
export const scheduleNames = Object.keys(schedules) as ScheduleName[];

/** What an optimizer is made by. */
export interface OptimizerSettings {
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly clipNorm?: number;
  readonly schedule: ScheduleName;
  readonly epochs: number;
}

/** Learning rates where none is given; 0.001 for the rest. */
export const firstRates: Partial<Record<OptimizerName, number>> = {
  adagrad: 0.01,
  adadelta: 1,
  lion: 0.0001,
};

/** The optimizer of all layers of a network, of which those before the head may take smaller steps. */
export function optimizerFor(
  settings: OptimizerSettings & { readonly trunkRate?: number },
  net: Model,
): Optimizer {
  const { trunkRate = 1 } = settings;
  if (trunkRate === 1) return optimizerOf(settings);
  const head = [...net.head().namedWeights.keys()].map((name) => [name, 1]);
  return optimizerOf(settings, { ...Object.fromEntries(head), "*": trunkRate });
}

/** The optimizer of a run; `rateFactors` are those of groups of layers. */
export function optimizerOf(
  settings: OptimizerSettings,
  rateFactors?: Readonly<Record<string, number>>,
): Optimizer {
  const { optimizer, schedule, momentum, weightDecay, clipNorm, epochs } = settings;
  try {
    return optimizers[optimizer]({
      learningRate: schedules[schedule](settings.learningRate, epochs),
      weightDecay,
      ...rateFactors && { rateFactors },
      ...clipNorm !== undefined && { clipNorm },
      ...hasMomentum(optimizer) && { momentum },
    });
  } catch (error) {
    throw new UsageError(`--optimizer: ${(error as Error).message}`);
  }
}
