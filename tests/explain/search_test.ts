/** Images that are searched for: what they must reach is known. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as explain from "../../lib/explain/mod.ts";
import { blur, cosines, separable, window } from "../../lib/explain/separable.ts";
import { eye, full, randomUniform, tensor, zeros } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { sequential } from "../../lib/train/make_model.ts";

await setDevice("cpu");

/** A model whose class 1 wants white on the left and black on the right; class 0 the other way. */
function sides() {
  const net = sequential([8, 8, 1]).flatten().dense(2, { name: "fc", bias: false });
  const sign = (i: number) => i % 8 < 4 ? 1 : -1;
  const kernel = Float32Array.from(
    { length: 128 },
    (_, i) => (i % 2 === 1 ? 1 : -1) * sign(i >> 1),
  );
  net.assign({ "fc.kernel": tensor(kernel, { shape: [64, 2] }) });
  return net;
}

const plain = { basis: "pixels", jitter: 0, blur: 0, totalVariation: 0, decay: 0 } as const;

for (const basis of ["pixels", "fourier"] as const) {
  Deno.test(`maximizeActivation: the image that a linear class wants, in ${basis}`, async () => {
    const settings = { ...plain, basis, steps: 60, learningRate: basis === "pixels" ? 0.03 : 0.05 };
    const { image, values } = await explain.maximizeActivation(sides(), {
      target: [0, 1],
      ...settings,
    });
    assertEquals([image.shape, values.length], [[2, 8, 8, 1], 60]);
    const [zero, one] = await Promise.all([0, 1].map((i) => image.slice([i], [1]).data()));
    const left = (data: ArrayLike<number>) => Array.from(data).filter((_, i) => i % 8 < 4);
    const right = (data: ArrayLike<number>) => Array.from(data).filter((_, i) => i % 8 >= 4);
    const white = Math.min(...left(one!), ...right(zero!));
    const black = Math.max(...right(one!), ...left(zero!));
    // A wave that went too far is stuck where the squashing is flat.
    const isMost = values.at(-1)! > 0.85 * 32;
    assert(
      basis === "fourier" ? isMost : white > 0.9 && black < 0.1,
      `${white} and ${black}, ${values.at(-1)}`,
    );
    assert(values.at(-1)! > 25 && values[0]! < 2, `${values[0]} to ${values.at(-1)}`); // at most 32
  });
}

Deno.test("maximizeActivation: priors and jitter each change what is found; a seed repeats it", async () => {
  const net = sequential([12, 12, 3], { seed: 2 }).conv2d(4, 5, { name: "a" }).relu({ name: "b" });
  const find = async (given = {}) => {
    const settings = { layer: "a", channel: 2, steps: 12, ...plain, ...given };
    return await (await explain.maximizeActivation(net, settings)).image.data();
  };
  const roughness = (data: Float32Array) => {
    let sum = 0;
    for (let i = 36; i < data.length; i++) sum += Math.abs(data[i]! - data[i - 36]!);
    return sum;
  };
  const without = await find();
  assertEquals(await find(), without);
  for (const prior of [{ blur: 1 }, { totalVariation: 3 }, { decay: 3 }]) {
    const found = await find(prior);
    assert(roughness(found) < 0.8 * roughness(without), JSON.stringify(prior));
  }
  assert((await find({ jitter: 3 })).some((value, i) => value !== without[i]));
  // One unit sees its window alone.
  const unit = await explain.maximizeActivation(net, {
    ...plain,
    layer: "a",
    channel: 2,
    unit: [0, 7],
    steps: 5,
    start: full([12, 12, 3], 0.5),
  });
  const moved = await unit.image.sub(0.5).abs().sum([0, 3]).array() as number[][];
  moved.forEach((row, y) =>
    row.forEach((change, x) => assertEquals(change > 1e-6, y < 5 && x >= 7, `${y} ${x}`))
  );
});

Deno.test("invertFeatures: of a layer that keeps everything, the image itself", async () => {
  const net = sequential([6, 6, 1]).conv2d(1, 1, { name: "same", bias: false });
  net.assign({ "same.kernel": tensor([[[[2]]]]) });
  const image = randomUniform([6, 6, 1], { seed: 3 });
  const settings = { layer: "same", basis: "pixels", totalVariation: 0, steps: 150 } as const;
  const found = await explain.invertFeatures(net, image, settings);
  assert(await found.image.sub(image).abs().max().item() < 0.02);
  assert(found.values.at(-1)! < 1e-3 * found.values[0]!);
});

