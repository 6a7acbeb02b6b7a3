/** Explanations whose right values are known by construction. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as explain from "../../lib/explain/mod.ts";
import { randomNormal, randomUniform, tensor, zeros } from "../../lib/tensor/create.ts";
import { relu } from "../../lib/tensor/functions/activation.ts";
import { resize2d } from "../../lib/tensor/resize.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { cases, target } from "./torch.ts";

await setDevice("cpu");

const [{ net, images }] = cases as [typeof cases[0]];
const first = images.slice([0], [1]).squeeze(0);

/** The largest distance of two tensors of one shape. */
async function apart(a: Tensor, b: Tensor): Promise<number> {
  assertEquals(a.shape, b.shape);
  return await a.sub(b).abs().max().item();
}

/** A linear model of images [4, 6, 1] with three classes. */
function linear() {
  const net = sequential([4, 6, 1]).flatten().dense(3, { name: "fc" });
  net.assign({ "fc.kernel": randomNormal([24, 3], { seed: 3 }) });
  return { net, weights: net.weight("fc.kernel").tensor() };
}

/** The weights of a class as an image. */
const column = (weights: Tensor, label: number) => weights.slice([0, label], [24, 1]);

Deno.test("of a linear model, all methods find its weights", async () => {
  const { net, weights } = linear(), x = randomUniform([4, 6, 1], { seed: 1, low: 0.5 });
  const w = column(weights, 2), target = 2, parts = w.reshape([4, 6, 1]).mul(x);
  assert(await apart(await explain.saliency(net, x, { target }), w.abs().reshape([4, 6])) < 1e-6);
  for (const method of [explain.gradientTimesInput, explain.integratedGradients] as const) {
    assert(await apart(await method(net, x, { target }), parts) < 1e-5);
  }
  const covered = await explain.occlusion(net, x, { target, window: 1, stride: 1, batchSize: 5 });
  assert(await apart(covered, parts.squeeze(-1)) < 1e-5);
  const smooth = await explain.smoothGrad(net, x, { target, samples: 3 });
  assert(await apart(smooth, w.abs().reshape([4, 6])) < 1e-6);
});

Deno.test("occlusion: the mean over all squares that cover a pixel, up to the edges", async () => {
  const { net, weights } = linear(), x = randomUniform([4, 6, 1], { seed: 1 }), target = 1;
  const parts = await column(weights, target).reshape([4, 6]).mul(x.squeeze(-1)).array();
  const at = parts as number[][];
  // Squares of 3 begin in rows 0 and 1 and in columns 0, 2 and 3.
  const squares = [0, 1].flatMap((top) => [0, 2, 3].map((left) => ({ top, left })));
  const losses = squares.map(({ top, left }) =>
    at.slice(top, top + 3).flatMap((row) => row.slice(left, left + 3)).reduce((a, b) => a + b)
  );
  const expected = at.map((row, y) =>
    row.map((_, x) => {
      const over = losses.filter((_, i) => {
        const { top, left } = squares[i]!;
        return y >= top && y < top + 3 && x >= left && x < left + 3;
      });
      return over.reduce((a, b) => a + b) / over.length;
    })
  );
  const found = await explain.occlusion(net, x, { target, window: 3, stride: 2 });
  assert(await apart(found, tensor(expected)) < 1e-5);
});

Deno.test("occlusion: a probability, another blank image, a batch", async () => {
  const { net } = linear(), x = randomUniform([2, 4, 6, 1], { seed: 1 });
  const blank = randomUniform([4, 6, 1], { seed: 9 });
  const settings = { target: [0, 2], window: 4, stride: 4, blank, measure: "probability" } as const;
  const found = await explain.occlusion(net, x, settings);
  const p = async (image: Tensor, label: number) =>
    (await net.apply(image.reshape([1, 4, 6, 1])).softmax().data())[label]!;
  // The pixel in the corner is covered by one square alone: the left four columns.
  const image = x.slice([1], [1]).squeeze(0);
  const half = await image.slice([0, 4], [4, 2]).data(), cover = await blank.data();
  const mixed = Float32Array.from(
    cover,
    (value, i) => i % 6 < 4 ? value : half[Math.floor(i / 6) * 2 + i % 6 - 4]!,
  );
  const lost = await p(image, 2) - await p(tensor(mixed), 2);
  assertAlmostEquals((await found.data())[24]!, lost, 1e-5);
});

