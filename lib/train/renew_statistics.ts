import type { Normalization } from "../core/preprocessing.ts";
import { bytesPerElement } from "../core/dtype.ts";
import { keyOf } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import type { Storage } from "../device/device.ts";
import type { Network } from "../nn/network.ts";
import { ProgramBuilder } from "../nn/program.ts";
import { iota } from "../tensor/create.ts";
import { withMemory } from "../tensor/reclaim.ts";
import type { Runtime } from "../tensor/runtime.ts";
import { record } from "../tensor/tracing.ts";
import { Variable } from "../tensor/variable.ts";
import type { Dataset } from "./dataset.ts";
import type { DataStream } from "./stream.ts";
import { Throttle } from "./throttle.ts";

/** What statistics are counted over. */
export interface StatisticsTask {
  readonly data: Dataset | DataStream;
  readonly normalization: Normalization | undefined;
  readonly batchSize: number;
  readonly dropRemainder: boolean;
  readonly seed: number;
  /** Ends the pass by its reason. */
  readonly signal: AbortSignal;
}

/**
 * Counts the running statistics of weights (by name) anew, over one pass of data in training mode: each
 * is the mean of those of all batches, whatever the layers' momentum. As PyTorch's `update_bn`. The
 * weights' other numbers stay.
 */
export async function renewStatistics(
  runtime: Runtime,
  network: Network,
  values: ReadonlyMap<string, Variable>,
  { data, normalization, batchSize, dropRemainder, seed, signal }: StatisticsTask,
): Promise<void> {
  const owner = {}, done = new Variable("batches", [], "f32");
  const [low, high] = keyOf(seed);
  const random = new Variable("random", [3], "i32", () => Int32Array.of(low, high, 0));
  const build = (size: number) => {
    const builder = new ProgramBuilder();
    const inputs = data.inputs.map(({ shape, dtype }) => builder.input([size, ...shape], dtype));
    const count = builder.variable(done), key = builder.variable(random);
    const { updates } = network.run(
      inputs,
      {
        training: true,
        key,
        momentum: count.div(count.add(1)),
        weights: (_, name) => builder.variable(values.get(name)!),
      },
      network.outputs,
      normalization,
    );
    for (const [name, value] of Object.entries(updates)) builder.update(values.get(name)!, value);
    builder.update(done, count.add(1));
    // Dropout draws for each batch.
    builder.update(random, key.add(iota([3], 0).equal(2)));
    return builder.build(runtime);
  };
  const storages = new Map<number, readonly Storage[]>(), throttle = new Throttle(runtime.device);
  const allocate = (size: number) =>
    runtime.programs.allocateAll(
      data.inputs.map(({ shape, dtype }) => size * sizeOf(shape) * bytesPerElement[dtype]),
    );
  try {
    for await (const batch of data.batches({ batchSize, dropRemainder, seed })) {
      signal.throwIfAborted();
      const { size } = batch;
      if (size === 0) continue; // None of its examples could be read.
      await withMemory(runtime, () => {
        const places = storages.getOrInsertComputed(size, () => allocate(size));
        batch.inputs.forEach((array, i) => runtime.device.write(places[i]!, array));
        runtime.programs.get(owner, String(size), () => record(() => build(size))).run(places);
      });
      await throttle.step();
    }
  } finally {
    runtime.release(owner);
    for (const storage of [...storages.values()].flat()) storage.release();
    for (const variable of [done, random]) variable.release();
  }
}
