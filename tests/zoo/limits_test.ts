/** What does not fit an adapter is refused before anything runs. */
import { assertRejects } from "@std/assert";
import { DeviceError } from "../../lib/core/errors.ts";
import { zeros } from "../../lib/tensor/create.ts";
import { device, setDevice } from "../../lib/tensor/runtime.ts";
import { vgg } from "../../lib/zoo/vgg.ts";
import { needs } from "../setup/needs.ts";

Deno.test({
  name: "VGG-16's 392 MiB layer on an adapter that binds 128 MiB",
  ignore: !needs.webgpu.met,
  async fn() {
    await setDevice("webgpu");
    const { gpu } = await device() as unknown as { gpu: GPUDevice };
    const bytes = gpu.limits.maxStorageBufferBindingSize;
    if (bytes < 392 * 2 ** 20) {
      const error = await assertRejects(
        () => vgg(16).predict(zeros([1, 224, 224, 3])),
        DeviceError,
        "392",
      );
      console.log(error.message);
    }
    await setDevice("cpu");
  },
});
