/**
 * The rules of the course's papers.
 *
 * @module
 */
import { flag, number, oneOf } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { where } from "../tensor/combine.ts";
import type { Tensor } from "../tensor/tensor.ts";
import {
  defineOptimizer,
  type Optimizer,
  type OptimizerOptions,
  optimizerSchema,
} from "./optimizer.ts";

const share = (fallback: number) => number({ least: 0, below: 1 }, fallback);
const notNegative = (fallback: number) => number({ least: 0 }, fallback);

/** A gradient with the pull of the weights to zero added, for rules that know no other way. */
const decayed = (gradient: Tensor, weight: Tensor, weightDecay: number) =>
  weightDecay > 0 ? gradient.add(weight.mul(weightDecay)) : gradient;

/** Settings of sgd. */
export interface SgdOptions extends OptimizerOptions {
  /** Share of the velocity that goes on; 0 by default, which is plain descent. */
  readonly momentum?: number;
  /** The pull of the weights to zero, which is added to the gradient; 0 by default. */
  readonly weightDecay?: number;
  /** Nesterov's form: a step looks ahead by the new velocity. */
  readonly nesterov?: boolean;
  /**
   * What the velocity adds up: "step" (the default) the gradients times the learning rate, as AlexNet
   * and Caffe have it, so that a new rate counts for new gradients alone; "gradient" the gradients
   * themselves, as PyTorch has it, so that a new rate counts for all that is in the velocity.
   */
  readonly velocity?: "step" | "gradient";
}

/**
 * Stochastic gradient descent with momentum, exactly as in the AlexNet paper:
 * v ← momentum · v − weightDecay · rate · w − rate · gradient; w ← w + v.
 * With `nesterov`, w ← w + momentum · v − weightDecay · rate · w − rate · gradient with the new v.
 *
 * With `velocity: "gradient"` as in PyTorch: v ← momentum · v + weightDecay · w + gradient;
 * w ← w − rate · v; and with `nesterov` w ← w − rate · (gradient + weightDecay · w + momentum · v). At a
 * constant rate both give the same weights.
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
export function sgd(given: SgdOptions = {}): Optimizer {
  const schema = {
    ...optimizerSchema(0.01),
    momentum: share(0),
    weightDecay: notNegative(0),
    nesterov: flag(false),
    velocity: oneOf(["step", "gradient"], "step"),
  } satisfies Schema<SgdOptions>;
  const settings = options("sgd", given, schema);
  const { momentum, weightDecay, nesterov, velocity: sum, ...common } = settings;
  if (nesterov && momentum === 0) {
    throw new RangeError("sgd: nesterov: expected a momentum above 0, for example 0.9");
  }
  if (sum === "gradient" && momentum > 0) {
    return defineOptimizer({
      name: "sgd",
      settings,
      // Another name, since it means something else to a run that goes on.
      slots: ["gradientVelocity"],
      update(weight, gradient, [velocity], rate) {
        const g = decayed(gradient, weight, weightDecay), v = velocity!.mul(momentum).add(g);
        const move = nesterov ? v.mul(momentum).add(g) : v;
        return { weight: weight.sub(move.mul(rate)), slots: [v] };
      },
    }, common);
  }
  return defineOptimizer({
    name: "sgd",
    settings,
    slots: momentum > 0 ? ["velocity"] : [],
    update(weight, gradient, [velocity], rate) {
      const step = decayed(gradient, weight, weightDecay).mul(rate);
      if (velocity === undefined) return { weight: weight.sub(step), slots: [] };
      const v = velocity.mul(momentum).sub(step);
      const move = nesterov ? v.mul(momentum).sub(step) : v;
      return { weight: weight.add(move), slots: [v] };
    },
  }, common);
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

/**
 * 1 - beta^step, how much of a mean that began at 0 is there. As it stands it has no digits left where
 * beta is near 1; with x = step · log(beta) it is 1 - exp(x) = -tanh(x / 2) · (exp(x) + 1), which has
 * them all.
 */
