import { assert } from "@std/assert";
import { randomNormal } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { vgg } from "../../lib/zoo/vgg.ts";
import { needs } from "../setup/needs.ts";

Deno.test({
  name: "VGG-16's layer of 392 MiB runs on an adapter that binds 128 MiB, as on the CPU",
  ignore: !needs.webgpu.met,
  async fn() {
    const net = vgg(16, { seed: 1 }), image = randomNormal([1, 224, 224, 3], { seed: 2 });
    const logits: Float32Array[] = [];
    for (const kind of ["webgpu", "cpu"]) {
      await setDevice(kind);
      logits.push(await (await net.predict(image)).data());
    }
    const [there, here] = logits as [Float32Array, Float32Array];
    const size = Math.max(...here.map(Math.abs));
    const apart = Math.max(...here.map((value, i) => Math.abs(value - there[i]!)));
    assert(size > 0 && apart <= 1e-5 * size, `${apart} of ${size}`);
  },
});
