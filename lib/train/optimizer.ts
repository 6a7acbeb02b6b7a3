import type { Node } from "../graph/node.ts";
import {
  add,
  divide,
  minimum,
  multiply,
  negate,
  offset,
  power,
  scale,
  sqrt,
  subtract,
} from "../graph/ops/elementwise.ts";
import { literal } from "../graph/ops/generate.ts";
import { reduceSum } from "../graph/ops/reduce.ts";
import { checkNames } from "./options.ts";
import { type LearningRate, type Schedule, scheduleOf } from "./schedule.ts";

/** A weight after a step, and the optimizer's memory for it. */
export interface Updated {
  /** The weight. */
  readonly weight: Node;
  /** What the optimizer remembers for it. */
  readonly slots: readonly Node[];
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
  update(weight: Node, gradient: Node, slots: readonly Node[], rate: Node, step: Node): Updated;
}

/** Settings of every optimizer. */
export interface OptimizerOptions {
  /** A number or a schedule. */
  readonly learningRate?: LearningRate;
  /** Largest norm of all gradients together; none by default. */
  readonly clipNorm?: number;
}

function common(
  options: OptimizerOptions,
  name: string,
  defaultRate: number,
  own: readonly string[],
) {
  checkNames(name, options, ["learningRate", "clipNorm", "weightDecay", ...own]);
  const { clipNorm } = options;
  if (clipNorm !== undefined && !(clipNorm > 0)) {
    throw new RangeError(`${name}: clipNorm: expected a number above 0, found ${clipNorm}`);
  }
  return { name, schedule: scheduleOf(options.learningRate ?? defaultRate), clipNorm };
}

function checkShare(value: number, what: string): void {
  if (!(value >= 0 && value < 1)) {
    throw new RangeError(`${what}: expected at least 0 and less than 1, found ${value}`);
  }
}

