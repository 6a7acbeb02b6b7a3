/**
 * Runs one kernel of the CPU device on the test's own thread, for tests and measurements. Each task
 * is run alone, once the first one first and once the last one, so that a task that leans on another
 * of its stage shows. Products are also computed with each of the machine's instruction sets, and with
 * what they pack kept from run to run or not: all must give the same bits.
 *
 * @module
 */
import type { Kernel } from "../../../lib/graph/kernel.ts";
import type { Plan, PlannedValue } from "../../../lib/compile/plan.ts";
import { bytesPerElement, type DType, dtypeOf, type TensorData } from "../../../lib/core/dtype.ts";
import { emitPlan } from "../../../kernels/cpu/emit.ts";
import { slack } from "../../../kernels/cpu/stages/scratch.ts";
import { type Target, webAssembly } from "../../../kernels/cpu/target.ts";
import { nativeImports } from "../../../lib/device/cpu/native_calls.ts";
import { native } from "./native.ts";
import { assertEquals } from "@std/assert";

/** A plan of one launch, whose inputs and outputs are bindings in this order. */
export function planOf(
  kernel: Kernel,
  inputs: readonly { dtype: DType; size: number }[],
  outputs: readonly { dtype: DType; size: number }[],
): Plan {
  const values = [...inputs, ...outputs].map(({ dtype, size }, index): PlannedValue => ({
    dtype,
    size,
    place: { kind: "binding", index },
    name: `value ${index}`,
  }));
  return {
    launches: [{
      kernel,
      inputs: inputs.map((_, index) => index),
      outputs: outputs.map((_, index) => inputs.length + index),
    }],
    values,
    slots: [],
    bindings: values.map(({ dtype, size }) => size * bytesPerElement[dtype]),
    outputs: outputs.map((_, index) => inputs.length + index),
  };
}

const guard = 0x5a;

/**
 * What a kernel computes; fails if it writes outside its outputs. With `inPlace`, the first output
 * takes the place of the first input, or of the input of that number; with `winograd`, convolutions may be
 * computed that way.
 */
export function runKernel(
  kernel: Kernel,
  inputs: readonly TensorData[],
  outputs: readonly { dtype: DType; size: number }[],
  { inPlace = false, winograd = false }: { inPlace?: boolean | number; winograd?: boolean } = {},
): TensorData[] {
  const described = inputs.map((data) => ({ dtype: dtypeOf(data)!, size: data.length }));
  const plan = planOf(kernel, described, outputs);
  const [first, ...others] = targetsFor(kernel).flatMap((target) =>
    plansFor(plan, kernel).map((plan) =>
      run(plan, { ...target, winograd }, inputs, outputs, inPlace)
    )
  );
  for (const other of others) assertEquals(other.map(bitsOf), first!.map(bitsOf), "other bits");
  return first!;
}

const isProduct = ({ kind }: Kernel) => kind === "matmul" || kind.startsWith("conv2d");

/** A plan whose inputs a run does not change, and for products one where earlier launches make them. */
function plansFor(plan: Plan, kernel: Kernel): Plan[] {
  const values = plan.values.map((value) => ({
    ...value,
    place: { kind: "slot", index: value.place.index } as const,
  }));
  return isProduct(kernel) ? [plan, { ...plan, values }] : [plan];
}

/** WebAssembly, and what native code there is for the tiles of products. */
function targetsFor(kernel: Kernel): Target[] {
  return isProduct(kernel)
    ? [webAssembly, ...native().available.map((i) => ({ native: native().tilesFor(i) }))]
    : [webAssembly];
}

const bitsOf = (data: TensorData) => new Uint32Array(data.buffer, data.byteOffset, data.length);

/** What a plan of one launch computes for a target. */
function run(
  plan: Plan,
  target: Target,
  inputs: readonly TensorData[],
  outputs: readonly { dtype: DType; size: number }[],
  inPlace: boolean | number,
): TensorData[] {
  const { bytes, stages, scratchBytes, preparations, keptBytes } = emitPlan(plan, target);
  let end = 4096;
  const place = (size: number) => {
    const at = end;
    end += Math.ceil((size + slack) / 64) * 64;
    return at;
  };
  const addresses = [...plan.bindings, scratchBytes[0]!, keptBytes[0]!].map(place);
  if (inPlace !== false) {
    addresses[inputs.length] = addresses[Number(inPlace === true ? 0 : inPlace)]!;
  }
  const pages = Math.ceil(end / 65536);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
  const all = new Uint8Array(memory.buffer);
  const imports = target.native === undefined
    ? {}
    : nativeImports(memory, 1024, native().trampoline);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory, ...imports },
  });
  const functions = exports as Record<string, (args: number, begin: number, end: number) => void>;
  const runBy = (
    order: (task: number, tasks: number) => number,
    prepares: boolean,
  ): TensorData[] => {
    const kept = addresses.at(-1)!;
    all.fill(guard, 0, prepares ? all.length : kept);
    inputs.forEach((data, index) => {
      all.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), addresses[index]!);
    });
    new Int32Array(memory.buffer).set(addresses, 16);
    for (const { fn, tasks } of [...prepares ? preparations : [], ...stages]) {
      for (let i = 0; i < tasks; i++) {
        const task = order(i, tasks);
        functions[`f${fn}`]!(64, task, task + 1);
      }
    }
    return results();
  };
  const results = () =>
    outputs.map(({ dtype, size }, index) => {
      const at = addresses[inputs.length + index]!, length = size * bytesPerElement[dtype];
      const around = [...all.slice(at - 8, at), ...all.slice(at + length, at + length + 64)];
      assertEquals(around.every((byte) => byte === guard), true, "wrote outside its output");
      const copy = all.slice(at, at + length).buffer;
      return dtype === "f32" ? new Float32Array(copy) : new Int32Array(copy);
    });
  const forwards = runBy((i) => i, true);
  const backwards = runBy((i, tasks) => tasks - 1 - i, false);
  assertEquals(backwards, forwards, "the order of a stage's tasks changes the result");
  // Another run's memory may lie behind the next one's: what reads there must not find the same.
  all.fill(guard);
  return forwards;
}