Deno.test("integratedGradients: contributions sum to the difference of scores", async () => {
  const other = randomNormal([17, 15, 3], { seed: 4, standardDeviation: 0.2 });
  for (const blank of ["mean", other] as const) {
    const settings = { blank, target };
    const gaps: number[] = [];
    for (const steps of [10, 300]) {
      const parts = await explain.integratedGradients(net, images, { ...settings, steps });
      const gap = await explain.completenessGap(net, images, parts, settings);
      assertEquals(gap.shape, [2]);
      gaps.push(await gap.max().item());
    }
    assert(gaps[1]! < 0.01 && gaps[1]! < gaps[0]!, String(gaps));
  }
});

Deno.test("smoothGrad: without noise it is the saliency, with noise it depends on the seed", async () => {
  const plain = await explain.saliency(net, images, { target });
  const none = await explain.smoothGrad(net, images, {
    target,
    noise: 0,
    samples: 5,
    batchSize: 2,
  });
  assert(await apart(none, plain) < 1e-5);
  const noisy = (seed: number) => explain.smoothGrad(net, images, { target, seed, samples: 4 });
  assertEquals(await apart(await noisy(1), await noisy(1)), 0);
  assert(await apart(await noisy(1), await noisy(2)) > 1e-3);
});

Deno.test("classActivationMap: Grad-CAM of a net with global average pooling, and its mean the score", async () => {
  const { net, images, layer } = cases[1]!;
  const map = await explain.classActivationMap(net, images, { target });
  const [, rows, columns] = map.shape as [number, number, number];
  const cam = await explain.gradCam(net, images, { target, layer });
  assert(await apart(relu(map).div(rows * columns), cam) < 1e-5);
  const bias = await net.weight("fc.bias").tensor().data();
  const logits = await net.predict(images);
  for (const [i, label] of target.entries()) {
    const score = await logits.slice([i, label], [1, 1]).sum().item();
    assertAlmostEquals(await map.slice([i], [1]).mean().item() + bias[label]!, score, 1e-4);
  }
});

Deno.test("classActivationMap: the class's own map where pooling ends the net", async () => {
  const net = sequential([6, 6, 2], { seed: 2 }).conv2d(4, 3, { name: "maps" })
    .globalAveragePool2d().softmax();
  const x = randomNormal([1, 6, 6, 2], { seed: 1 });
  const map = await explain.classActivationMap(net, x, { target: 3 });
  const own = net.apply(x, { outputs: ["maps"] }).slice([0, 0, 0, 3], [1, 4, 4, 1]).squeeze(-1);
  assert(await apart(map, own) < 1e-6);
  await assertRejects(
    () => explain.classActivationMap(cases[0]!.net, images),
    TypeError,
    "expected a model that ends with globalAveragePool2d and at most one dense layer",
  );
});

Deno.test("guidedGradCam: the product of both", async () => {
  const product = await explain.guidedGradCam(net, images, { target, layer: "relu2" });
  const cam = await explain.gradCam(net, images, { target, layer: "relu2" });
  const guided = await explain.guidedBackpropagation(net, images, { target });
  const expected = guided.mul(resize2d(cam.expandDims(-1), [17, 15]));
  assert(await apart(product, expected) < 1e-5);
});

Deno.test("the most probable class by default; a softmax at the end is left out; one image alone", async () => {
  const best = [...await (await net.predict(images)).argmax().data<"i32">()];
  const chosen = await explain.saliency(net, images, { target: best });
  assertEquals(await apart(await explain.saliency(net, images), chosen), 0);
  const one = await explain.saliency(net, first, { batchSize: 1 });
  assert(await apart(one, chosen.slice([0], [1]).squeeze(0)) < 1e-6);
  // With a softmax behind it, the same slopes.
  const { net: plain } = linear(), { net: squashed } = linear();
  squashed.softmax();
  const x = randomUniform([3, 4, 6, 1], { seed: 1 });
  assertEquals(
    await apart(await explain.saliency(plain, x), await explain.saliency(squashed, x)),
    0,
  );
});

Deno.test("bytes are normalised as the model has it, and slopes are by what it sees", async () => {
  const { net, weights } = linear();
  net.normalization = { mean: [0.5], standardDeviation: [0.25] };
  const bytes = tensor(new Uint8Array(24).fill(255), { shape: [4, 6, 1] });
  const parts = await explain.gradientTimesInput(net, bytes, { target: 0 });
  const expected = column(weights, 0).mul(2).reshape([4, 6, 1]);
  assert(await apart(parts, expected) < 1e-5);
  const black = await explain.integratedGradients(net, bytes, { target: 0, blank: "black" });
  assert(await apart(black, expected.mul(2)) < 1e-5); // from -2 to 2
});

