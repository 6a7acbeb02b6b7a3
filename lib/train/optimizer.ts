import { checkParts } from "../core/errors.ts";
import { callback, checkedBy, custom, number, object, text } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { unknownName } from "../core/suggest.ts";
import { within } from "../graph/node.ts";
import { blocksAndLayers } from "../nn/block.ts";
import { full, zeros } from "../tensor/create.ts";
import { schedule } from "../tensor/evaluate.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
import { asTensor, checkTensor } from "../tensor/tensor.ts";
import { isRecording } from "../tensor/tracing.ts";
import { flatten, mapTree, paths, rebuild, type Tree } from "../tensor/tree.ts";
import type { Weights } from "../nn/apply.ts";
import {
  type LearningRate,
  learningRateOption,
  type Schedule,
  scheduleOf,
} from "./learning_rate.ts";

/** A weight after a step, and the optimizer's memory for it. */
export interface Updated {
  /** The weight. */
  readonly weight: Tensor;
  /** What the optimizer remembers for it. */
  readonly slots: readonly Tensor[];
}

/** A rule that turns the gradient of a weight into a better weight. */
export interface OptimizerRule {
  /** The rule: "sgd", "adam" and so on. */
  readonly name: string;
  /** Numbers that it remembers for each number of a weight, by name; they begin at 0. */
  readonly slots?: readonly string[];
  /** What it was made with, as plain data: rules of one name and settings compute the same. */
  readonly settings?: Readonly<Record<string, unknown>>;
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

/** Settings of every optimizer. */
export interface OptimizerOptions {
  /** A number or a schedule. */
  readonly learningRate?: LearningRate;
  /** Largest norm of all gradients together; none by default. */
  readonly clipNorm?: number;
  /** Largest magnitude of each number of a gradient, before `clipNorm`; none by default. */
  readonly clipValue?: number;
  /**
   * Factors of the learning rate for groups of layers: by the name of a layer or weight, or of a block,
   * which stands for all its layers; `*` stands for any text. The first that fits counts, and 1 where none
   * does: `{ layer4: 0.1, fc: 1, "*": 0.01 }`. With 0, a layer stays as it is, but its gradients are
   * computed, and batch norms go on in training mode: see `freeze`. For `fit` and `trainOnBatch`, a
   * factor that is that of no weight is an error.
   */
  readonly rateFactors?: Readonly<Record<string, number>>;
}

const factorsByName = object('factors by name such as { "conv*": 0.1 }');
const factor = number({ least: 0 });

/** The options of every optimizer, with a learning rate by default. */
export const optimizerSchema = (learningRate: number) =>
  ({
    learningRate: learningRateOption(learningRate),
    clipNorm: number({ above: 0 }),
    clipValue: number({ above: 0 }),
    rateFactors: checkedBy<Readonly<Record<string, number>>>((given, where) => {
      const entries = Object.entries(factorsByName.read(given, where));
      const read = ([name, value]: [string, unknown]) =>
        [name, factor.read(value, `${where}: ${name}`)] as const;
      return Object.fromEntries(entries.map(read));
    }),
  }) satisfies Schema<OptimizerOptions>;

/** What an optimizer remembers between steps: a tree of tensors, which goes through `jit`. */
export type OptimizerState<T extends Tree = Weights> = {
  /** Steps done, an f32 scalar. */
  readonly step: Tensor;
  /** For each name of the rule's slots, numbers for the weights. */
  readonly slots: { readonly [slot: string]: T };
};

/**
 * A rule with its settings, for `fit` and for training loops of one's own: {@linkcode Optimizer.init}
 * and {@linkcode Optimizer.step} work on trees of tensors and change nothing.
 *
 * ```ts
 * import { gradient, sgd, tensor } from "@striate/striate";
 * import type { Tensor } from "@striate/striate";
 * const loss = (w: Tensor) => w.sub(3).square().sum();
 * const optimizer = sgd({ learningRate: 0.1, momentum: 0.5 });
 * let weights = tensor([0, 1]), state = optimizer.init(weights);
 * for (let i = 0; i < 50; i++) {
 *   ({ weights, state } = optimizer.step(weights, gradient(loss)(weights), state));
 * }
 * console.log(await weights.text()); // near [3, 3]
 * ```
 */
export class Optimizer {
  /** The rule: "sgd", "adam" and so on. */
  readonly name: string;
  /** The learning rate. */
  readonly schedule: Schedule;
  /** Numbers that it remembers for each number of a weight, by name; they begin at 0. */
  readonly slots: readonly string[];
  readonly #rule: OptimizerRule;
  readonly #clipNorm: number | undefined;
  readonly #clipValue: number | undefined;
  readonly #factors: readonly {
    readonly name: string;
    readonly pattern: RegExp;
    readonly factor: number;
  }[];

