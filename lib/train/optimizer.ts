import { custom, flag, number } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { full } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type LearningRate, learningRateOption, type Schedule, scheduleOf } from "./schedule.ts";

/** A weight after a step, and the optimizer's memory for it. */
export interface Updated {
  /** The weight. */
  readonly weight: Tensor;
  /** What the optimizer remembers for it. */
  readonly slots: readonly Tensor[];
}

/** A rule that turns gradients into better weights. */
export interface Optimizer {
  /** The rule: "sgd", "adam" and so on. */
  readonly name: string;
  /** The learning rate. */
  readonly schedule: Schedule;
  /** Numbers that it remembers for each number of a weight, by name; they begin at 0. */
  readonly slots: readonly string[];
  /** Largest norm of all gradients together; longer ones are shortened to it. */
  readonly clipNorm: number | undefined;
  /**
   * One step for one weight. `rate` is the learning rate and `step` the number of the step, from 1,
   * both f32 scalars.
   */
  update(
    weight: Tensor,
    gradient: Tensor,
    slots: readonly Tensor[],
    rate: Tensor,
    step: Tensor,
  ): Updated;
}

/** The option that an optimizer is given by. */
export const optimizerOption = custom(
  "an optimizer such as sgd() or adam()",
  (value): value is Optimizer =>
    value instanceof Object && "update" in value && typeof value.update === "function",
);

/** Settings of every optimizer. */
export interface OptimizerOptions {
  /** A number or a schedule. */
  readonly learningRate?: LearningRate;
  /** Largest norm of all gradients together; none by default. */
  readonly clipNorm?: number;
}

const share = (fallback: number) => number({ least: 0, below: 1 }, fallback);
const weightPull = (fallback: number) => number({ least: 0 }, fallback);
const common = (learningRate: number) => ({
  learningRate: learningRateOption(learningRate),
  clipNorm: number({ above: 0 }),
});

/**
 * Stochastic gradient descent with momentum, exactly as in the AlexNet paper:
 * v ← momentum · v − weightDecay · rate · w − rate · gradient; w ← w + v.
 * With `nesterov`, w ← w + momentum · v − weightDecay · rate · w − rate · gradient with the new v.
 *
 * Sources: Krizhevsky et al. 2012, section 5; Sutskever et al. 2013 for Nesterov's form.
 *
 * ```ts
 * import { sgd, stepDecay } from "@striate/striate";
 * const optimizer = sgd({
 *   learningRate: stepDecay(0.01, { every: 30 }),
 *   momentum: 0.9,
 *   weightDecay: 0.0005,
 * });
 * console.log(optimizer.name); // "sgd"
 * ```
 */
export function sgd(
  given: OptimizerOptions & {
    readonly momentum?: number;
    readonly weightDecay?: number;
    readonly nesterov?: boolean;
  } = {},
): Optimizer {
  const { learningRate, clipNorm, momentum, weightDecay, nesterov } = options(
    "sgd",
    given,
    {
      ...common(0.01),
      momentum: share(0),
      weightDecay: weightPull(0),
      nesterov: flag(false),
    } satisfies Schema<typeof given>,
  );
  if (nesterov && momentum === 0) {
    throw new RangeError("sgd: nesterov: expected a momentum above 0, for example 0.9");
  }
  return {
    name: "sgd",
    schedule: scheduleOf(learningRate),
    clipNorm,
    slots: momentum > 0 ? ["velocity"] : [],
    update(weight, gradient, [velocity], rate) {
      const decayed = weightDecay > 0 ? gradient.add(weight.mul(weightDecay)) : gradient;
      const step = decayed.mul(rate);
      if (velocity === undefined) return { weight: weight.sub(step), slots: [] };
      const v = velocity.mul(momentum).sub(step);
      const move = nesterov ? v.mul(momentum).sub(step) : v;
      return { weight: weight.add(move), slots: [v] };
    },
  };
}

/** Settings of adam and adamW. */
export interface AdamOptions extends OptimizerOptions {
  /** Share of the old mean gradient; 0.9 by default. */
  readonly beta1?: number;
  /** Share of the old mean square; 0.999 by default. */
  readonly beta2?: number;
  /** Added to the root; 1e-8 by default. */
  readonly epsilon?: number;
  /** Adam: added to the gradient (default 0). AdamW: taken off the weight itself (default 0.01). */
  readonly weightDecay?: number;
}

