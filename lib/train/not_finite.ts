import { findNotFinite } from "../core/dtype.ts";
import { DivergenceError } from "../core/errors.ts";
import type { Batch, Schema } from "./batch.ts";
import { type BatchesOptions, orderOf } from "./batches.ts";
import { Dataset } from "./dataset.ts";
import type { FitTask } from "./fit_task.ts";
import type { RunPosition } from "./run_position.ts";
import type { DataStream } from "./stream.ts";

/**
 * Looks for a number that is infinite or none in an epoch of data, from batch `start` on, in at most
 * `count` batches. It is called when a loss is not finite, so that data that are cost nothing.
 *
 * @throws {RangeError} that names the example and the field
 */
export async function checkFinite(
  data: Dataset | DataStream,
  { start = 0, shuffle = false, ...cut }: BatchesOptions,
  where: string,
  count = Infinity,
): Promise<void> {
  if (
    ![...data.inputs, ...data.targets, ...data.weights ?? []].some(({ dtype }) => dtype === "f32")
  ) return;
  const { batchSize, epoch = 0 } = cut;
  let order: ArrayLike<number> | undefined, batches: Iterable<Batch> | AsyncIterable<Batch>;
  if (data instanceof Dataset) {
    order = orderOf(data.length, shuffle, epoch);
    batches = data.batches({ ...cut, start, shuffle });
  } else batches = data.batches({ ...cut, start });
  let at = start * batchSize;
  for await (const batch of batches) {
    checkBatch(data, batch, where, (row) => order?.[at + row] ?? at + row);
    at += batch.size;
    if (--count <= 0) return;
  }
}

/** The same for one batch, whose rows are the examples that `exampleOf` says. */
export function checkBatch(
  fields: Schema,
  batch: Batch,
  where: string,
  exampleOf = (row: number) => row,
): void {
  for (const side of ["inputs", "targets", "weights"] as const) {
    for (const [i, data] of (batch[side] ?? []).entries()) {
      const found = findNotFinite(data);
      if (found < 0) continue;
      const { shape } = fields[side]![i]!, size = data.length / batch.size;
      const at = shape.length === 0 ? "" : ` at [${placeOf(found % size, shape).join(", ")}]`;
      throw new RangeError(
        `${where}: the data are not finite: ${side}[${i}] of example ${
          exampleOf(Math.floor(found / size))
        } holds ${data[found]}${at}; replace it by map(), or leave the example out`,
      );
    }
  }
}

/**
 * {@linkcode checkFinite} for the batches of a step of the epoch that a run of `fit` is in; `kept` says
 * what is left of the run.
 *
 * @throws {RangeError} that says that, too
 */
export async function checkStep(
  { data, settings }: Pick<FitTask, "data" | "settings">,
  { epoch, batch, stepsBefore }: Pick<RunPosition, "epoch" | "batch" | "stepsBefore">,
  step: number,
  kept: string,
): Promise<void> {
  const { accumulate, batchSize, dropRemainder, seed } = settings;
  const start = (step - 1 - stepsBefore) * accumulate;
  if (!(start >= 0 && start < batch)) return;
  const cut = { batchSize, epoch, seed, start, dropRemainder };
  try {
    const shuffle = settings.shuffle ? seed : false;
    await checkFinite(data, { ...cut, shuffle }, "fit", accumulate);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${error.message}; ${kept}`, { cause: error });
  }
}

/** The error of a run that something made not finite at a step, with data that are finite. */
export function divergence(what: string, step: number, kept: string): DivergenceError {
  const advice = step === 1 && what.startsWith("the loss")
    ? "this run had changed no weight by then and the data are finite, so look at the weights that it began with (those of a run that failed are lost), the loss and the size of the inputs"
    : "try a smaller learning rate, or clipNorm";
  return new DivergenceError(`fit: ${what} at step ${step}; ${advice}; ${kept}`, step);
}

/** The index along each axis of element `i` in row-major order. */
function placeOf(i: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  for (const size of shape.toReversed()) {
    place.unshift(i % size);
    i = Math.floor(i / size);
  }
  return place;
}
