import { assert, assertEquals } from "@std/assert";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { needs } from "../setup/needs.ts";
import { measureLenetCaffe } from "./lenet_caffe.ts";

// Fewer on the adapter, which may be software: all of them are a figure of the bench.
for (const [device, images] of [["cpu", 10_000], ["webgpu", 2_000]] as const) {
  Deno.test({
    name: `Caffe's LeNet is right on those of ${images} MNIST images that it should be (${device})`,
    ignore: !needs.mirror.met || (device === "webgpu" && !needs.webgpu.met),
    async fn() {
      await setDevice(device);
      const { expected, right, wrong, answers, largestError } = await measureLenetCaffe(images);
      assertEquals(right, expected.correct);
      if (images === 10_000) assertEquals(right, 9914);
      assertEquals(wrong, [...expected.wrong_indices]);
      assertEquals(answers, [...expected.predictions_of_wrong]);
      // The logits expected were written with five digits.
      assert(largestError < 1e-4, `logits differ by ${largestError}`);
    },
  });
}
