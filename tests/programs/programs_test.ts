/** Programs as a user would write them, from `mod.ts` alone: they are run, and they stay short. */
import { dirname } from "node:path";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  decodeImage,
  loadWeights,
  openNetwork,
  prepareImage,
  randomUniform,
  relu,
  sequential,
  setDevice,
  squeezenet,
  squeezenetCaffeNames,
  tensor,
} from "../../mod.ts";
import { needs } from "../setup/needs.ts";
import { realTest } from "../weights/files.ts";
import { project } from "./deconvnet.ts";
import { tellApart } from "./fine_tuning.ts";
import { gradCam } from "./grad_cam.ts";
import { transfer } from "./style_transfer.ts";

await setDevice("cpu");

/** The most lines that each program may have, imports and comments not counted. */
const most = {
  own_loop: 25,
  own_everything: 60,
  dcgan: 50,
  siamese: 30,
  accumulation: 20,
  group_rates: 10,
  fine_tuning: 10,
  grad_cam: 15,
  deconvnet: 40,
  second_derivatives: 15,
  style_transfer: 40,
  two_devices: 15,
};

for (const [name, limit] of Object.entries(most)) {
  Deno.test(`${name} has at most ${limit} lines, and imports mod.ts alone`, async () => {
    const source = await Deno.readTextFile(new URL(`${name}.ts`, import.meta.url));
    const imports = [...source.matchAll(/^import [^;]* from "(.*)";$/gm)];
    assertEquals(imports.map(([, from]) => from), ["../../mod.ts"]);
    const lines = source.replace(imports[0]![0], "").split("\n").map((line) => line.trim());
    const code = lines.filter((line) => line !== "" && !/^(\/\/|\/\*|\*)/.test(line));
    assert(code.length <= limit, `${code.length} lines`);
  });
}

Deno.test("own_loop: LeNet-5 learns the digits", async () => {
  const { top1 } = await import("./own_loop.ts");
  assert(top1! > 0.94, String(top1));
});

Deno.test("own_everything: all of it works together", async () => {
  const { history } = await import("./own_everything.ts");
  const { top1, metrics } = history.epochs.at(-1)!.validation!;
  assert(top1! > 0.75, String(top1));
  assertAlmostEquals(metrics!.macroF1!, top1!, 0.05);
});

Deno.test("dcgan: the critic learns, and the generator comes nearer to digits", async () => {
  const { losses, mean } = await import("./dcgan.ts");
  assert(losses.flat().every(Number.isFinite));
  assert(losses.at(-1)![0]! < losses[0]![0]! / 4, String(losses.at(-1)));
  // Most of a digit's pixels are dark; at first the generator's are grey.
  assert(mean < 0.47, String(mean));
});

Deno.test("siamese: equal digits lie nearer to one another than others", async () => {
  const { near, far } = await import("./siamese.ts");
  assert(near < 0.75 * far, `${near} and ${far}`);
});

Deno.test("accumulation: the difference from one large batch is rounding", async () => {
  const { difference } = await import("./accumulation.ts");
  assert(difference < 1e-6, String(difference));
});

Deno.test("group_rates: where the factor is 0 nothing moves", async () => {
  const { unmoved } = await import("./group_rates.ts");
  assert(unmoved);
});

Deno.test("second_derivatives: a known Hessian, and a penalty that training takes to 0", async () => {
  const { hessianVector, first, last } = await import("./second_derivatives.ts");
  assertEquals(hessianVector, [6, 0, -18]);
  assert(last < first / 100, `${first} to ${last}`);
});

Deno.test({
  name: "two_devices: the same step on both",
  ignore: !needs.webgpu.met,
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    const { difference } = await import("./two_devices.ts");
    assert(difference < 1e-6, String(difference));
  },
});

Deno.test("grad_cam: with global average pooling it is the class activation map", async () => {
  const net = sequential([8, 8, 3], { seed: 1 })
    .conv2d(5, 3, { name: "maps" }).relu({ name: "relu" }).globalAveragePool2d()
    .dense(4, { name: "out" });
  const x = randomUniform([1, 8, 8, 3], { seed: 2 });
  const maps = net.apply(x, { outputs: ["relu"] });
  const kernel = net.trainableWeights["out.kernel"]!.slice([0, 2], [5, 1]).reshape([1, 1, 1, 5]);
  const expected = relu(maps.mul(kernel).sum(-1)).squeeze(0).div(36 * 36 / 36);
  const found = gradCam(net, x, "relu", 2);
  assertAlmostEquals(await found.sub(expected).abs().max().item(), 0, 1e-6);
  assert(await found.max().item() > 0);
});