  /** Use {@linkcode defineOptimizer}. */
  constructor(
    rule: OptimizerRule,
    { learningRate = 0.001, clipNorm, clipValue, rateFactors = {} }: OptimizerOptions = {},
  ) {
    checkParts(
      "Optimizer",
      rule,
      ["name", "update"],
      "sgd(), adam(), defineOptimizer() … make one",
    );
    this.name = rule.name;
    this.slots = rule.slots ?? [];
    this.schedule = scheduleOf(learningRate);
    this.#rule = rule;
    this.#clipNorm = clipNorm;
    this.#clipValue = clipValue;
    this.#factors = Object.entries(rateFactors).map(([name, factor]) => (
      { name, pattern: patternOf(name), factor }
    ));
  }

  /** Whether its memory means what another's does: it is the same rule, maybe with other settings. */
  remembersAs(other: Optimizer): boolean {
    return this.name === other.name && this.slots.join() === other.slots.join();
  }

  /** Whether its steps are those of another, whatever the learning rates. */
  computesAs(other: Optimizer): boolean {
    const { update, settings } = this.#rule;
    return this.remembersAs(other) && this.#written() === other.#written() &&
      (settings !== undefined || update === other.#rule.update);
  }

  /** All that decides its steps but the learning rate, as a text. */
  #written(): string {
    const settings = { ...this.#rule.settings, learningRate: undefined };
    const factors = this.#factors.map(({ name, factor }) => [name, factor]);
    return JSON.stringify([settings, this.#clipNorm, this.#clipValue, factors]);
  }

  /** What it remembers before the first step: zeros. */
  init<T extends Tree>(weights: T): OptimizerState<T> {
    const nothing = () => mapTree((weight) => zeros(weight.shape), weights);
    return {
      step: zeros([]),
      slots: Object.fromEntries(this.slots.map((slot) => [slot, nothing()])),
    };
  }

  /**
   * The weights after a step, and what is remembered then. `rate` is the learning rate, by default that
   * of the schedule's beginning: in a function given to `jit` pass it as an argument if it changes.
   *
   * @throws {TypeError} if the gradients, or what the rule gives, are not of the weights' form and
   * shapes.
   */
  step<T extends Tree>(
    weights: T,
    gradients: T,
    { step, slots }: OptimizerState<T>,
    rate: TensorLike = this.schedule.rate(0),
  ): { weights: T; state: OptimizerState<T> } {
    const names = paths(weights), list = flatten(weights, "step: weights");
    const slopes = ofForm(weights, gradients, "step: gradients");
    const clipped = this.#clipped(slopes);
    const memory = this.slots.map((slot) => ofForm(weights, slots[slot]!, `step: ${slot}`));
    const next = step.add(1), common = asTensor(rate);
    const updated = list.map((weight, i) => {
      const factor = this.#factorOf(names[i]!), layer = names[i]!.replace(/\.[^.]*$/, "");
      const result = within({ layer, part: "update" }, () =>
        this.#rule.update(
          weight,
          clipped[i]!,
          memory.map((slot) => slot[i]!),
          factor === 1 ? common : common.mul(factor),
          next,
        ));
      const where = `${this.name}: update ${names[i]}`.trim();
      checkTensor(result.weight, where, weight);
      this.slots.forEach((slot, k) => checkTensor(result.slots[k], `${where}: ${slot}`, weight));
      return result;
    });
    // In a loop without jit each step is a program of its own, the same every time. What nobody reads,
    // as the memory, would else be computed from the first step on again, in a program that grows.
    if (!isRecording()) {
      schedule(
        [next, ...updated.flatMap(({ weight, slots }) => [weight, ...slots])].map((t) => t.node),
      );
    }
    return {
      weights: rebuild(weights, updated.map(({ weight }) => weight).values()),
      state: {
        step: next,
        slots: Object.fromEntries(this.slots.map((slot, k) => [
          slot,
          rebuild(weights, updated.map(({ slots }) => slots[k]!).values()),
        ])),
      },
    };
  }

  /** Gradients without what is too large. */
  #clipped(gradients: readonly Tensor[]): readonly Tensor[] {
    const norm = this.#clipNorm, limit = this.#clipValue;
    const each = limit === undefined ? gradients : gradients.map((g) => g.clip(-limit, limit));
    return norm === undefined ? each : clipByNorm(each, norm);
  }

  /** The factor of the learning rate for a weight. */
  #factorOf(name: string): number {
    return this.#factors.find(({ pattern }) => pattern.test(name))?.factor ?? 1;
  }

  /**
   * Checks that each factor of the learning rate is that of some of a model's weights, by their names.
   *
   * @throws {RangeError} for one that fits none, or only what others before it fit
   */
  checkFactors(weights: readonly string[], where: string): void {
    for (const [i, { name, pattern }] of this.#factors.entries()) {
      const fitting = weights.filter((weight) => pattern.test(weight));
      const what = `${where}: ${this.name}: rateFactors`;
      if (fitting.length === 0) {
        const layers = weights.map((weight) => weight.replace(/\.[^.]*$/, ""));
        throw new RangeError(`${what}: ${unknownName("layer", name, blocksAndLayers(layers))}`);
      }
      const before = this.#factors.slice(0, i);
      if (!fitting.every((weight) => before.some(({ pattern }) => pattern.test(weight)))) continue;
      const first = before.find(({ pattern }) => pattern.test(fitting[0]!))!;
      throw new RangeError(
        `${what}: expected a weight that ${
          JSON.stringify(name)
        } alone fits, or fits first, found ` +
          `none: ${
            JSON.stringify(first.name)
          } stands before it; put the special before the general`,
      );
    }
  }
}

