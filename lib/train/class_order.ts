import { ClassNames } from "../core/class_names.ts";
import type { TensorData } from "../core/dtype.ts";
import type { Example, Field } from "./batch.ts";

/** Examples of which target 0 may be a class that has a name. */
interface Named<D> {
  readonly classes?: readonly string[];
  readonly targets: readonly Field[];
  map(
    transform: (example: Example) => Example,
    schema: { readonly classes: readonly string[] },
  ): D;
}

/**
 * Data with the labels of a model that counts the same classes in another order, however their names
 * are spelled. Names of which the model knows none say nothing: its labels are numbers then.
 *
 * @throws {RangeError} for names of which the model knows some and not all
 */
export function inOrderOf<D extends Named<D>>(known: readonly string[], data: D, where: string): D {
  const { classes = [], targets: [target] } = data, names = new ClassNames(known);
  const numbers = classes.map((name) => names.find(name, where));
  const unknown = classes.filter((_, i) => numbers[i] === undefined);
  if (target?.dtype !== "i32" || target.shape.length > 0 || unknown.length === classes.length) {
    return data;
  }
  if (unknown.length > 0) {
    throw new RangeError(
      `${where}: ${
        names.unknown(unknown)
      }. They are the classes of the model, with which the data share ` +
        "others: map the labels, or set model.classes to the names of the data",
    );
  }
  if (numbers.every((number, i) => number === i)) return data;
  const relabelled = (label: TensorData) => label.map((number) => numbers[number] ?? number);
  return data.map(
    ({ targets: [label, ...more], ...rest }) => ({
      ...rest,
      targets: [relabelled(label!), ...more],
    }),
    { classes: known },
  );
}
