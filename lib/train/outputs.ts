import { formatShape, sameShape, type Shape } from "../core/shape.ts";
import type { Network } from "../nn/network.ts";
import { type Field, formatField, type Schema } from "./batch.ts";
import { byOutput, checkWeight } from "./by_output.ts";
import { type ClassedOutput, type ClassWeights, classWeightsOf } from "./class_weights.ts";
import { type Loss, type LossesLike, lossesOf } from "./loss.ts";
import type { Metric } from "./metric.ts";
import { metricsOf } from "./metric_options.ts";
import { targetForm } from "./targets.ts";
import type { FitOptions } from "./training_options.ts";

/** What a user may choose for the outputs of a model. */
export interface OutputSettings extends Pick<FitOptions, "lossWeights" | "topK" | "metrics"> {
  readonly loss?: LossesLike;
  readonly classWeights?: ClassWeights;
}

/** All that training and measuring know of one output of a model. */
export interface TrainedOutput extends ClassedOutput {
  readonly loss: Loss;
  /** By which its loss is multiplied in the sum of all; undefined where no one gave weights. */
  readonly lossWeight: number | undefined;
  /** What examples of each class count, by label. */
  readonly classWeights: readonly number[] | undefined;
  /** Which field of weights is its examples'. */
  readonly weightField: number | undefined;
  /** Whether examples or classes have weights. */
  readonly isWeighted: boolean;
  /** By name. */
  readonly metrics: ReadonlyMap<string, Metric>;
  /** The k of top-k. */
  readonly k: number;
}

/**
 * Checks that a data set's fields and a user's choice fit a network's inputs and outputs, and puts
 * together what belongs to each output.
 */
export function trainedOutputs(
  where: string,
  network: Network,
  data: Schema,
  settings: OutputSettings,
): TrainedOutput[] {
  const { loss = "crossEntropy", lossWeights, classWeights, metrics = {}, topK = 5 } = settings;
  const names = network.outputNames, losses = lossesOf(loss, names);
  checkInputs(network, data.inputs, where);
  const { targets, weights = [] } = data, { outputs } = network;
  if (targets.length !== outputs.length) {
    throw new TypeError(
      `${where}: expected one target for each of the ${outputs.length} outputs, found ${targets.length}`,
    );
  }
  const classed = outputs.map((output, i): ClassedOutput => {
    const at = outputs.length === 1 ? where : `${where}: output ${names[i]}`;
    const { shape, layer } = output, count = i === 0 ? data.classes?.length : undefined;
    return {
      name: names[i]!,
      form: targetForm(losses[i]!, targets[i]!, shape, layer?.type.type, at, count),
      classes: output.classes ?? (i === 0 ? data.classes : undefined),
    };
  });
  if (weights.length > 1 && weights.length !== outputs.length) {
    throw new TypeError(
      `${where}: expected one field of weights, or one for each of the ${outputs.length} outputs, ` +
        `found ${weights.length}`,
    );
  }
  checkClassCount(where, classed[0]!, data);
  const ofLosses = lossWeights && byOutput(lossWeights, names, "lossWeights");
  const ofClasses = classWeightsOf(classWeights, classed);
  const measured = metricsOf(metrics, names);
  return classed.map((output, i) => {
    const weightField = weights.length === 0 ? undefined : Math.min(i, weights.length - 1);
    if (weightField !== undefined) checkWeights(weights[weightField]!, output, where);
    const lossWeight = ofLosses?.[i];
    if (lossWeight !== undefined) checkWeight(lossWeight, `lossWeights: ${output.name}`);
    return {
      ...output,
      loss: losses[i]!,
      lossWeight,
      classWeights: ofClasses[i],
      weightField,
      isWeighted: weightField !== undefined || ofClasses[i] !== undefined,
      metrics: measured[i]!,
      k: Math.min(topK, outputs[i]!.shape.at(-1) ?? 1),
    };
  });
}

/** Refuses data of more classes than a model tells apart, before a label of the last ones comes. */
function checkClassCount(where: string, { form }: ClassedOutput, { classes = [] }: Schema): void {
  if (form.classes === undefined || classes.length <= form.classes) return;
  const names = classes.slice(0, 8).join(", ") + (classes.length > 8 ? " …" : "");
  throw new RangeError(
    `${where}: expected data of the model's ${form.classes} classes, found ${classes.length}: ` +
      `${names}; replaceHead(model, classes) makes a model for these, or give the data's own by ` +
      "map(change, { classes })",
  );
}

/** Checks that weights are one for each example, or for each place that an output is compared at. */
function checkWeights(field: Field, { form: { places } }: ClassedOutput, where: string): void {
  if (sameShape(field.shape, places.slice(0, field.shape.length))) return;
  throw new TypeError(
    `${where}: expected weights of shape [] (one an example)` +
      `${places.length === 0 ? "" : ` or ${formatShape(places)}`}, found ${formatField(field)}`,
  );
}

/** Checks that examples fit a network's inputs. */
export function checkInputs(network: Network, inputs: readonly Field[], where: string): void {
  const fits = inputs.length === network.inputs.length &&
    inputs.every(({ shape }, i) => sameShape(shape, network.inputs[i]!.shape));
  if (fits) return;
  const list = (fields: readonly { readonly shape: Shape }[]) =>
    fields.map(({ shape }) => formatShape(shape)).join(", ");
  const fewer = inputs.length < network.inputs.length
    ? "; an input that map adds is in its schema: data.map(change, { inputs: [...data.inputs, " +
      '{ shape, dtype: "f32" }] })'
    : "";
  throw new TypeError(
    `${where}: expected examples of shape ${list(network.inputs)} as the model's input, found ` +
      `${list(inputs)}${fewer}`,
  );
}