function shareOfSteps(beta: number, step: Tensor): Tensor {
  const x = step.mul(Math.max(Math.log(beta), -100));
  return x.mul(-0.5).tanh().mul(x.exp().add(1));
}

function adaptive(given: AdamOptions, name: string, usualDecay: number): Optimizer {
  const schema = {
    ...optimizerSchema(0.001),
    beta1: share(0.9),
    beta2: share(0.999),
    epsilon: notNegative(1e-8),
    weightDecay: notNegative(usualDecay),
  } satisfies Schema<AdamOptions>;
  const settings = options(name, given, schema);
  const { beta1, beta2, epsilon, weightDecay, ...common } = settings;
  const decoupled = name === "adamW";
  return defineOptimizer({
    name,
    settings,
    slots: ["mean", "square"],
    update(weight, gradient, [mean, square], rate, step) {
      const g = decoupled ? gradient : decayed(gradient, weight, weightDecay);
      const m = mean!.mul(beta1).add(g.mul(1 - beta1));
      const s = square!.mul(beta2).add(g.square().mul(1 - beta2));
      // Both begin at 0, so early on they are too small.
      const root = s.sqrt().div(shareOfSteps(beta2, step).sqrt()).add(epsilon);
      const move = m.mul(rate.div(shareOfSteps(beta1, step))).div(root);
      const start = decoupled && weightDecay > 0
        ? weight.mul(rate.mul(-weightDecay).add(1))
        : weight;
      return { weight: start.sub(move), slots: [m, s] };
    },
  }, common);
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
  const schema = {
    ...optimizerSchema(0.001),
    decay: share(0.99),
    momentum: share(0),
    epsilon: notNegative(1e-8),
    weightDecay: notNegative(0),
  } satisfies Schema<typeof given>;
  const settings = options("rmsprop", given, schema);
  const { decay, momentum, epsilon, weightDecay, ...common } = settings;
  return defineOptimizer({
    name: "rmsprop",
    settings,
    slots: momentum > 0 ? ["square", "velocity"] : ["square"],
    update(weight, gradient, [square, velocity], rate) {
      const g = decayed(gradient, weight, weightDecay);
      const s = square!.mul(decay).add(g.square().mul(1 - decay));
      const step = g.div(s.sqrt().add(epsilon));
      if (velocity === undefined) return { weight: weight.sub(step.mul(rate)), slots: [s] };
      const v = velocity.mul(momentum).add(step);
      return { weight: weight.sub(v.mul(rate)), slots: [s, v] };
    },
  }, common);
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
  const schema = {
    ...optimizerSchema(0.01),
    epsilon: notNegative(1e-10),
    weightDecay: notNegative(0),
  } satisfies Schema<typeof given>;
  const settings = options("adagrad", given, schema);
  const { epsilon, weightDecay, ...common } = settings;
  return defineOptimizer({
    name: "adagrad",
    settings,
    slots: ["squares"],
    update(weight, gradient, [squares], rate) {
      const g = decayed(gradient, weight, weightDecay);
      const s = squares!.add(g.square());
      const step = g.div(s.sqrt().add(epsilon)).mul(rate);
      return { weight: weight.sub(step), slots: [s] };
    },
  }, common);
}

/**
 * Adadelta: the gradient over the root of its running mean square, times that of the steps so far, so
 * that a step has the weight's own unit; the learning rate, 1 by default, is a factor of it.
 * Source: Zeiler 2012, arXiv 1212.5701.
 */
