/** What PyTorch finds of two networks, method by method. */
import { assert } from "@std/assert";
import * as explain from "../../lib/explain/mod.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { type Case, cases, distance, steps, target } from "./torch.ts";

await setDevice("cpu");

const methods: Readonly<Record<string, (one: Case) => Promise<Tensor>>> = {
  logits: ({ net, images }) => net.predict(images),
  saliency: ({ net, images }) => explain.saliency(net, images, { target }),
  gradientTimesInput: ({ net, images }) => explain.gradientTimesInput(net, images, { target }),
  integratedGradients: ({ net, images }) =>
    explain.integratedGradients(net, images, { target, steps, batchSize: 3 }),
  guidedBackpropagation: ({ net, images }) =>
    explain.guidedBackpropagation(net, images, { target, batchSize: 1 }),
  gradCam: ({ net, images, layer }) => explain.gradCam(net, images, { target, layer }),
  deconvnet: ({ net, images, layer, channel }) =>
    explain.deconvnet(net, images, { layer, channel }),
};

for (const [name, method] of Object.entries(methods)) {
  for (const one of cases) {
    Deno.test(`${name}: as PyTorch has it, of ${one.name}`, async () => {
      const apart = await distance(await method(one), one.name, name);
      assert(apart < 1e-5, String(apart));
    });
  }
}
