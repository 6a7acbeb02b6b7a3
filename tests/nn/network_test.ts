import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as layers from "../../lib/nn/layers.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { randomNormal, tensor } from "../../lib/tensor/create.ts";
import { setDevice } from "../../lib/tensor/runtime.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import type { Model } from "../../lib/train/model.ts";

await setDevice("cpu", { threads: 1 });

const lenet = () =>
  sequential([28, 28, 1])
    .conv2d(6, 5, { padding: "same" }).tanh().averagePool2d(2)
    .conv2d(16, 5).tanh().averagePool2d(2)
    .flatten().dense(120).tanh().dense(84).tanh().dense(10);

const namesOf = (net: Model) => net.layers.map(({ name }) => name);

Deno.test("the summary of LeNet-5", () => {
  const summary = lenet().summary();
  assertEquals([summary.parameters, summary.multiplyAdds], [61_706, 416_520]);
  assertEquals(
    `\n${summary}\n`,
    `
layer           type           output shape        parameters  multiply-adds
----------------------------------------------------------------------------
input           input          [null, 28, 28, 1]            0              0
conv2d1         conv2d         [null, 28, 28, 6]          156        117,600
tanh1           tanh           [null, 28, 28, 6]            0              0
averagePool2d1  averagePool2d  [null, 14, 14, 6]            0              0
conv2d2         conv2d         [null, 10, 10, 16]       2,416        240,000
tanh2           tanh           [null, 10, 10, 16]           0              0
averagePool2d2  averagePool2d  [null, 5, 5, 16]             0              0
flatten1        flatten        [null, 400]                  0              0
dense1          dense          [null, 120]             48,120         48,000
tanh3           tanh           [null, 120]                  0              0
dense2          dense          [null, 84]              10,164         10,080
tanh4           tanh           [null, 84]                   0              0
dense3          dense          [null, 10]                 850            840
----------------------------------------------------------------------------
total                                                  61,706        416,520
`,
  );
});

Deno.test("the summary of a graph with forks, frozen and shared layers", () => {
  const shared = layers.dense(4, { name: "shared" });
  const [a, b] = [input([3]), input([3])];
  const net = model([a, b], a.apply(shared).relu().add(b.apply(shared)).dense(2)).freeze("shared");
  const text = String(net.summary());
  assertEquals(
    `\n${text}\n`,
    `
layer   type   output shape  parameters  multiply-adds
------------------------------------------------------
input1  input  [null, 3]              0              0
input2  input  [null, 3]              0              0
shared  dense  [null, 4]             16             12  <- input1
relu1   relu   [null, 4]              0              0
shared  dense  [null, 4]              0             12  <- input2
add1    add    [null, 4]              0              0  <- relu1, shared
dense1  dense  [null, 2]             10              8
------------------------------------------------------
total                                26             32
16 parameters are frozen
`,
  );
  assertEquals(net.summary().trainableParameters, 10);
});

Deno.test("a model in one line", () => {
  assertEquals(String(lenet()), "Model [28, 28, 1] -> [10]: 12 layers, 61,706 parameters");
  assertEquals(String(sequential([2]).dense(1)), "Model [2] -> [1]: 1 layer, 3 parameters");
  assertEquals(Deno.inspect(sequential([2])), "Model [2] -> [2]: 0 layers, 0 parameters");
});

Deno.test("layers get names by their type, beside names that are given", () => {
  const net = sequential([8]).dense(4, { name: "dense2" }).dense(4).dense(4).relu({ name: "act" });
  assertEquals(namesOf(net), ["dense2", "dense1", "dense3", "act"]);
  assertEquals([...net.namedWeights.keys()].slice(0, 3), [
    "dense2.kernel",
    "dense2.bias",
    "dense1.kernel",
  ]);
});

Deno.test("names of one model are unique", () => {
  const error = assertThrows(
    () => sequential([8]).dense(4, { name: "a" }).relu().dense(4, { name: "a" }),
    RangeError,
    'two layers are named "a"',
  );
  assert((error as Error).message.includes("choose another `name`"));
  // The failed layer is not part of the model.
  const net = sequential([8]).dense(4, { name: "a" });
  assertThrows(() => net.dense(4, { name: "a" }), RangeError);
  assertEquals(namesOf(net.dense(2)), ["a", "dense1"]);
});