export function adadelta(
  given: OptimizerOptions & {
    /** Share of the old mean squares; 0.9 by default. */
    readonly decay?: number;
    /** Added to the mean squares; 1e-6 by default. */
    readonly epsilon?: number;
    readonly weightDecay?: number;
  } = {},
): Optimizer {
  const schema = {
    ...optimizerSchema(1),
    decay: share(0.9),
    epsilon: number({ above: 0 }, 1e-6),
    weightDecay: notNegative(0),
  } satisfies Schema<typeof given>;
  const settings = options("adadelta", given, schema);
  const { decay, epsilon, weightDecay, ...common } = settings;
  return defineOptimizer({
    name: "adadelta",
    settings,
    slots: ["square", "stepSquare"],
    update(weight, gradient, [square, stepSquare], rate) {
      const g = decayed(gradient, weight, weightDecay);
      const s = square!.mul(decay).add(g.square().mul(1 - decay));
      const step = stepSquare!.add(epsilon).sqrt().div(s.add(epsilon).sqrt()).mul(g);
      const squares = stepSquare!.mul(decay).add(step.square().mul(1 - decay));
      return { weight: weight.sub(step.mul(rate)), slots: [s, squares] };
    },
  }, common);
}

/**
 * Lion: every number moves by the learning rate (1e-4 by default), in the direction of the sign of a
 * mean of gradients. It wants a third to a tenth of AdamW's rate and as much more weight decay, which is
 * taken off the weight itself. Source: Chen et al. 2023, arXiv 2302.06675, algorithm 2.
 */
export function lion(
  given: OptimizerOptions & {
    /** Share of the old mean in the direction of a step; 0.9 by default. */
    readonly beta1?: number;
    /** Share of the old mean in the new one; 0.99 by default. */
    readonly beta2?: number;
    readonly weightDecay?: number;
  } = {},
): Optimizer {
  const schema = {
    ...optimizerSchema(1e-4),
    beta1: share(0.9),
    beta2: share(0.99),
    weightDecay: notNegative(0),
  } satisfies Schema<typeof given>;
  const settings = options("lion", given, schema);
  const { beta1, beta2, weightDecay, ...common } = settings;
  return defineOptimizer({
    name: "lion",
    settings,
    slots: ["mean"],
    update(weight, gradient, [mean], rate) {
      const direction = mean!.mul(beta1).add(gradient.mul(1 - beta1)).sign();
      return {
        weight: weight.sub(decayed(direction, weight, weightDecay).mul(rate)),
        slots: [mean!.mul(beta2).add(gradient.mul(1 - beta2))],
      };
    },
  }, common);
}

/**
 * LAMB: Adam's step of each weight tensor, weight decay added (0.01 by default), made as long as the
 * weight's own norm times the learning rate, for batches of thousands. The epsilon is 1e-6 by default.
 * Source: You et al. 2019, arXiv 1904.00962, algorithm 2.
 */
export function lamb(given: AdamOptions = {}): Optimizer {
  const schema = {
    ...optimizerSchema(0.001),
    beta1: share(0.9),
    beta2: share(0.999),
    epsilon: notNegative(1e-6),
    weightDecay: notNegative(0.01),
  } satisfies Schema<AdamOptions>;
  const settings = options("lamb", given, schema);
  const { beta1, beta2, epsilon, weightDecay, ...common } = settings;
  const norm = (x: Tensor) => x.square().sum().sqrt();
  return defineOptimizer({
    name: "lamb",
    settings,
    slots: ["mean", "square"],
    update(weight, gradient, [mean, square], rate, step) {
      const m = mean!.mul(beta1).add(gradient.mul(1 - beta1));
      const s = square!.mul(beta2).add(gradient.square().mul(1 - beta2));
      const root = s.sqrt().div(shareOfSteps(beta2, step).sqrt()).add(epsilon);
      const move = decayed(m.div(shareOfSteps(beta1, step)).div(root), weight, weightDecay);
      // A weight of zeros, or a step of none, has no length to go by.
      const length = norm(weight), stepLength = norm(move);
      const ratio = where(
        length.minimum(stepLength).greater(0),
        length.div(where(stepLength.greater(0), stepLength, 1)),
        1,
      );
      return { weight: weight.sub(move.mul(rate.mul(ratio))), slots: [m, s] };
    },
  }, common);
}
