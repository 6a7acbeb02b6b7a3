import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ones, randomNormal, tensor, zeros } from "../../lib/tensor/create.ts";
import { gradient } from "../../lib/tensor/gradient.ts";
import { jit } from "../../lib/tensor/jit.ts";
import { randomKey } from "../../lib/tensor/random_key.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import type { Weights } from "../../lib/nn/apply.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import { testOnDevices } from "../tensor/devices.ts";

const net = () =>
  sequential([5, 5, 2], { seed: 1 })
    .conv2d(4, 3, { name: "conv" }).batchNorm({ name: "norm" }).relu({ name: "relu" })
    .flatten().dense(3, { name: "out" });
const images = (n: number, seed = 2) => randomNormal([n, 5, 5, 2], { seed });

testOnDevices("a model is a function of tensors: the same as its prediction", async () => {
  const model = net(), x = images(3);
  assertEquals(await model.apply(x).array(), await (await model.predict(x)).array());
  const maps = model.apply(x, { outputs: ["conv"] });
  assertEquals(
    await maps.array(),
    await (await model.predict(x, { outputs: ["conv"] })).array(),
  );
  const both = model.apply(x, { outputs: ["conv", "out"] }) as readonly Tensor[];
  assertEquals(both.map((t) => t.shape), [[3, 3, 3, 4], [3, 3]]);
});

testOnDevices("weights that are given take the place of the model's, which stay", async () => {
  const model = net(), x = images(2), before = await model.apply(x).array();
  const bias = tensor([1, 2, 3]);
  const moved = model.apply(x, { weights: { "out.bias": bias } });
  const difference = moved.sub(model.apply(x)).sub(bias).abs().max();
  assertAlmostEquals(await difference.item(), 0, 1e-6);
  assertEquals(await model.apply(x).array(), before);
  model.assign({ "out.bias": bias });
  assertEquals(await model.apply(x).array(), await moved.array());
  assertEquals([...await model.weight("out.bias").read()], [1, 2, 3]);
});

testOnDevices("in training the new running statistics come back as values", async () => {
  const model = net(), x = images(4);
  const { output, outputs, updates } = model.apply(x, { training: true });
  assertEquals(outputs.length, 1);
  assertEquals(output.shape, [4, 3]);
  assertEquals(Object.keys(updates), ["norm.runningMean", "norm.runningVariance"]);
  const maps = model.apply(x, { outputs: ["conv"] });
  const expected = maps.mean([0, 1, 2]).mul(0.1);
  const found = updates["norm.runningMean"]!;
  assertAlmostEquals(await found.sub(expected).abs().max().item(), 0, 1e-6);
  assertEquals(await model.weight("norm.runningMean").read(), new Float32Array(4));
  model.assign(updates);
  assertEquals(await model.weight("norm.runningMean").read(), await found.data());
});

Deno.test("weights are told apart by whether training changes them", () => {
  const model = net().freeze("conv");
  assertEquals(Object.keys(model.trainableWeights), [
    "norm.gamma",
    "norm.beta",
    "out.kernel",
    "out.bias",
  ]);
  assertEquals(Object.keys(model.nonTrainableWeights), [
    "conv.kernel",
    "conv.bias",
    "norm.runningMean",
    "norm.runningVariance",
  ]);
});

testOnDevices("another value in a layer's place: gradients of inner values", async () => {
  const model = net(), x = images(1), maps = model.apply(x, { outputs: ["relu"] });
  const score = (maps: Tensor) =>
    model.apply(x, { replace: ({ name }, result) => name === "relu" ? maps : result })
      .slice([0, 1], [1, 1]).sum();
  assertAlmostEquals(await score(maps).item(), (await model.apply(x).data())[1]!, 1e-5);
  // After the maps there is but the dense layer: the gradient is its kernel's column.
  const kernel = model.trainableWeights["out.kernel"]!.slice([0, 1], [36, 1]).reshape(maps.shape);
  assertEquals(await gradient(score)(maps).array(), await kernel.array());
});

