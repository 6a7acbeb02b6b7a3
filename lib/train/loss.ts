import { custom } from "../core/option_kinds.ts";
import { formatShape } from "../core/shape.ts";
import { unknownName } from "../core/suggest.ts";
import { type ByOutput, byOutput, isList } from "./by_output.ts";
import { oneHot } from "../tensor/create.ts";
import * as losses from "../tensor/functions/loss.ts";
import { spread } from "../tensor/functions/weighted_mean.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A loss by name with its settings, as plain data. */
export interface LossConfig {
  /** Which loss. */
  readonly name: LossName;
  /** For crossEntropy: share of the target that is spread over all classes; 0 by default. */
  readonly labelSmoothing?: number;
}

/** Names of the losses. */
export type LossName =
  | "crossEntropy"
  | "binaryCrossEntropy"
  | "meanSquaredError"
  | "meanAbsoluteError"
  | "hinge";

/**
 * A loss of one's own: predictions and targets to a scalar. Where examples have weights, `options`
 * holds what each counts, and the loss is to be the mean that they weight; the losses of this library
 * take the same options.
 */
export type LossFunction = (
  predictions: Tensor,
  targets: Tensor,
  options: losses.LossOptions,
) => Tensor;

/** A loss: by name, by name with settings, or a function of one's own. */
export type LossLike = LossName | LossConfig | LossFunction;

/** A loss for all outputs of a model, or one for each: in their order, or by their names. */
export type LossesLike = LossLike | ByOutput<LossLike>;

/** The option that a loss, or one for each output, is given by. */
export const lossOption = <D extends LossName | undefined = undefined>(fallback?: D) =>
  custom<LossesLike, D>(
    'a loss such as "crossEntropy", or losses in a list or by output',
    (value): value is LossesLike => typeof value === "string" || value instanceof Object,
    fallback,
  );

/** A loss as the training graph needs it. */
export interface Loss {
  readonly name: string;
  /** Its targets: classes (numbers or probabilities), numbers like the predictions, or anything. */
  readonly targets: "classes" | "numbers" | "any";
  /** The mean loss of a batch, a scalar. */
  compute(predictions: Tensor, targets: Tensor, weights?: LossWeights): Tensor;
}

/** What the examples of a batch count in a loss; without either, all the same. */
export interface LossWeights {
  /** What those of each class count, by label. */
  readonly classes?: Tensor | undefined;
  /** Whether there is one output for two classes, with targets of 0 and 1 (or -1 and 1). */
  readonly isBinary?: boolean;
  /** What each example counts ([n]), or each place in it. */
  readonly examples?: Tensor | undefined;
}

/**
 * What each example counts by its own weight and its class's, or each place in it; undefined where
 * all count the same. Targets are as the loss takes them: class numbers, or probabilities.
 */
export function countsOf(
  targets: Tensor,
  { classes, isBinary = false, examples }: LossWeights,
): Tensor | undefined {
  if (classes === undefined) return examples;
  const ofClass = classCounts(targets, classes, isBinary);
  return examples === undefined
    ? ofClass
    : ofClass.mul(spread(examples, ofClass.shape, "the weights of examples"));
}

function classCounts(targets: Tensor, classes: Tensor, isBinary: boolean): Tensor {
  if (isBinary) {
    const [zero, one] = [0, 1].map((label) => classes.slice([label], [1]).reshape([]));
    return targets.cast("f32").maximum(0).mul(one!.sub(zero!)).add(zero!);
  }
  const probabilities = targets.dtype === "f32"
    ? targets
    : oneHot(targets.cast("i32"), classes.size);
  return probabilities.mul(classes).sum(-1);
}

/** The losses by name. `weights` are of examples alone, but for crossEntropy. */
const table: Readonly<
  Record<
    LossName,
    (predictions: Tensor, targets: Tensor, weights: LossWeights, config: LossConfig) => Tensor
  >
> = {
  // Label smoothing spreads a target over classes, each of which then counts what it counts.
  crossEntropy: (predictions, targets, { classes, examples }, { labelSmoothing = 0 }) =>
    losses.crossEntropy(predictions, targets, {
      labelSmoothing,
      ...classes && { classWeights: classes },
      ...examples && { weights: examples },
    }),
  binaryCrossEntropy: byExample(losses.binaryCrossEntropy),
  meanSquaredError: byExample(losses.meanSquaredError),
  meanAbsoluteError: byExample(losses.meanAbsoluteError),
  hinge: byExample(losses.hinge),
};

/** A loss that knows weights of examples alone. */
function byExample(loss: LossFunction) {
  return (predictions: Tensor, targets: Tensor, given: LossWeights) => {
    const weights = countsOf(targets, given);
    return loss(predictions, targets, weights === undefined ? {} : { weights });
  };
}

/** The losses for a model's outputs, by their names: one given stands for all of them. */
export function lossesOf(given: LossesLike, outputs: readonly string[]): Loss[] {
  if (isOne(given)) return outputs.map(() => lossOf(given));
  if (isList<LossLike>(given) && given.length === 1) return outputs.map(() => lossOf(given[0]!));
  return byOutput<LossLike>(given, outputs, "loss").map((loss, i) => {
    if (loss !== undefined) return lossOf(loss);
    throw new TypeError(
      `loss: expected one for each of the outputs ${outputs.join(", ")}; none is given for ` +
        outputs[i],
    );
  });
}

/** Whether it is one loss; a name among names of outputs is never alone. */
const isOne = (given: LossesLike): given is LossLike =>
  !(given instanceof Object) || typeof given === "function" ||
  "name" in given && typeof given.name === "string";

/** Checks a loss given by a user. */
export function lossOf(given: LossLike): Loss {
  if (typeof given === "function") return customLoss(given);
  const config = typeof given === "string" ? { name: given } : given;
  const compute = Object.hasOwn(table, config?.name) ? table[config.name] : undefined;
  if (compute === undefined) {
    throw new RangeError(unknownName("loss", String(config?.name), Object.keys(table)));
  }
  const { name, labelSmoothing } = config as LossConfig;
  if (labelSmoothing !== undefined) {
    if (name !== "crossEntropy") {
      throw new TypeError(`loss: labelSmoothing is for "crossEntropy", found ${name}`);
    }
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new RangeError(
        `loss: labelSmoothing: expected a number from 0 to 1, found ${labelSmoothing}`,
      );
    }
  }
  return {
    name,
    targets: name === "crossEntropy" ? "classes" : "numbers",
    compute: (predictions, targets, weights = {}) => compute(predictions, targets, weights, config),
  };
}

function customLoss(given: LossFunction): Loss {
  const name = given.name || "custom";
  return {
    name,
    targets: "any",
    compute(predictions, targets, counted = {}) {
      const weights = countsOf(targets, counted);
      let asked = weights === undefined;
      const result = given(
        predictions,
        targets,
        weights === undefined ? {} : {
          get weights() {
            asked = true;
            return weights;
          },
        },
      );
      if (!asked) {
        throw new TypeError(
          `loss "${name}": with weights of examples or classes, expected a function of predictions, ` +
            "targets and { weights }, found one that does not look at the weights",
        );
      }
      if (result instanceof Tensor && result.rank === 0 && result.dtype === "f32") return result;
      throw new TypeError(
        `loss "${name}": expected an f32 tensor without axes, such as .mean() gives, found ` +
          `${result instanceof Tensor ? `${result.dtype} ${formatShape(result.shape)}` : result}`,
      );
    },
  };
}
