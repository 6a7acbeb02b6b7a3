import { custom } from "../core/option_kinds.ts";
import { type AnySchema, options } from "../core/options.ts";
import { formatShape } from "../core/shape.ts";
import { unknownName } from "../core/suggest.ts";
import { type ByOutput, byOutput, isList } from "./by_output.ts";
import { oneHot } from "../tensor/create.ts";
import * as losses from "../tensor/functions/loss.ts";
import { lossSettings } from "../tensor/functions/loss_settings.ts";
import { spread } from "../tensor/functions/weighted_mean.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A loss by name with its settings, as plain data. */
export interface LossConfig {
  /** Which loss. */
  readonly name: LossName;
  /** For those of classes, and of yes and no: share of the target that is spread; 0 by default. */
  readonly labelSmoothing?: number;
  /** For the focal ones: how little counts what is probable already; 2 by default. */
  readonly gamma?: number;
  /** For binaryFocalCrossEntropy: what labels of 1 count, or -1; 0.25 by default. */
  readonly alpha?: number;
}

/** Names of the losses. */
export type LossName =
  | "crossEntropy"
  | "focalCrossEntropy"
  | "binaryCrossEntropy"
  | "binaryFocalCrossEntropy"
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

/** The losses by name. `weights` are of examples alone, but for those of classes. */
const table: Readonly<
  Record<
    LossName,
    (predictions: Tensor, targets: Tensor, weights: LossWeights, config: LossConfig) => Tensor
  >
> = {
  crossEntropy: byClass(losses.crossEntropy),
  focalCrossEntropy: byClass(losses.focalCrossEntropy),
  binaryCrossEntropy: byExample(losses.binaryCrossEntropy),
  binaryFocalCrossEntropy: byExample(losses.binaryFocalCrossEntropy),
  meanSquaredError: byExample(losses.meanSquaredError),
  meanAbsoluteError: byExample(losses.meanAbsoluteError),
  hinge: byExample(losses.hinge),
};

/** A loss with its settings. */
type SetLoss<O> = (predictions: Tensor, targets: Tensor, options: O) => Tensor;

/**
 * A loss that knows weights of classes: label smoothing spreads a target over classes, each of which
 * then counts what it counts.
 */
function byClass(loss: SetLoss<losses.FocalCrossEntropyOptions>) {
  return (
    predictions: Tensor,
    targets: Tensor,
    { classes, examples }: LossWeights,
    { name: _, ...settings }: LossConfig,
  ) =>
    loss(predictions, targets, {
      ...settings,
      ...classes && { classWeights: classes },
      ...examples && { weights: examples },
    });
}

/** A loss that knows weights of examples alone. */
function byExample(loss: SetLoss<losses.BinaryFocalCrossEntropyOptions>) {
  return (
    predictions: Tensor,
    targets: Tensor,
    given: LossWeights,
    { name: _, ...settings }: LossConfig,
  ) => {
    const weights = countsOf(targets, given);
    return loss(predictions, targets, { ...settings, ...weights && { weights } });
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
  const { name, ...settings } = config;
  checkSettings(name, settings);
  return {
    name,
    targets: name === "crossEntropy" || name === "focalCrossEntropy" ? "classes" : "numbers",
    compute: (predictions, targets, weights = {}) => compute(predictions, targets, weights, config),
  };
}

/** Checks the settings of a loss by its name. */
function checkSettings(name: string, given: Omit<LossConfig, "name">): void {
  const schemas = Object.entries<AnySchema>(lossSettings);
  const own = schemas.find(([loss]) => loss === name)?.[1] ?? {};
  for (const setting of Object.keys(given)) {
    const those = schemas.filter(([, schema]) => setting in schema).map(([loss]) => `"${loss}"`);
    if (setting in own || those.length === 0) continue;
    throw new TypeError(`loss: ${setting} is for ${those.join(", ")}, found ${name}`);
  }
  options("loss", given, own);
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
