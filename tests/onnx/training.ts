import {
  adagrad,
  adam,
  crossEntropy,
  dropout,
  logSoftmax,
  oneHot,
  type Optimizer,
  sgd,
  type Tensor,
  tensor,
} from "../../mod.ts";
import type { Argument, Operator, Settings } from "./operator.ts";

/** The classes as the last axis of a matrix, and labels with the weight of each. */
function labelled(inputs: readonly (Argument | undefined)[], settings: Settings) {
  const [scores, labels, weight] = inputs as [Argument, Argument, Argument?];
  const classes = scores.shape[1]!;
  const ignored = settings.has("ignore_index") ? settings.number("ignore_index", 0) : undefined;
  const rest = scores.shape.map((_, axis) => axis).slice(2);
  const rows = scores.tensor.transpose([0, ...rest, 1]).reshape([-1, classes]);
  const weights = labels.numbers.map((y) => y === ignored ? 0 : weight?.numbers[y] ?? 1);
  const targets = oneHot(tensor(Int32Array.from(labels.numbers)), classes)
    .mul(tensor(weights).expandDims(1));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return { rows, targets, total, shape: labels.shape };
}

/** A loss of each row, as `reduction` says. */
function reduced(losses: Tensor, total: number, shape: readonly number[], settings: Settings) {
  const how = settings.text("reduction", "mean");
  if (how === "none") return losses.reshape(shape);
  return how === "sum" ? losses.sum() : losses.sum().div(total);
}

/**
 * An optimizer's step for several weights: R, T, then all weights, all gradients, and each kind of
 * what it remembers. `inverse` undoes what a memory differs by from ONNX's.
 */
function step(
  make: (settings: Settings, count: number) => Optimizer,
  memory: (rate: number) => number = () => 1,
): Operator {
  return ([rate, count, ...rest], settings) => {
    const optimizer = make(settings, count!.numbers[0]!);
    const weights = rest.length / (2 + optimizer.slots.length), factor = memory(rate!.numbers[0]!);
    const column = (kind: number, i: number) => rest[kind * weights + i]!.tensor;
    const columns = (kind: number) => Array.from({ length: weights }, (_, i) => column(kind, i));
    const next = optimizer.step(
      columns(0),
      columns(1),
      {
        // So many steps that Adam's sums, which ONNX takes as they are at step 0, lack nothing.
        step: tensor(1e6),
        slots: Object.fromEntries(
          optimizer.slots.map((slot, k) => [slot, columns(2 + k).map((t) => t.mul(factor))]),
        ),
      },
      rate!.tensor,
    );
    return [
      ...next.weights,
      ...optimizer.slots.flatMap((slot) => next.state.slots[slot]!.map((t) => t.div(factor))),
    ];
  };
}

/** A rule of ours is ONNX's only at step 0, or if what depends on the step is off. */
function atStart(count: number): void {
  if (count !== 0) throw new Error(`expected step 0, found ${count}`);
}

/** Losses, dropout and optimizers. */
export const trainingOperators: Readonly<Record<string, Operator>> = {
  NegativeLogLikelihoodLoss: (inputs, settings) => {
    const { rows, targets, total, shape } = labelled(inputs, settings);
    return [reduced(rows.mul(targets).sum(1).neg(), total, shape, settings)];
  },
  SoftmaxCrossEntropyLoss: (inputs, settings, outputs) => {
    const { rows, targets, total, shape } = labelled(inputs, settings);
    const none = settings.text("reduction", "mean") === "none";
    const loss = none
      ? rows.logSoftmax().mul(targets).sum(1).neg().reshape(shape)
      : reduced(crossEntropy(rows, targets).mul(rows.shape[0]!), total, shape, settings);
    return [loss, logSoftmax(inputs[0]!.tensor, 1)].slice(0, outputs);
  },
  // In inference nothing is dropped, and in training nothing at a rate of 0.
  Dropout: ([x, ratio, training]) => {
    const rate = training?.numbers[0] ? ratio!.numbers[0]! : 0;
    return [dropout(x!.tensor, rate)];
  },

  Momentum: step((settings, count) => {
    const nesterov = settings.text("mode") === "nesterov";
    // From the second step on, ONNX takes `beta` of a gradient.
    if (settings.number("beta", 1) !== 1) atStart(count);
    return sgd({
      momentum: settings.number("alpha", 0),
      weightDecay: settings.number("norm_coefficient", 0),
      nesterov,
    });
  }, (rate) => -rate), // our velocity is a move
  Adagrad: step((settings, count) => {
    if (settings.number("decay_factor", 0) !== 0) atStart(count);
    return adagrad({
      epsilon: settings.number("epsilon", 0),
      weightDecay: settings.number("norm_coefficient", 0),
    });
  }),
  Adam: step((settings, count) => {
    atStart(count);
    return adam({
      beta1: settings.number("alpha", 0.9),
      beta2: settings.number("beta", 0.999),
      epsilon: settings.number("epsilon", 1e-6),
      weightDecay: settings.number("norm_coefficient", 0),
    });
  }),
};