Deno.test("layers and weights are found by name", () => {
  const net = lenet();
  const { type, outputShape, config, weights } = net.layer("conv2d2");
  assertEquals([type, [...outputShape], config.filters], ["conv2d", [10, 10, 16], 16]);
  assertEquals([...weights.keys()], ["kernel", "bias"]);
  assertEquals([...net.weight("dense1.kernel").shape], [400, 120]);
  assertThrows(
    () => net.layer("conv2D2"),
    RangeError,
    'unknown layer "conv2D2"; did you mean "conv2d2"',
  );
  assertThrows(() => net.weight("dense1.kernal"), RangeError, 'did you mean "dense1.kernel"?');
  assertThrows(() => net.freeze("dens1"), RangeError, 'did you mean "dense1"?');
  assertThrows(() => net.output("dens1"), RangeError, 'did you mean "dense1"?');
});

Deno.test("a layer that is applied twice shares its weights", async () => {
  const shared = layers.dense(3, { bias: false });
  const [a, b] = [input([2]), input([2])];
  const twins = model([a, b], a.apply(shared).add(b.apply(shared)));
  assertEquals([twins.parameters, twins.weights.length, twins.multiplyAdds], [6, 1, 12]);
  const x = randomNormal([5, 2], { seed: 1 });
  const single = model(a, a.apply(shared));
  const sum = await twins.predict([x, x], {}) as Tensor;
  assertEquals(await sum.data(), await (await single.predict(x)).mul(2).data());
  assertThrows(
    () => input([5]).apply(shared),
    TypeError,
    "shared between inputs of different shapes [2] and [5], which need different weights",
  );
});

Deno.test("a layer whose first application failed can be applied elsewhere", () => {
  const layer = layers.conv2d(2, 7);
  assertThrows(() => input([5, 5, 1]).apply(layer), RangeError, "does not fit");
  assertEquals(input([9, 9, 3]).apply(layer).shape, [3, 3, 2]);
});

Deno.test("intermediate results are outputs of predict, or of a model that shares the weights", async () => {
  const net = sequential([6, 6, 1], { seed: 3 }).conv2d(2, 3, { name: "maps" }).relu()
    .flatten().dense(3, { name: "out" });
  const x = randomNormal([4, 6, 6, 1], { seed: 2 });
  const [maps, out] = await net.predict(x, { outputs: ["maps", "out"] }) as Tensor[];
  assertEquals([maps!.shape, out!.shape], [[4, 4, 4, 2], [4, 3]]);
  assertEquals(await out!.data(), await (await net.predict(x)).data());
  const features = model(net.inputs[0]!, net.output("maps"));
  assertEquals(await (await features.predict(x)).data(), await maps!.data());
  assertEquals(features.weight("maps.kernel"), net.weight("maps.kernel"));
  features.weight("maps.bias").assign(Float32Array.of(5, 5));
  const moved = await net.predict(x, { outputs: ["maps"] });
  assertEquals(
    (await moved.sub(maps!).data()).map((d) => Math.round(d * 1000)),
    new Float32Array(128).fill(5000),
  );
});

Deno.test("a model on part of another keeps the names of layers that had none", () => {
  const net = sequential([4]).dense(5).relu().dense(6).relu().dense(2);
  const x = input([5]);
  const second = net.layer("dense2");
  const tail = model(net.inputs[0]!, net.output("dense2").tanh().dense(3));
  assertEquals(namesOf(tail), ["dense1", "relu1", "dense2", "tanh1", "dense3"]);
  assertEquals(tail.layer("dense2").weights, second.weights);
  assertNotEquals(tail.layer("dense3").weights, net.layer("dense3").weights);
  // Two models with layers of one name can be joined.
  const other = sequential([5]).dense(5);
  const joint = model([x, net.inputs[0]!], x.dense(2).add(net.outputs[0]!));
  assertEquals(namesOf(joint).length, 7);
  assertEquals(namesOf(other), ["dense1"]);
});

Deno.test("freezing keeps weights from training, by layer or all", () => {
  const net = sequential([4]).dense(5).batchNorm().dense(2);
  net.freeze("dense1");
  assertEquals(net.weights.map(({ trainable }) => trainable), [
    false,
    false,
    true,
    true,
    false,
    false,
    true,
    true,
  ]);
  assertEquals(net.freeze().weights.some(({ trainable }) => trainable), false);
  assertEquals(net.unfreeze("dense2").summary().trainableParameters, 12);
  assertEquals(net.unfreeze().weights.filter(({ trainable }) => trainable).length, 6);
});

Deno.test("first weights depend on the seed, the layer's place and nothing else", async () => {
  const read = async (net: Model) => [...await net.weights[0]!.read()];
  const make = (seed: number) => sequential([3], { seed }).dense(4);
  assertEquals(await read(make(1)), await read(make(1)));
  assertNotEquals(await read(make(1)), await read(make(2)));
  assertEquals(await read(make(1)), await read(make(1).relu().dense(9)));
  const net = sequential([3]).dense(3).dense(3);
  assertNotEquals(
    await net.weight("dense1.kernel").read(),
    await net.weight("dense2.kernel").read(),
  );
});

