import { assert, assertEquals } from "@std/assert";
import { sizeOf } from "../../lib/core/shape.ts";
import { randomNormal } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { vgg } from "../../lib/zoo/vgg.ts";
import { needs } from "../setup/needs.ts";

Deno.test({
  name: "VGG-16's layer of 392 MiB runs on an adapter that binds 128 MiB, as on the CPU",
  ignore: !needs.webgpu.met,
  async fn() {
    // By itself: the convolutions before it bind little, and take a software adapter long.
    const net = sequential([7, 7, 512], { seed: 1 }).flatten().dense(4096).relu();
    const sizes = vgg(16).weights.map(({ shape }) => sizeOf(shape));
    assertEquals(Math.max(...sizes), sizeOf(net.weights[0]!.shape));
    const features = randomNormal([1, 7, 7, 512], { seed: 2 });
    const results: Float32Array[] = [];
    for (const kind of ["webgpu", "cpu"]) {
      await setDevice(kind);
      results.push(await (await net.predict(features)).data());
    }
    const [there, here] = results as [Float32Array, Float32Array];
    const size = Math.max(...here.map(Math.abs));
    const apart = Math.max(...here.map((value, i) => Math.abs(value - there[i]!)));
    assert(size > 0 && apart <= 1e-5 * size, `${apart} of ${size}`);
  },
});
