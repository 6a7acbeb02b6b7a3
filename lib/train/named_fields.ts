import { describeValue } from "../core/errors.ts";
import { inNamedOrder } from "../nn/end_names.ts";
import type { Network } from "../nn/network.ts";
import type { TensorData } from "../core/dtype.ts";
import { type Field, onSides, type Schema, type Sides } from "./batch.ts";
import type { Dataset } from "./dataset.ts";
import type { DataStream } from "./stream.ts";

/** For each input or output of a model, the number of its field. */
type Order = readonly number[];

/**
 * Data whose fields have names, in the order of a model's inputs and outputs. A single field without
 * a rival needs no name of the model's: whatever it is called, it is meant.
 *
 * @throws {RangeError} for a name that the model does not have
 * @throws {TypeError} where one is missing, or what belongs to the first field goes elsewhere
 */
export function byNames<D extends Dataset | DataStream>(
  model: Network,
  data: D,
  where: string,
  withTargets: boolean,
): D {
  const { inputs, targets, weights, classes, normalization } = data;
  const { inputNames, outputNames, endNames } = model;
  const ofOutputs = (fields: readonly Field[], where: string): Order =>
    withTargets
      ? orderOf(fields, outputNames, "output", where, endNames.outputs !== undefined)
      : [...fields.keys()];
  const order: Sides<Order> = {
    inputs: orderOf(inputs, inputNames, "input", where, endNames.inputs !== undefined),
    targets: ofOutputs(targets, where),
    ...weights && { weights: ofOutputs(weights, `${where}: weights`) },
  };
  const isOrdered = Object.values<Order>({ ...order })
    .every((places) => places.every((place, i) => place === i));
  if (isOrdered) return data;
  checkFirst(where, normalization, "a normalization", inputs, order.inputs, "input");
  checkFirst(where, classes, "classes", targets, order.targets, "output");
  const ordered = <T>(sides: Sides<readonly T[]>): Sides<readonly T[]> =>
    onSides(sides, (list, side) => order[side]!.map((place) => list[place]!));
  const schema: Schema = {
    ...ordered<Field>(data),
    ...classes && { classes },
    ...normalization && { normalization },
  };
  return data.map((example) => ordered<TensorData>(example), schema) as D;
}

/** The number of the field of each name. */
function orderOf(
  fields: readonly Field[],
  names: readonly string[],
  kind: string,
  where: string,
  areNamed: boolean,
): Order {
  const isAlone = fields.length === 1 && names.length === 1 && !areNamed;
  const nameless = fields.findIndex(({ name }) => name === undefined);
  if (isAlone || nameless >= 0 && fields.every(({ name }) => name === undefined)) {
    return [...fields.keys()];
  }
  if (nameless >= 0) {
    throw new TypeError(
      `${where}: expected a name for each field of the ${kind}s or for none, found none for ` +
        `${kind} ${nameless} beside ${fields.flatMap(({ name }) => name ?? []).join(", ")}`,
    );
  }
  const numbers = fields.map(({ name }, i) => [name!, i] as const);
  const [twice] = numbers.find(([name], i) => fields.some((f, j) => j < i && f.name === name)) ??
    [];
  if (twice !== undefined) {
    throw new TypeError(`${where}: two fields of the ${kind}s are named ${describeValue(twice)}`);
  }
  return inNamedOrder(Object.fromEntries(numbers), names, kind, where);
}

/** What belongs to the first field of the data belongs to the model's first, too. */
function checkFirst(
  where: string,
  value: unknown,
  what: string,
  fields: readonly Field[],
  [first]: Order,
  kind: string,
): void {
  if (value === undefined || first === 0 || first === undefined) return;
  throw new TypeError(
    `${where}: the data have ${what} for ${
      describeValue(fields[0]!.name)
    }, but the model's first ` +
      `${kind} is ${
        describeValue(fields[first]!.name)
      }, to which such belongs; have both begin with ` +
      `the same ${kind}`,
  );
}