function adaptive(given: AdamOptions, name: string, usualDecay: number): Optimizer {
  const { learningRate, clipNorm, beta1, beta2, epsilon, weightDecay } = options(
    name,
    given,
    {
      ...common(0.001),
      beta1: share(0.9),
      beta2: share(0.999),
      epsilon: number({ least: 0 }, 1e-8),
      weightDecay: weightPull(usualDecay),
    } satisfies Schema<AdamOptions>,
  );
  const decoupled = name === "adamW";
  return {
    name,
    schedule: scheduleOf(learningRate),
    clipNorm,
    slots: ["mean", "square"],
    update(weight, gradient, [mean, square], rate, step) {
      const g = !decoupled && weightDecay > 0 ? gradient.add(weight.mul(weightDecay)) : gradient;
      const m = mean!.mul(beta1).add(g.mul(1 - beta1));
      const s = square!.mul(beta2).add(g.square().mul(1 - beta2));
      // Both begin at 0, so early on they are too small by 1 - beta^step.
      const missing = (beta: number) => full([], beta).pow(step).neg().add(1);
      const root = s.sqrt().div(missing(beta2).sqrt()).add(epsilon);
      const move = m.mul(rate.div(missing(beta1))).div(root);
      const start = decoupled && weightDecay > 0
        ? weight.mul(rate.mul(-weightDecay).add(1))
        : weight;
      return { weight: start.sub(move), slots: [m, s] };
    },
  };
}

/** Adam: steps of about the learning rate, whatever the gradient's size. Kingma and Ba 2014, arXiv 1412.6980. */
export function adam(given: AdamOptions = {}): Optimizer {
  return adaptive(given, "adam", 0);
}

/** Adam whose weight decay does not pass through the gradient. Loshchilov and Hutter 2017, arXiv 1711.05101. */
export function adamW(given: AdamOptions = {}): Optimizer {
  return adaptive(given, "adamW", 0.01);
}

/**
 * RMSprop: the gradient over the root of its running mean square.
 * Source: Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012.
 */
export function rmsprop(
  given: OptimizerOptions & {
    /** Share of the old mean square; 0.99 by default. */
    readonly decay?: number;
    readonly momentum?: number;
    readonly epsilon?: number;
    readonly weightDecay?: number;
  } = {},
): Optimizer {
  const { learningRate, clipNorm, decay, momentum, epsilon, weightDecay } = options(
    "rmsprop",
    given,
    {
      ...common(0.001),
      decay: share(0.99),
      momentum: share(0),
      epsilon: number({ least: 0 }, 1e-8),
      weightDecay: weightPull(0),
    } satisfies Schema<typeof given>,
  );
  return {
    name: "rmsprop",
    schedule: scheduleOf(learningRate),
    clipNorm,
    slots: momentum > 0 ? ["square", "velocity"] : ["square"],
    update(weight, gradient, [square, velocity], rate) {
      const g = weightDecay > 0 ? gradient.add(weight.mul(weightDecay)) : gradient;
      const s = square!.mul(decay).add(g.square().mul(1 - decay));
      const step = g.div(s.sqrt().add(epsilon));
      if (velocity === undefined) return { weight: weight.sub(step.mul(rate)), slots: [s] };
      const v = velocity.mul(momentum).add(step);
      return { weight: weight.sub(v.mul(rate)), slots: [s, v] };
    },
  };
}

/**
 * AdaGrad: the gradient over the root of the sum of all squared gradients so far, so that numbers
 * that rarely change take larger steps. Source: Duchi et al. 2011, JMLR 12.
 */
export function adagrad(
  given: OptimizerOptions & {
    /** Added to the root; 1e-10 by default. */
    readonly epsilon?: number;
    readonly weightDecay?: number;
  } = {},
): Optimizer {
  const { learningRate, clipNorm, epsilon, weightDecay } = options(
    "adagrad",
    given,
    {
      ...common(0.01),
      epsilon: number({ least: 0 }, 1e-10),
      weightDecay: weightPull(0),
    } satisfies Schema<typeof given>,
  );
  return {
    name: "adagrad",
    schedule: scheduleOf(learningRate),
    clipNorm,
    slots: ["squares"],
    update(weight, gradient, [squares], rate) {
      const g = weightDecay > 0 ? gradient.add(weight.mul(weightDecay)) : gradient;
      const s = squares!.add(g.square());
      const step = g.div(s.sqrt().add(epsilon)).mul(rate);
      return { weight: weight.sub(step), slots: [s] };
    },
  };
}

/** Gradients shortened together so that their norm is at most `limit`. */
export function clipByNorm(gradients: readonly Tensor[], limit: number): Tensor[] {
  const squares = gradients.map((g) => g.square().sum()).reduce((a, b) => a.add(b));
  const factor = full([], limit).div(squares.sqrt().add(1e-6)).minimum(1);
  return gradients.map((g) => g.mul(factor));
}