const pixels = 16;

Deno.test("deconvnet: rectification acts on what comes from above, whatever was seen below", async () => {
  const net = sequential([4, 4, 1]).conv2d(1, 1, { name: "a" }).relu().conv2d(1, 1, { name: "b" });
  const projected = async (second: number, image: number) => {
    const [one, other] = [[1], [second]].map((w) => tensor([[[w]]]));
    net.assign({ "a.kernel": one!, "b.kernel": other! });
    const x = tensor(new Float32Array(pixels).fill(image), { shape: [1, 4, 4, 1] });
    return await project(net, x, "b", 0).sum().item();
  };
  // The gradient would be 0 here, since the rectifier saw -2 …
  assertAlmostEquals(await projected(1, -2), 1, 1e-6);
  // … and -1 here.
  assertEquals(await projected(-1, 2), 0);
});

/** A photograph as a network takes it: [1, side, side, 3] bytes. */
async function photograph(path: string, settings: Parameters<typeof prepareImage>[1]) {
  const image = prepareImage(await decodeImage(await Deno.readFile(path)), settings);
  const side = Number(settings.crop);
  return tensor(image, { shape: [1, side, side, 3] });
}

const tench = "imagenet-samples/images/n01440764_tench.JPEG";

realTest(
  "grad_cam and deconvnet: any layer of GoogLeNet, on a photograph",
  ["imagenet-nets/googlenet.safetensors", tench],
  async ([weights, path]) => {
    const { model: net, preprocessing } = await openNetwork("googlenet", weights!);
    const x = await photograph(path!, preprocessing);
    assertEquals(await net.apply(x).argmax().array(), [0]);
    const [early, late] = ["inception_3b/output", "inception_5b/output"];
    for (const [layer, side] of [[early!, 28], [late!, 7]] as const) {
      const heat = gradCam(net, x, layer, 0);
      assertEquals(heat.shape, [side, side]);
      assert(await heat.max().item() > 0);
    }
    // The fish is held in the middle: the corners count for little.
    const heat = gradCam(net, x, late!, 0);
    const middle = await heat.slice([2, 2], [3, 3]).mean().item();
    const corner = await heat.slice([0, 0], [1, 1]).mean().item();
    assert(middle > 2 * corner, `${middle} in the middle, ${corner} in a corner`);

    // What the strongest feature saw lies within its receptive field.
    const seen = x.cast("f32").sub(tensor([104, 117, 123]));
    const strongest = net.apply(seen, { outputs: [early!] }).max([0, 1, 2]).argmax();
    const found = project(net, seen, early!, await strongest.item()).abs().sum([0, 3]);
    const { size } = net.receptiveFields().find(({ name }) => name === early)!;
    const rows = (await found.max(1).data()).reduce((n, v) => n + (v > 0 ? 1 : 0), 0);
    assert(rows > 1 && rows <= size[0], `${rows} rows of a field of ${size}`);
  },
);

realTest(
  "fine_tuning: SqueezeNet learns in seconds to tell ants from bees",
  ["imagenet-nets/squeezenet_v1.1.safetensors", "ants-bees/SHA256SUMS"],
  async ([weights, sums]) => {
    const { model, top1 } = await tellApart(dirname(sums!), weights!);
    assertEquals(model.classes, ["ants", "bees"]);
    assert(model.weight("features.3.squeeze.kernel").frozen);
    // By chance it would be 0.5 with a standard error of 0.09.
    assert(top1! > 0.7, String(top1));
  },
);

realTest(
  "style_transfer: a picture takes on the look of another, by feature maps of SqueezeNet",
  [
    "imagenet-nets/squeezenet_v1.1.safetensors",
    tench,
    "imagenet-samples/images/n01514859_hen.JPEG",
  ],
  async ([weights, content, style]) => {
    const net = squeezenet("1.1", { inputShape: [64, 64, 3] });
    await loadWeights(net, weights!, { map: squeezenetCaffeNames("1.1") });
    const settings = { resize: 64, crop: 64, channels: "bgr" } as const;
    const scaled = async (path: string) => (await photograph(path, settings)).cast("f32").sub(110);
    const { image, losses } = await transfer(
      net,
      await scaled(content!),
      await scaled(style!),
      { content: "features.4.concatenate", style: ["features.1", "features.3.concatenate"] },
      12,
    );
    assertEquals(image.shape, [1, 64, 64, 3]);
    assert(losses.at(-1)! < 0.8 * losses[0]!, losses.join());
  },
);
