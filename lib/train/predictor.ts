import { bytesPerElement, type DType, type TensorData, typedArray } from "../core/dtype.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { formatShape, sameShape, sizeOf } from "../core/shape.ts";
import type { Network } from "../nn/network.ts";
import { ProgramBuilder, type StatefulProgram } from "../nn/program.ts";
import type { Weight } from "../nn/weight.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import { tensor } from "../tensor/create.ts";
import type { Runtime } from "../tensor/runtime.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { record } from "../tensor/tracing.ts";
import type { Dataset } from "./dataset.ts";
import { host } from "./host.ts";
import { Throttle } from "./throttle.ts";

/** What is to be predicted, to be had in slices. */
export interface Examples {
  readonly length: number;
  /** The element type of each input. */
  readonly types: readonly DType[];
  /** The inputs of `size` examples from number `at` on. */
  batch(at: number, size: number): readonly TensorData[];
}

/** The examples of a data set. */
export function examplesOf(data: Dataset): Examples {
  return {
    length: data.length,
    types: data.inputs.map(({ dtype }) => dtype),
    batch: (at, size) => data.batch(Array.from({ length: size }, (_, i) => at + i)).inputs,
  };
}

/** Examples in tensors, one for each input of a network, with the batch in front. */
export async function tensorExamples(
  network: Network,
  tensors: readonly Tensor[],
): Promise<Examples> {
  const { inputs } = network;
  const length = tensors[0]?.shape[0] ?? 0;
  const fits = tensors.length === inputs.length &&
    tensors.every(({ shape }, i) =>
      shape[0] === length && sameShape(shape.slice(1), inputs[i]!.shape)
    );
  if (!fits || length === 0) {
    throw new TypeError(
      `predict: expected ${
        inputs.map(({ shape }) => formatShape([-1, ...shape])).join(" and ")
      }, found ${tensors.map(({ shape }) => formatShape(shape)).join(" and ")}`,
    );
  }
  const data = await Promise.all(tensors.map((t) => t.data()));
  return {
    length,
    types: tensors.map(({ dtype }) => dtype),
    batch: (at, size) =>
      data.map((array, i) => {
        const one = sizeOf(inputs[i]!.shape);
        return array.subarray(at * one, (at + size) * one);
      }),
  };
}

/** Runs a network's forward pass, each batch as one program, which is kept for the next. */
export class Predictor {
  readonly #network: Network;
  /** Values that were wanted, for keys. */
  readonly #numbers = new Map<SymbolicValue, number>();

  /** A predictor for a network, as it is; when it grows, another one is needed. */
  constructor(network: Network) {
    this.#network = network;
  }

  /** The `wanted` values for examples, each with the batch in front. */
  async predict(
    runtime: Runtime,
    examples: Examples,
    wanted: readonly SymbolicValue[],
    normalization: Normalization | undefined,
    batchSize: number,
  ): Promise<Tensor[]> {
    const { device } = runtime, throttle = new Throttle(device);
    using stoppable = host().begin();
    const results: Promise<ArrayBuffer>[][] = wanted.map(() => []);
    for (let at = 0; at < examples.length; at += batchSize) {
      stoppable.signal.throwIfAborted();
      const size = Math.min(batchSize, examples.length - at);
      const inputs = examples.batch(at, size).map((data) => {
        const storage = runtime.allocate(data.byteLength);
        device.write(storage, data);
        return storage;
      });
      const program = this.#program(runtime, examples.types, size, wanted, normalization);
      program.run(inputs).forEach((storage, i) => {
        const bytes = size * sizeOf(wanted[i]!.shape) * bytesPerElement.f32;
        const reading = device.read(storage, bytes);
        // If a later batch fails, nobody waits for this one.
        reading.catch(() => {});
        results[i]!.push(reading);
        storage.release();
      });
      for (const storage of inputs) storage.release();
      await throttle.step();
    }
    return await Promise.all(wanted.map(async ({ shape }, i) => {
      const all = new Float32Array(examples.length * sizeOf(shape));
      let at = 0;
      for (const buffer of await Promise.all(results[i]!)) {
        all.set(typedArray("f32", buffer), at);
        at += buffer.byteLength / bytesPerElement.f32;
      }
      return tensor(all, { shape: [examples.length, ...shape] });
    }));
  }

  #program(
    runtime: Runtime,
    types: readonly DType[],
    size: number,
    wanted: readonly SymbolicValue[],
    normalization: Normalization | undefined,
  ): StatefulProgram {
    const key = [types, size, wanted.map((value) => this.#numberOf(value)), normalization];
    return runtime.programs.get(
      this,
      JSON.stringify(key),
      () => record(() => this.#build(runtime, types, size, wanted, normalization)),
    );
  }

  #build(
    runtime: Runtime,
    types: readonly DType[],
    size: number,
    wanted: readonly SymbolicValue[],
    normalization: Normalization | undefined,
  ): StatefulProgram {
    const builder = new ProgramBuilder();
    const inputs = this.#network.inputs.map(({ shape }, i) =>
      builder.input([size, ...shape], types[i]!)
    );
    const context = { weights: (weight: Weight) => builder.variable(weight) };
    const { outputs } = this.#network.run(inputs, context, wanted, normalization);
    return builder.build(runtime, outputs);
  }

  #numberOf(value: SymbolicValue): number {
    const number = this.#numbers.get(value) ?? this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }
}
