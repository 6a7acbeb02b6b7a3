import { bytesPerElement } from "../../../lib/core/dtype.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import type { Plan } from "../../../lib/compile/plan.ts";
import type { Device } from "../../../lib/device/device.ts";
import type { Launch } from "../../../lib/graph/kernel.ts";
import { Runtime } from "../../../lib/tensor/runtime.ts";
import { Trainer } from "../../../lib/train/trainer.ts";
import { type Network, sgd } from "../../../mod.ts";

/** A device that does nothing and keeps the plans that it is given. */
class Recorder implements Device {
  readonly kind = "recorder";
  readonly description = "nothing runs";
  readonly allocatedBytes = 0;
  readonly programBytes = Infinity;
  readonly pace = { stride: 1, ahead: 0 };
  readonly plans: Plan[] = [];

  allocate(bytes: number) {
    return { bytes, release() {} };
  }

  write() {}

  read(_storage: unknown, bytes: number) {
    return Promise.resolve(new ArrayBuffer(bytes));
  }

  load(plan: Plan) {
    this.plans.push(plan);
    return { run() {}, release() {} };
  }

  async finish() {}

  async close() {}
}

/** The plan of a training step of a network of images of classes, with momentum. */
export async function stepPlan(network: Network, image: readonly number[], size: number) {
  const device = new Recorder(), runtime = new Runtime(() => Promise.resolve(device));
  await runtime.open();
  const trainer = new Trainer(runtime, {
    where: "bench",
    network,
    data: {
      inputs: [{ shape: image, dtype: "u8" }],
      targets: [{ shape: [], dtype: "i32" }],
    },
    normalization: undefined,
    settings: { optimizer: sgd({ learningRate: 0.01, momentum: 0.9, weightDecay: 1e-4 }), seed: 1 },
  });
  const inputs = [new Uint8Array(size * sizeOf(image))], targets = [new Int32Array(size)];
  await trainer.step({ size, inputs, targets }, 0.01);
  return device.plans.at(-1)!;
}

/** A launch's operands by numbers: values that share a place are one. */
export function operandsOf(plan: Plan, launch: Launch) {
  const numbers = new Map<string, number>();
  const numberOf = (value: number) => {
    const { kind, index } = plan.values[value]!.place;
    return numbers.getOrInsertComputed(`${kind} ${index}`, () => numbers.size);
  };
  return { inputs: launch.inputs.map(numberOf), outputs: launch.outputs.map(numberOf) };
}

/** Bytes that a launch reads and writes, each value once. */
export function bytesOfLaunch(plan: Plan, { inputs, outputs }: Launch): number {
  const bytes = (numbers: readonly number[]) =>
    [...new Set(numbers)].reduce((sum, number) => {
      const { size, dtype } = plan.values[number]!;
      return sum + size * bytesPerElement[dtype];
    }, 0);
  return bytes(inputs) + bytes(outputs);
}