// Errors name both layers and both shapes.

const message = (body: () => unknown, type: ErrorConstructor = RangeError) =>
  (assertThrows(body, type) as Error).message;

Deno.test("a kernel larger than its input", () => {
  assertEquals(
    message(() =>
      sequential([14, 14, 6]).conv2d(16, 10, { name: "conv1" }).conv2d(3, 7, { name: "conv2" })
    ),
    'conv2d "conv2": kernel 7x7 with padding 0 does not fit the 5x5 input (layer input ' +
      '[null, 5, 5, 16] from conv2d "conv1"); use padding: "same", a kernel of at most 5, or a larger input',
  );
  assertEquals(
    message(() => sequential([5, 8, 1]).conv2d(3, 4, { dilation: 3, padding: [1, 0] })),
    'conv2d "conv2d1": kernel 4x4 with padding [1, 1, 0, 0] and dilation 3x3 does not fit the 5x8 ' +
      'input (layer input [null, 5, 8, 1] from the model\'s input); use padding: "same", a ' +
      "kernel of at most 3, or a larger input",
  );
  assertEquals(
    message(() => input([4, 4, 1]).relu().maxPool2d(5)),
    "maxPool2d: window 5x5 with padding [0, 0, 0, 0] does not fit the 4x4 input (layer input " +
      '[null, 4, 4, 1] from relu); use a smaller window, padding: "same", or a larger input',
  );
});

Deno.test("a layer for images after one that yields none", () => {
  const expected = (type: string) =>
    `${type} "${type}1": expected images of height, width and channels (layer input [null, 48] from ` +
    'flatten "flatten1")';
  const net = () => sequential([4, 4, 3]).flatten();
  assertEquals(message(() => net().conv2d(2, 3), TypeError), expected("conv2d"));
  assertEquals(message(() => net().convTranspose2d(2, 3), TypeError), expected("convTranspose2d"));
  assertEquals(message(() => net().maxPool2d(2), TypeError), expected("maxPool2d"));
  assertEquals(message(() => net().averagePool2d(2), TypeError), expected("averagePool2d"));
  assertEquals(message(() => net().globalMaxPool2d(), TypeError), expected("globalMaxPool2d"));
  assertEquals(message(() => net().zeroPadding2d(2), TypeError), expected("zeroPadding2d"));
});

Deno.test("inputs that do not fit together", () => {
  const a = input([6]).dense(3, { name: "left" }), b = input([6]).dense(4, { name: "right" });
  assertEquals(
    message(() => a.add(b), TypeError),
    "add: expected inputs of one shape (or of size 1 along an axis), found [null, 3] and [null, 4] " +
      '(layer input [null, 3] and [null, 4] from dense "left" and dense "right"); reshape one of ' +
      "them first",
  );
  assertEquals(
    message(() => a.multiply(input([2, 3]), { name: "gate" }), TypeError),
    'multiply "gate": expected inputs of one shape (or of size 1 along an axis), found [null, 3] and ' +
      '[null, 2, 3] (layer input [null, 3] and [null, 2, 3] from dense "left" and the model\'s ' +
      "input); reshape one of them first",
  );
  assertEquals(
    message(() => input([3, 3, 2]).relu().concatenate(input([4, 4, 2]).tanh()), TypeError),
    "concatenate: expected inputs whose shapes differ only along axis -1, found [null, 3, 3, 2] and " +
      "[null, 4, 4, 2] (layer input [null, 3, 3, 2] and [null, 4, 4, 2] from relu and tanh)",
  );
  assertThrows(() => a.concatenate(b, { axis: 2 }), RangeError, "axis 2 is outside");
  assertThrows(() => a.add(5 as never), TypeError, "add: expected symbolic values");
  assertThrows(() => a.add(tensor([1]) as never), TypeError, "add: expected symbolic values");
});

Deno.test("models that make no graph", () => {
  const [a, b] = [input([3]), input([4])];
  assertThrows(() => model(a, b.dense(2)), TypeError, "depends on input [4], which is not among");
  assertThrows(() => model([], a), TypeError, "at least one input");
  assertThrows(() => model(a, 5 as never), TypeError, "outputs: expected symbolic values, found 5");
  assertThrows(() => input([-1]), RangeError, "input: expected sizes");
  assertThrows(() => sequential(28 as never), TypeError, "expected a shape such as");
  const two = model(a, [a.dense(2), a.dense(3)]);
  assertThrows(() => two.relu(), TypeError, "a model with 2 outputs cannot be continued");
});
