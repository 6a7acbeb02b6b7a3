import { describeValue } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import { type ByOutput, byOutput, checkWeight, isList } from "./by_output.ts";
import type { TargetForm } from "./targets.ts";

/** What examples of each class count: a list by label, or by the classes' names or labels. */
export type WeightsOfClasses = readonly number[] | Readonly<Record<string, number>>;

/** Weights of the classes of a model's output, or of its outputs by name. */
export type ClassWeights = WeightsOfClasses | Readonly<Record<string, WeightsOfClasses>>;

/** An output whose examples may be of classes. */
export interface ClassedOutput {
  readonly name: string;
  readonly form: TargetForm;
  /** The names of its classes, by label, where they are known. */
  readonly classes: readonly string[] | undefined;
}

/** What examples of each class count, for each output that has classes with weights. */
export function classWeightsOf(
  given: ClassWeights | undefined,
  outputs: readonly ClassedOutput[],
): (readonly number[] | undefined)[] {
  if (given === undefined) return outputs.map(() => undefined);
  const names = outputs.map(({ name }) => name);
  const isByOutput = !isList(given) && Object.values(given).some((one) => typeof one === "object");
  if (!isByOutput && outputs.length > 1) {
    throw new TypeError(
      `classWeights: expected them by output, such as { ${names[0]}: [1, 2] }, for a model with ` +
        `the outputs ${names.join(", ")}`,
    );
  }
  if (!isByOutput && !isList(given) && Object.values<unknown>(given).includes("balanced")) {
    throw new TypeError(
      'classWeights: expected a number for each class, found "balanced" for one; for all of them it ' +
        'is classWeights: "balanced"',
    );
  }
  const each = isByOutput
    ? byOutput(given as ByOutput<WeightsOfClasses>, names, "classWeights")
    : [given as WeightsOfClasses];
  return each.map((weights, i) => weights && weightsOf(weights, outputs[i]!, outputs.length > 1));
}

function weightsOf(
  given: WeightsOfClasses,
  { name, form: { weightedClasses: count }, classes }: ClassedOutput,
  isOneOfSeveral: boolean,
): readonly number[] {
  const where = isOneOfSeveral ? `classWeights: ${name}` : "classWeights";
  if (count === undefined) {
    throw new TypeError(
      `${where}: expected an output with one class for each example, found one with numbers or ` +
        "several labels; weights of single examples belong to the data set: " +
        "arrayDataset({ inputs, targets, weights })",
    );
  }
  if (typeof given !== "object" || given === null) {
    const expected = "a number for each class, in a list or by name";
    throw new TypeError(`${where}: expected ${expected}, found ${describeValue(given)}`);
  }
  if (isList(given)) {
    if (given.length !== count) {
      throw new TypeError(
        `${where}: expected ${count} numbers, one for each class, found ${given.length}`,
      );
    }
    return someOf(given.map((weight, label) => checkWeight(weight, `${where}[${label}]`)), where);
  }
  const labels = Array.from({ length: count }, (_, label) => String(label));
  const known = classes?.length === count ? classes : labels;
  const weights = labels.map(() => 1);
  for (const [key, weight] of Object.entries(given)) {
    const label = known.includes(key) ? known.indexOf(key) : labels.indexOf(key);
    if (label < 0) throw new RangeError(`${where}: ${unknownName("class", key, known)}`);
    weights[label] = checkWeight(weight, `${where}: ${key}`);
  }
  return someOf(weights, where);
}

/** Weights of which one at least counts: nothing is learnt from examples that all count nothing. */
function someOf(weights: readonly number[], where: string): readonly number[] {
  if (weights.some((weight) => weight > 0)) return weights;
  throw new RangeError(`${where}: expected a number above 0 for a class at least, found only 0`);
}
