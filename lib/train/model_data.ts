/**
 * Data as a model takes them.
 *
 * @module
 */
import { describeValue } from "../core/errors.ts";
import type { Network } from "../nn/network.ts";
import type { Dataset } from "./dataset.ts";
import { checkInputs } from "./outputs.ts";
import type { DataStream } from "./stream.ts";

/** Refuses what is no data set or stream; `where` says to what it was given. */
export function checkData(data: unknown, where: string): void {
  const { batches, inputs } = Object(data);
  if (typeof batches === "function" && Array.isArray(inputs)) return;
  throw new TypeError(
    `${where}: expected a data set (digits(), arrayDataset({ inputs, targets }) …), found ` +
      describeValue(data),
  );
}

/** Data whose inputs are in the order of a model's, by their names, and fit them. */
export async function orderedFor<D extends Dataset | DataStream>(
  model: Network,
  data: D,
  where: string,
  withTargets = false,
): Promise<D> {
  if ([...data.inputs, ...data.targets].some(({ name }) => name !== undefined)) {
    const { byNames } = await import("./named_fields.ts");
    data = byNames(model, data, where, withTargets);
  }
  checkInputs(model, data.inputs, where);
  return data;
}

/** Data as a model has inputs and outputs, with labels as it counts its `classes`. */
export async function fittedTo(
  model: Network,
  data: Dataset | DataStream,
  classes: readonly string[] | undefined,
  where: string,
): Promise<Dataset | DataStream> {
  checkData(data, where);
  const ordered = await orderedFor(model, data, where, true), { classes: own } = ordered;
  if (classes === undefined || own === undefined) return ordered;
  const areSame = classes.length === own.length && classes.every((name, i) => name === own[i]);
  if (areSame) return ordered;
  // It is rare that they differ.
  const { inOrderOf } = await import("./class_order.ts");
  return inOrderOf<Dataset | DataStream>(classes, ordered, where);
}