function checkDecay(value: number, what: string): void {
  if (value >= 0 && value < Infinity) return;
  throw new RangeError(`${what}: expected a finite number of at least 0, found ${value}`);
}

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
  options: OptimizerOptions & {
    readonly momentum?: number;
    readonly weightDecay?: number;
    readonly nesterov?: boolean;
  } = {},
): Optimizer {
  const { momentum = 0, weightDecay = 0, nesterov = false } = options;
  checkShare(momentum, "sgd: momentum");
  checkDecay(weightDecay, "sgd: weightDecay");
  if (nesterov && momentum === 0) {
    throw new RangeError("sgd: nesterov: expected a momentum above 0, for example 0.9");
  }
  return {
    ...common(options, "sgd", 0.01, ["momentum", "nesterov"]),
    slots: momentum > 0 ? ["velocity"] : [],
    update(weight, gradient, [velocity], rate) {
      const decayed = weightDecay > 0 ? add(gradient, scale(weight, weightDecay)) : gradient;
      const step = multiply(decayed, rate);
      if (velocity === undefined) return { weight: subtract(weight, step), slots: [] };
      const v = subtract(scale(velocity, momentum), step);
      const move = nesterov ? subtract(scale(v, momentum), step) : v;
      return { weight: add(weight, move), slots: [v] };
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

function adaptive(options: AdamOptions, name: string, weightDecay: number): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  checkShare(beta1, `${name}: beta1`);
  checkShare(beta2, `${name}: beta2`);
  checkDecay(weightDecay, `${name}: weightDecay`);
  const decoupled = name === "adamW";
  return {
    ...common(options, name, 0.001, ["beta1", "beta2", "epsilon"]),
    slots: ["mean", "square"],
    update(weight, gradient, [mean, square], rate, step) {
      const g = !decoupled && weightDecay > 0
        ? add(gradient, scale(weight, weightDecay))
        : gradient;
      const m = add(scale(mean!, beta1), scale(g, 1 - beta1));
      const s = add(scale(square!, beta2), scale(multiply(g, g), 1 - beta2));
      // Both begin at 0, so early on they are too small by 1 - beta^step.
      const missing = (beta: number) => offset(negate(power(literal(beta), step)), 1);
      const root = offset(divide(sqrt(s), sqrt(missing(beta2))), epsilon);
      const move = divide(multiply(m, divide(rate, missing(beta1))), root);
      const start = decoupled && weightDecay > 0
        ? multiply(weight, offset(scale(rate, -weightDecay), 1))
        : weight;
      return { weight: subtract(start, move), slots: [m, s] };
    },
  };
}

/** Adam: steps of about the learning rate, whatever the gradient's size. Kingma and Ba 2014, arXiv 1412.6980. */
export function adam(options: AdamOptions = {}): Optimizer {
  return adaptive(options, "adam", options.weightDecay ?? 0);
}

/** Adam whose weight decay does not pass through the gradient. Loshchilov and Hutter 2017, arXiv 1711.05101. */
export function adamW(options: AdamOptions = {}): Optimizer {
  return adaptive(options, "adamW", options.weightDecay ?? 0.01);
}

/**
 * RMSprop: the gradient over the root of its running mean square.
 * Source: Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012.
 */
export function rmsprop(
  options: OptimizerOptions & {
    /** Share of the old mean square; 0.99 by default. */
    readonly decay?: number;
    readonly momentum?: number;
    readonly epsilon?: number;
    readonly weightDecay?: number;
  } = {},
): Optimizer {
  const { decay = 0.99, momentum = 0, epsilon = 1e-8, weightDecay = 0 } = options;
  checkShare(decay, "rmsprop: decay");
  checkShare(momentum, "rmsprop: momentum");
  checkDecay(weightDecay, "rmsprop: weightDecay");
  return {
    ...common(options, "rmsprop", 0.001, ["decay", "momentum", "epsilon"]),
    slots: momentum > 0 ? ["square", "velocity"] : ["square"],
    update(weight, gradient, [square, velocity], rate) {
      const g = weightDecay > 0 ? add(gradient, scale(weight, weightDecay)) : gradient;
      const s = add(scale(square!, decay), scale(multiply(g, g), 1 - decay));
      const step = divide(g, offset(sqrt(s), epsilon));
      if (velocity === undefined) {
        return { weight: subtract(weight, multiply(step, rate)), slots: [s] };
      }
      const v = add(scale(velocity, momentum), step);
      return { weight: subtract(weight, multiply(v, rate)), slots: [s, v] };
    },
  };
}

/**
 * AdaGrad: the gradient over the root of the sum of all squared gradients so far, so that numbers
 * that rarely change take larger steps. Source: Duchi et al. 2011, JMLR 12.
 */
export function adagrad(
  options: OptimizerOptions & {
    /** Added to the root; 1e-10 by default. */
    readonly epsilon?: number;
    readonly weightDecay?: number;
  } = {},
): Optimizer {
  const { epsilon = 1e-10, weightDecay = 0 } = options;
  checkDecay(weightDecay, "adagrad: weightDecay");
  return {
    ...common(options, "adagrad", 0.01, ["epsilon"]),
    slots: ["squares"],
    update(weight, gradient, [squares], rate) {
      const g = weightDecay > 0 ? add(gradient, scale(weight, weightDecay)) : gradient;
      const s = add(squares!, multiply(g, g));
      const step = multiply(divide(g, offset(sqrt(s), epsilon)), rate);
      return { weight: subtract(weight, step), slots: [s] };
    },
  };
}

/** Gradients shortened together so that their norm is at most `limit`. */
export function clipByNorm(gradients: readonly Node[], limit: number): Node[] {
  const squares = gradients.map((g) => reduceSum(multiply(g, g))).reduce(add);
  const factor = minimum(divide(literal(limit), offset(sqrt(squares), 1e-6)), literal(1));
  return gradients.map((g) => multiply(g, factor));
}