testOnDevices("replace is told the layer, its result and what it was given", async () => {
  const x = input([2]), shared = x.dense(2, { name: "a" });
  const sum = model([x], shared.add(shared.tanh({ name: "t" }), { name: "sum" }));
  const seen: unknown[] = [];
  sum.apply(ones([1, 2]), {
    replace: ({ name, type }, result, inputs) => {
      seen.push([name, type, result.shape, inputs.length]);
      return result;
    },
  });
  assertEquals(seen, [
    ["a", "dense", [1, 2], 1],
    ["t", "tanh", [1, 2], 1],
    ["sum", "add", [1, 2], 2],
  ]);
  await Promise.resolve();
});

testOnDevices("dropout draws by the key: anew in each step, the same for the same", async () => {
  const model = sequential([200]).dropout(0.5), x = ones([1, 200]);
  const drop = jit((x: Tensor, key: Tensor) => model.apply(x, { training: true, key }).output);
  const read = async (step: number) => await drop(x, randomKey(7, step)).array();
  const [first, second] = [await read(0), await read(1)];
  assertEquals(await read(0), first);
  assert(JSON.stringify(first) !== JSON.stringify(second));
  const kept = (await drop(x, randomKey(7)).sum().item()) / 2;
  assert(kept > 70 && kept < 130, String(kept));
  // Without a key each call draws others, and a recorded function, which could not, says so.
  const once = async () => await model.apply(x, { training: true }).output.array();
  assert(JSON.stringify(await once()) !== JSON.stringify(await once()));
  await zeros([1]).data();
  assertThrows(
    () => jit((x: Tensor) => model.apply(x, { training: true }).output)(x),
    TypeError,
    'apply: dropout "dropout1" draws random numbers',
  );
});

Deno.test("of several inputs the one that does not fit is named", () => {
  const [house, district] = [input([2], { name: "house" }), input([3], { name: "district" })];
  const net = model({ house, district }, house.dense(4).add(district.dense(4)).dense(1));
  const errors: [Record<string, Tensor>, string][] = [
    [
      { house: zeros([1, 2]), district: zeros([2, 3]) },
      "apply: expected as many examples of each input, found 1 of house and 2 of district",
    ],
    [
      { house: zeros([1, 2]), district: zeros([3]) },
      "apply: district: expected [null, 3], found [3]; a single example goes in as a batch of one",
    ],
    [
      { house: zeros([1, 3]), district: zeros([1, 3]) },
      "apply: house: expected [null, 2], found [1, 3]",
    ],
  ];
  for (const [inputs, message] of errors) {
    assertThrows(() => net.apply(inputs as never), TypeError, message);
  }
});

Deno.test("what does not fit is named", () => {
  const model = net(), x = images(1);
  const errors: [() => unknown, typeof TypeError | typeof RangeError, string][] = [
    [
      () => model.apply(zeros([5, 5, 2])),
      TypeError,
      "apply: expected [null, 5, 5, 2], found [5, 5, 2]",
    ],
    [() => model.apply([x, x]), TypeError, "apply: expected [null, 5, 5, 2], found"],
    [() => model.apply(x, { outputs: ["cov"] }), RangeError, 'did you mean "conv"?'],
    [
      () => model.apply(x, { weights: { "out.bais": zeros([3]) } }),
      RangeError,
      'apply: weights: unknown weight "out.bais"; did you mean "out.bias"?',
    ],
    [
      () => model.apply(x, { weights: { "out.bias": zeros([4]) } }),
      TypeError,
      "apply: weights: out.bias: expected f32 [3], found f32 [4]",
    ],
    [
      () => model.apply(x, { replace: () => zeros([1]) }),
      TypeError,
      "apply: replace: conv: expected f32 [1, 3, 3, 4], found f32 [1]",
    ],
    [
      () => model.apply(x, { wieghts: {} } as object),
      RangeError,
      'apply: unknown option "wieghts"; did you mean "weights"?',
    ],
    [
      () => model.apply(x, { weights: model.namedWeights as unknown as Weights }),
      TypeError,
      "apply: weights: expected tensors by name such as trainableWeights, found an object of Map",
    ],
    [() => model.apply([]), TypeError, "apply: expected [null, 5, 5, 2], found none"],
    [() => model.assign({ "out.bias": zeros([2]) }), TypeError, "assign: out.bias: expected f32"],
  ];
  for (const [run, type, message] of errors) assertThrows(run, type, message);
});
