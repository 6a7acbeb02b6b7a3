/** What PyTorch finds of two networks, method by method. */
import { assert } from "@std/assert";
import * as explain from "../../lib/explain/mod.ts";
import { defaultRuntime, openRuntime, setDevice } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { needs } from "../setup/needs.ts";
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

Deno.test({
  name: "a model on a runtime of its own, on WebGPU: gradients, switches, Grad-CAM, searches",
  ignore: !needs.webgpu.met,
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    await using runtime = await openRuntime("webgpu");
    const { net, images, ...rest } = cases[0]!;
    const there = { ...rest, images, net: await net.to(runtime) };
    for (const name of ["integratedGradients", "guidedBackpropagation", "gradCam", "deconvnet"]) {
      const apart = await distance(await methods[name]!(there), there.name, name);
      assert(apart < 1e-4, `${name}: ${apart}`);
    }
    const { values } = await explain.maximizeActivation(net, { target: 3, steps: 4 });
    assert(values.at(-1)! > values[0]!, String(values));
    await net.to(defaultRuntime());
  },
});