/** The tensors of a tree that must have the form of another, with tensors of the same types. */
function ofForm(form: Tree, tree: Tree, where: string): Tensor[] {
  const list = flatten(tree, where), wanted = flatten(form, where), names = paths(form);
  if (paths(tree).join() !== names.join()) {
    throw new TypeError(`${where}: expected ${names.join()} as the weights, found ${paths(tree)}`);
  }
  list.forEach((tensor, i) => checkTensor(tensor, `${where} ${names[i]}`.trim(), wanted[i]));
  return list;
}

/**
 * Names that fit, `*` standing for any text: of weights ("conv1.kernel"), of their layers, or of the
 * blocks of these.
 */
function patternOf(name: string): RegExp {
  const parts = name.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}([./].*)?$`);
}

/**
 * An optimizer by a rule of one's own, which `fit` takes as it takes `sgd()`.
 *
 * ```ts
 * import { defineOptimizer } from "@striate/striate";
 * const signs = defineOptimizer({
 *   name: "signs",
 *   update: (weight, gradient, _, rate) => ({ weight: weight.sub(gradient.sign().mul(rate)), slots: [] }),
 * }, { learningRate: 0.001 });
 * console.log(signs.name); // "signs"
 * ```
 */
export function defineOptimizer(rule: OptimizerRule, given: OptimizerOptions = {}): Optimizer {
  object<OptimizerRule>("a rule { name, update }").read(rule, "defineOptimizer");
  text().read(rule.name, "defineOptimizer: name");
  callback().read(rule.update, "defineOptimizer: update");
  return new Optimizer(rule, options(rule.name, given, optimizerSchema(0.001)));
}

/** The option that an optimizer is given by. */
export const optimizerOption = custom(
  "an optimizer such as sgd() or adam()",
  (value): value is Optimizer => value instanceof Optimizer,
);

/** Gradients shortened together so that their norm is at most `limit`. */
export function clipByNorm(gradients: readonly Tensor[], limit: number): Tensor[] {
  if (gradients.length === 0) return [];
  const squares = gradients.map((g) => g.square().sum()).reduce((a, b) => a.add(b));
  const factor = full([], limit).div(squares.sqrt().add(1e-6)).minimum(1);
  return gradients.map((g) => g.mul(factor));
}
