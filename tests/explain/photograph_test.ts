/** Real networks on real photographs. */
import { assert, assertEquals } from "@std/assert";
import { openNetwork } from "../../lib/evaluate/open_network.ts";
import * as explain from "../../lib/explain/mod.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { decodeImage } from "../../lib/vision/decode.ts";
import { realTest } from "../weights/files.ts";

await setDevice("cpu");

const googlenet = "imagenet-nets/googlenet.safetensors";
const squeezenet = "imagenet-nets/squeezenet_v1.1.safetensors";
const collie = "imagenet-samples/images/n02106166_Border_collie.JPEG";

async function seen(name: string, [weights, image]: readonly string[]) {
  const { model } = await openNetwork(name, weights!);
  return { model, ...explain.seenBy(model, await decodeImage(await Deno.readFile(image!))) };
}

/** Row and column of the largest number of a map. */
async function hottest(heat: Tensor): Promise<readonly [number, number]> {
  const at = await heat.flatten().argmax().item(), columns = heat.shape[1]!;
  return [Math.floor(at / columns), at % columns];
}

realTest(
  "GoogLeNet and a collie: contributions are complete within 2 %",
  [googlenet, collie],
  async (paths) => {
    const { model, input } = await seen("googlenet", paths);
    const parts = await explain.integratedGradients(model, input, { steps: 50 });
    const gap = await (await explain.completenessGap(model, input, parts)).item();
    assert(gap < 0.02, String(gap));
  },
);

realTest("GoogLeNet and a collie: Grad-CAM, its class activation map and occlusion find its head", [
  googlenet,
  collie,
], async (paths) => {
  const { model, image, input } = await seen("googlenet", paths);
  assertEquals([image.width, image.height, ...input.shape], [224, 224, 224, 224, 3]);
  // The head is in the upper left of the middle: rows 50 to 170, columns 20 to 170 of 224.
  const isHead = ([y, x]: readonly [number, number], scale: number) =>
    y * scale >= 50 && y * scale <= 170 && x * scale >= 10 && x * scale <= 170;
  const cam = await explain.gradCam(model, input);
  assertEquals(cam.shape, [7, 7]);
  assert(isHead(await hottest(cam), 32), String(await hottest(cam)));
  const map = await explain.classActivationMap(model, input);
  assertEquals(await hottest(map), await hottest(cam));
  const covered = await explain.occlusion(model, input, { window: 64, stride: 32 });
  assert(isHead(await hottest(covered), 1), String(await hottest(covered)));
});

realTest(
  "SqueezeNet and a collie: its last maps are class activation maps; guided back-propagation keeps its picture without a head",
  [squeezenet, collie],
  async (paths) => {
    const { model, input } = await seen("squeezenet1.1", paths);
    const map = await explain.classActivationMap(model, input);
    const cam = await explain.gradCam(model, input);
    assert(await map.div(map.size).sub(cam).abs().max().item() < 1e-4);
    // The sanity check: with the classifier's weights in random order, saliency is another one, while
    // guided back-propagation draws nearly the same edges.
    const weights = await explain.randomizedWeights(model, { from: "classifier.1" });
    const kept = async (method: typeof explain.saliency) => {
      const [before, after] = [
        await method(model, input, { target: 232 }),
        await method(model, input, { target: 232, weights }),
      ];
      return await explain.rankCorrelation(before.abs(), after.abs());
    };
    const [plain, guided] = [
      await kept(explain.saliency),
      await kept(explain.guidedBackpropagation),
    ];
    assert(guided > plain, `${guided} and ${plain}`);
  },
);

const dog = "imagenet-samples/images/n02109961_Eskimo_dog.JPEG";
const leopard = "imagenet-samples/images/n02128385_leopard.JPEG";
for (const [name, weights] of [["googlenet", googlenet], ["squeezenet1.1", squeezenet]] as const) {
  realTest(
    `${name} on the page of pictures: it names the dog by its face, and the leopard`,
    [weights, dog, leopard],
    async ([file, ...photographs]) => {
      const { model } = await openNetwork(name, file!);
      const [ofDog, ofLeopard] = await Promise.all(
        photographs.map(async (path) =>
          explain.seenBy(model, await decodeImage(await Deno.readFile(path))).input
        ),
      ) as [Tensor, Tensor];
      const said = await Promise.all(
        [ofDog, ofLeopard].map(async (input) =>
          await (await model.predict(input.expandDims(0))).argmax().item()
        ),
      );
      assertEquals(said, [248, 288]);
      // The face: rows 40 to 140 and columns 60 to 180 of 224.
      for (const method of [explain.gradCam, explain.occlusion]) {
        const heat = await method(model, ofDog), scale = 224 / heat.shape[0]!;
        const [y, x] = (await hottest(heat)).map((at) => (at + 0.5) * scale) as [number, number];
        assert(y > 40 && y < 140 && x > 60 && x < 180, `${method.name}: ${y}, ${x}`);
      }
    },
  );
}

realTest(
  "SqueezeNet: a leopard's bare nose speaks against a leopard",
  [squeezenet, leopard],
  async (paths) => {
    const { model, input } = await seen("squeezenet1.1", paths);
    const heat = await explain.occlusion(model, input);
    const nose = await heat.slice([106, 116], [20, 24]).mean().item();
    const brow = await heat.slice([40, 70], [20, 24]).mean().item();
    assert(nose < 0 && brow > 0, `${nose} and ${brow}`);
  },
);
