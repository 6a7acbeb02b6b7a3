/** What the tests of training share. */
import { assert, assertEquals } from "@std/assert";
import type { TensorData } from "../../lib/core/dtype.ts";
import { Random } from "../../lib/core/random.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { Dataset } from "../../lib/train/dataset.ts";
import { sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";

/** Has everything computed on the CPU, by so many threads. */
export const useCpu = (threads = 2) => setDevice("cpu", { threads });

/** Points around three corners of a cube, and which corner it was. */
export function corners(count: number, seed = 0): Dataset {
  const random = new Random(seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 3);
  const data = Float32Array.from(
    { length: count * 3 },
    (_, i) => (labels[Math.floor(i / 3)] === i % 3 ? 1 : 0) + random.normal(0, 0.3),
  );
  return arrayDataset({ inputs: { data, shape: [3] }, targets: labels, classes: ["x", "y", "z"] });
}

/** A network with everything that has a state: batch norm, dropout. */
export const stateful = (seed = 1): Model =>
  sequential([3], { seed }).dense(16).batchNorm().relu().dropout(0.3).dense(3);

/** Copies of all weights. */
export async function weightsOf(model: Model): Promise<Map<string, TensorData>> {
  const weights = new Map<string, TensorData>();
  for (const [name, weight] of model.namedWeights) weights.set(name, await weight.read());
  return weights;
}

/** The bits of all weights, by name. */
export async function bitsOf(model: Model): Promise<Record<string, number[]>> {
  const bits: [string, number[]][] = [...await weightsOf(model)].map((
    [name, { buffer }],
  ) => [name, [...new Uint32Array(buffer)]]);
  assert(bits.length > 0);
  return Object.fromEntries(bits);
}

/** Fails unless two models have the same weights, bit for bit. */
export async function assertSameWeights(a: Model, b: Model): Promise<void> {
  assertEquals(await bitsOf(a), await bitsOf(b));
}

/** A folder that is removed afterwards. */
export async function scratch() {
  const path = await Deno.makeTempDir({ prefix: "striate-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