Deno.test("transferStyle: without weight of the style it stays the content; else it takes on its correlations", async () => {
  const net = sequential([16, 16, 3], { seed: 1 }).conv2d(6, 3, { name: "a" }).relu({ name: "b" })
    .conv2d(8, 3, { name: "c" });
  const content = randomUniform([16, 16, 3], { seed: 4 });
  const style = tensor(
    Float32Array.from({ length: 768 }, (_, i) => Math.floor(i / 3) % 16 < 8 ? 0.9 : 0.1),
    { shape: [16, 16, 3] },
  );
  const layers = {
    contentLayer: "c",
    styleLayers: ["b"],
    basis: "pixels",
    totalVariation: 0,
    steps: 40,
  } as const;
  const same = await explain.transferStyle(net, content, style, { ...layers, styleWeight: 0 });
  assert(await same.image.sub(content).abs().max().item() < 1e-3);
  const { image, values } = await explain.transferStyle(net, content, style, layers);
  assert(values.at(-1)! < values[0]! / 8, `${values[0]} to ${values.at(-1)}`);
  assertEquals(image.shape, [16, 16, 3]);
  await assertRejects(
    () => explain.transferStyle(net, content, style, { ...layers, styleLayers: ["d"] }),
    RangeError,
    'unknown layer "d"',
  );
});

Deno.test("deepDream: answers grow, at the image's own size, whatever the tiles", async () => {
  const net = sequential([12, 12, 3], { seed: 2 }).conv2d(4, 5, { name: "a" }).relu({ name: "b" });
  const data = Uint8Array.from({ length: 30 * 17 * 3 }, (_, i) => (i * 37) % 101 + 70);
  const image = { width: 17, height: 30, data };
  const settings = { layer: "a", channel: 1, steps: 4, octaves: 2 };
  const dreamt = await explain.deepDream(net, image, settings);
  assertEquals(dreamt.shape, [30, 17, 3]);
  const answer = (x: typeof dreamt) =>
    net.apply(x.slice([6, 3, 0], [12, 12, 3]).expandDims(0), { outputs: ["a"] })
      .slice([0, 0, 0, 1], [1, 8, 8, 1]).square().mean().item();
  const before = tensor(data, { shape: [30, 17, 3] }).cast("f32").div(255);
  const [first, last] = [await answer(before), await answer(dreamt)];
  assert(last > 1.5 * first, `${first} to ${last}`);
  await assertRejects(() => explain.deepDream(net, image, { channel: 4 }), RangeError, "at most 3");
});

Deno.test("separable maps: shifts, a blur that keeps what is even, waves that are orthonormal", async () => {
  const x = tensor([[1, 2, 3], [4, 5, 6]]).reshape([1, 2, 3, 1]);
  const shifted = separable(x, window(2, 1), window(3, -1, 2));
  assertEquals(await shifted.squeeze([0, 3]).array(), [[6, 4], [3, 1]]);
  const even = separable(full([1, 5, 7, 2], 3), blur(5, 1.5), blur(7, 1.5));
  assertAlmostEquals(await even.sub(3).abs().max().item(), 0, 1e-5);
  const impulse = zeros([1, 1, 9, 1]).add(
    tensor([0, 0, 0, 0, 1, 0, 0, 0, 0]).reshape([1, 1, 9, 1]),
  );
  const spread = await separable(impulse, eye(1), blur(9, 1)).data();
  assertAlmostEquals(spread[5]! / spread[4]!, Math.exp(-0.5), 1e-3);
  const c = cosines(8);
  assertAlmostEquals(await c.matmul(c.transpose()).sub(eye(8)).abs().max().item(), 0, 1e-5);
});

Deno.test("maximizeActivation: mistakes are named", async () => {
  const net = sides();
  const maximize = (given: object) => explain.maximizeActivation(net, given);
  await assertRejects(() => maximize({}), TypeError, "found neither");
  await assertRejects(() => maximize({ target: 1, channel: 1 }), TypeError, "found both");
  await assertRejects(() => maximize({ target: 2 }), RangeError, "from 0 to 1, found 2");
  await assertRejects(
    () => maximize({ target: 1, prior: 1 }),
    RangeError,
    'unknown option "prior"',
  );
  await assertRejects(
    () => maximize({ target: 1, start: zeros([3, 3, 1]) }),
    TypeError,
    "expected pictures [1, 8, 8, 1], found [3, 3, 1]",
  );
});
