/**
 * Loses a device in training and goes on from the checkpoint. Run by itself it does so with WebGPU:
 * some drivers crash when a process that has destroyed a device ends, and must not take the other
 * tests along.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DeviceError } from "../../lib/core/errors.ts";
import type { Device } from "../../lib/device/device.ts";
import { device, setDevice } from "../../lib/tensor/runtime.ts";
import { readCheckpoint } from "../../lib/train/checkpoint.ts";
import { checkpointName } from "../../lib/train/checkpoint_names.ts";
import type { FitOptions } from "../../lib/train/training_options.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { assertSameWeights, corners, scratch, stateful } from "./helpers.ts";

const options: FitOptions = { batchSize: 10, epochs: 2, seed: 3 };
const train = corners(100);

/** Loses the device at step 7, then goes on from the checkpoint on a new one. */
export async function lose(name: "cpu" | "webgpu", away: (device: Device) => void): Promise<void> {
  await using folder = await scratch();
  const checkpoint = { directory: folder.path, everySteps: 2 };
  await setDevice(name);
  const whole = stateful();
  await whole.fit(train, options);
  const lost = await device();
  const interrupted = stateful();
  await assertRejects(
    () =>
      interrupted.fit(train, {
        ...options,
        checkpoint,
        onStep: ({ step }) => step === 7 && away(lost),
      }),
    DeviceError,
    name,
  );
  const { position } = await readCheckpoint(folder.path);
  assertEquals(position.step, 6);
  // The device that was lost holds the whole run's weights: those are gone, a file's are not.
  await setDevice(name);
  const expected = stateful();
  await expected.fit(train, options);
  const loaded = await loadModel(`${folder.path}/${checkpointName}`);
  assert((await loaded.evaluate(train)).loss > 0);
  // The model that lost its weights with the device goes on as another one does.
  await assertRejects(() => interrupted.evaluate(train), DeviceError, name);
  for (const model of [interrupted, stateful(9)]) {
    await model.fit(train, { ...options, resume: folder.path });
    await assertSameWeights(model, expected);
  }
}

if (import.meta.main) {
  await lose("webgpu", (device) => (device as unknown as { gpu: GPUDevice }).gpu.destroy());
  console.log("trained on");
}
