import { type DType, joined, type TensorData } from "../core/dtype.ts";
import type { Normalization } from "../core/preprocessing.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { checkInputs, checkSomeExamples } from "../nn/apply.ts";
import type { Network } from "../nn/network.ts";
import {
  type PlannedProgram,
  ProgramBuilder,
  runProgram,
  type StatefulProgram,
} from "../nn/program.ts";
import type { SymbolicValue } from "../nn/symbolic.ts";
import type { Weight } from "../nn/weight.ts";
import { concatenate } from "../tensor/combine.ts";
import { leafOn, storagesOf } from "../tensor/evaluate.ts";
import type { Runtime } from "../tensor/runtime.ts";
import { Tensor } from "../tensor/tensor.ts";
import { record } from "../tensor/tracing.ts";
import { constant } from "../tensor/value.ts";
import type { Dataset } from "./dataset.ts";
import { host } from "./host.ts";
import { Throttle } from "./throttle.ts";

/** A tensor over an array, which nobody else changes. */
const over = (data: TensorData, shape: Shape, dtype: DType) =>
  new Tensor(constant(data, shape, dtype));

/** What is to be predicted, to be had in slices. */
export interface Examples {
  readonly length: number;
  /** The element type of each input. */
  readonly types: readonly DType[];
  /** Whether the results stay on the device, as the examples do. */
  readonly stay: boolean;
  /** The inputs of `size` examples from number `at` on. */
  batch(at: number, size: number): readonly Tensor[] | Promise<readonly Tensor[]>;
}

/** The examples of a data set. */
export function examplesOf(data: Dataset): Examples {
  checkSomeExamples(data.length, "predict");
  return {
    length: data.length,
    types: data.inputs.map(({ dtype }) => dtype),
    stay: false,
    batch: async (at, size) => {
      const { inputs } = await data.load(Array.from({ length: size }, (_, i) => at + i));
      return inputs.map((array, i) => {
        const { shape, dtype } = data.inputs[i]!;
        return over(array, [size, ...shape], dtype);
      });
    },
  };
}

/** Examples in tensors, one for each input of a network, with the batch in front. */
export async function tensorExamples(
  network: Network,
  tensors: readonly Tensor[],
): Promise<Examples> {
  checkInputs(tensors, network.inputs, network.inputNames, "predict");
  const length = tensors[0]!.shape[0]!;
  // No kernel stores bytes, so they are cut on the host.
  const bytes = await Promise.all(tensors.map((t) => t.dtype === "u8" ? t.data<"u8">() : null));
  return {
    length,
    types: tensors.map(({ dtype }) => dtype),
    stay: true,
    batch: (at, size) =>
      tensors.map((t, i) => {
        if (size === length) return t;
        const shape = t.shape.slice(1), one = sizeOf(shape), data = bytes[i];
        return data
          ? over(data.subarray(at * one, (at + size) * one), [size, ...shape], "u8")
          : t.slice([at], [size]);
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
    const { types } = examples, numbers = wanted.map((value) => this.#numberOf(value));
    const programFor = (size: number) =>
      runtime.programs.get(
        this,
        JSON.stringify([types, size, numbers, normalization]),
        () => record(() => this.#build(runtime, types, size, wanted, normalization)),
      );
    const throttle = new Throttle(runtime.device);
    using stoppable = host().begin();
    const results: Tensor[][] = wanted.map(() => []);
    const readings: Promise<Float32Array>[][] = wanted.map(() => []);
    for (let at = 0; at < examples.length; at += batchSize) {
      stoppable.signal.throwIfAborted();
      const size = Math.min(batchSize, examples.length - at);
      const inputs = await storagesOf(await examples.batch(at, size), runtime);
      const outputs = await runProgram(runtime, () => programFor(size), () => inputs);
      outputs.forEach((storage, i) => {
        const shape = [size, ...wanted[i]!.shape];
        const result = new Tensor(leafOn(runtime, storage, { shape, dtype: "f32" }));
        if (examples.stay) results[i]!.push(result);
        else readings[i]!.push(readOnce(result));
      });
      await throttle.step();
    }
    if (examples.stay) return results.map((parts) => concatenate(parts));
    return await Promise.all(wanted.map(async ({ shape }, i) => {
      const all = joined("f32", await Promise.all(readings[i]!));
      return over(all, [examples.length, ...shape], "f32");
    }));
  }

  #build(
    runtime: Runtime,
    types: readonly DType[],
    size: number,
    wanted: readonly SymbolicValue[],
    normalization: Normalization | undefined,
  ): StatefulProgram {
    const { builder, outputs } = this.#trace(types, size, wanted, normalization);
    return builder.build(runtime, outputs);
  }

  /** The program for `size` examples of the types of the inputs, before it is loaded. */
  plan(
    runtime: Runtime,
    types: readonly DType[],
    size: number,
    normalization: Normalization | undefined,
  ): PlannedProgram {
    return record(() => {
      const wanted = this.#network.outputs;
      const { builder, outputs } = this.#trace(types, size, wanted, normalization);
      return builder.plan(runtime, outputs);
    });
  }

  #trace(
    types: readonly DType[],
    size: number,
    wanted: readonly SymbolicValue[],
    normalization: Normalization | undefined,
  ) {
    const builder = new ProgramBuilder();
    const inputs = this.#network.inputs.map(({ shape }, i) =>
      builder.input([size, ...shape], types[i]!)
    );
    const context = { weights: (weight: Weight) => builder.variable(weight) };
    const { outputs } = this.#network.run(inputs, context, wanted, normalization);
    const other = outputs.find(({ dtype }) => dtype !== "f32");
    if (other !== undefined) {
      throw new TypeError(
        `predict: expected results of type f32, found ${other.dtype}; see apply()`,
      );
    }
    return { builder, outputs };
  }

  #numberOf(value: SymbolicValue): number {
    return this.#numbers.getOrInsertComputed(value, () => this.#numbers.size);
  }
}

/** The numbers of a tensor, which is not needed afterwards. */
function readOnce(tensor: Tensor): Promise<Float32Array> {
  const reading = tensor.data().finally(() => tensor[Symbol.dispose]());
  // If a later batch fails, nobody waits for this one.
  reading.catch(() => {});
  return reading;
}