Deno.test("other weights in place of the model's own", async () => {
  const { net } = linear(), kernel = randomNormal([24, 3], { seed: 8 });
  const x = randomUniform([4, 6, 1], { seed: 1 }), weights = { "fc.kernel": kernel };
  const heat = await explain.saliency(net, x, { target: 1, weights });
  assert(await apart(heat, column(kernel, 1).abs().reshape([4, 6])) < 1e-6);
});

Deno.test("deconvnet: rectification acts on what comes from above, whatever was seen below", async () => {
  const net = sequential([4, 4, 1]).conv2d(1, 1, { name: "a" }).relu().conv2d(1, 1, { name: "b" });
  const projected = async (second: number, image: number) => {
    net.assign({ "a.kernel": tensor([[[[1]]]]), "b.kernel": tensor([[[[second]]]]) });
    net.assign({ "b.bias": tensor([1]) });
    const x = tensor(new Float32Array(16).fill(image), { shape: [4, 4, 1] });
    return await (await explain.deconvnet(net, x, { layer: "b", channel: 0 })).sum().item();
  };
  // A gradient would be 0, since the rectifier saw -2; the answer 1 comes through the filter 1.
  assertAlmostEquals(await projected(1, -2), 1, 1e-6);
  // From above comes -2 * -1 … of the answer 1 - 2 = -1, a negative filter makes it positive.
  assertAlmostEquals(await projected(-1, 2), 1, 1e-6);
  // … and 3 * -1 is stopped there: the answer 1 - (-2 cut to 0) = 1 goes through the filter -1.
  assertEquals(await projected(-1, -2), 0);
});

Deno.test("deconvnet: the strongest feature by default, within its receptive field", async () => {
  const { net, images, layer } = cases[0]!;
  const maps = net.apply(images, { outputs: [layer] });
  const channel = [...await maps.max([1, 2]).argmax().data<"i32">()];
  const found = await explain.deconvnet(net, images, { layer });
  assertEquals(await apart(found, await explain.deconvnet(net, images, { layer, channel })), 0);
  const { size } = net.receptiveFields().find(({ name }) => name === layer)!;
  const rows = await found.abs().sum([2, 3]).greater(0).cast("f32").sum(1).data();
  assert(rows.every((n) => n > 0 && n <= size[0]), String(rows));
});

Deno.test("mistakes are named before work starts", async () => {
  const saliency = (...args: unknown[]) =>
    explain.saliency(...args as Parameters<typeof explain.saliency>);
  const said: [() => Promise<unknown>, string][] = [
    [() => saliency({}, images), "saliency: expected a model"],
    [() => saliency(net, [1]), "saliency: images: expected a tensor"],
    [() => saliency(net, zeros([3, 3])), "expected [17, 15, 3] or [n, 17, 15, 3]"],
    [() => saliency(net, images, { target: 5 }), "target: expected numbers from 0 to 4, found 5"],
    [() => saliency(net, images, { target: [1] }), "expected one for each of 2 images, found 1"],
    [() => saliency(net, images, { target: "cat" }), "target: expected a number, or a list"],
    [() => saliency(net, images, { layer: "a" }), 'unknown option "layer"'],
    [() => explain.gradCam(net, images, { layer: "rely2" }), 'did you mean "relu2"?'],
    [() => explain.gradCam(net, images, { layer: "fc" }), "expected a layer of maps"],
    [() => explain.deconvnet(net, images, { channel: 8 }), "numbers from 0 to 7, found 8"],
    [() => explain.occlusion(net, images, { window: 16 }), "at most the image, 17 x 15"],
    [
      () => explain.guidedBackpropagation(linear().net, zeros([4, 6, 1])),
      "a model with layers of relu",
    ],
    [
      () => explain.saliency(sequential([3]).dense(2), zeros([3])),
      "expected a model of images [height, width, channels]",
    ],
  ];
  for (const [call, message] of said) {
    const error = await assertRejects(async () => await call(), Error);
    assert(error.message.includes(message), error.message);
    assert(error instanceof TypeError || error instanceof RangeError, String(error));
  }
  const signal = AbortSignal.abort();
  await assertRejects(() => explain.occlusion(net, images, { signal }), DOMException);
});
