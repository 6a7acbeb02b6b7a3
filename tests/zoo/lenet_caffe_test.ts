import { assert, assertEquals } from "@std/assert";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { needs } from "../setup/needs.ts";
import { measureLenetCaffe } from "./lenet_caffe.ts";

for (const device of ["cpu", "webgpu"] as const) {
  Deno.test({
    name:
      `Caffe's LeNet is right on the 9,914 of 10,000 MNIST images that it should be (${device})`,
    ignore: !needs.mirror.met || (device === "webgpu" && !needs.webgpu.met),
    async fn() {
      await setDevice(device);
      const { expected, right, wrong, answers, largestError } = await measureLenetCaffe();
      assertEquals(right, 9914);
      assertEquals(wrong, [...expected.wrong_indices]);
      assertEquals(answers, [...expected.predictions_of_wrong]);
      // The logits expected were written with five digits.
      assert(largestError < 1e-4, `logits differ by ${largestError}`);
    },
  });
}
