import { custom } from "../core/option_kinds.ts";
import { formatShape } from "../core/shape.ts";
import { unknownName } from "../core/suggest.ts";
import * as losses from "../tensor/functions/loss.ts";
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

/** A loss: by name, by name with settings, or a function of predictions and targets to a scalar. */
export type LossLike = LossName | LossConfig | ((predictions: Tensor, targets: Tensor) => Tensor);

/** The option that a loss, or one for each output, is given by. */
export const lossOption = <D extends LossName | undefined = undefined>(fallback?: D) =>
  custom<LossLike | readonly LossLike[], D>(
    'a loss such as "crossEntropy", or a list of losses',
    (value): value is LossLike | readonly LossLike[] =>
      typeof value === "string" || value instanceof Object,
    fallback,
  );

/** A loss as the training graph needs it. */
export interface Loss {
  readonly name: string;
  /** Its targets: classes (numbers or probabilities), numbers like the predictions, or anything. */
  readonly targets: "classes" | "numbers" | "any";
  /** The mean loss of a batch, a scalar. */
  compute(predictions: Tensor, targets: Tensor): Tensor;
}

const table: Readonly<
  Record<LossName, (predictions: Tensor, targets: Tensor, config: LossConfig) => Tensor>
> = {
  crossEntropy: (predictions, targets, { labelSmoothing = 0 }) =>
    losses.crossEntropy(predictions, targets, { labelSmoothing }),
  binaryCrossEntropy: losses.binaryCrossEntropy,
  meanSquaredError: losses.meanSquaredError,
  meanAbsoluteError: losses.meanAbsoluteError,
  hinge: losses.hinge,
};

/** The losses for a model's outputs: one given stands for all of them. */
export function lossesOf(given: LossLike | readonly LossLike[], outputs: number): Loss[] {
  const list = Array.isArray(given) ? given as readonly LossLike[] : [given as LossLike];
  if (list.length !== 1 && list.length !== outputs) {
    throw new TypeError(
      `loss: expected one loss, or one for each of the ${outputs} outputs, found ${list.length}`,
    );
  }
  return Array.from({ length: outputs }, (_, i) => lossOf(list[i] ?? list[0]!));
}

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
    compute: (p, t) => compute(p, t, config),
  };
}

function customLoss(given: (predictions: Tensor, targets: Tensor) => Tensor): Loss {
  const name = given.name || "custom";
  return {
    name,
    targets: "any",
    compute(predictions, targets) {
      const result = given(predictions, targets);
      if (result instanceof Tensor && result.rank === 0 && result.dtype === "f32") return result;
      throw new TypeError(
        `loss "${name}": expected an f32 tensor without axes, such as .mean() gives, found ` +
          `${result instanceof Tensor ? `${result.dtype} ${formatShape(result.shape)}` : result}`,
      );
    },
  };
}
