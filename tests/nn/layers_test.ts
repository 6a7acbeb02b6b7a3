import { assert, assertEquals, assertThrows } from "@std/assert";
import { setDevice } from "../../lib/tensor/runtime.ts";
import { randomNormal } from "../../lib/tensor/create.ts";
import { rebuild } from "../../lib/nn/rebuild.ts";
import { LayerMethods } from "../../lib/nn/fluent.ts";
import type { Layer } from "../../lib/nn/layer.ts";
import { input, type SymbolicValue } from "../../lib/nn/symbolic.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import { Model } from "../../lib/train/model.ts";
import { type LayerExample, layerExamples, nameOf } from "./examples.ts";

await setDevice("cpu", { threads: 1 });

type Methods<R> = Record<string, (...given: readonly unknown[]) => R>;
/** A model of one layer. */
const sequentialOf = ({ method, given, input }: LayerExample): Model =>
  (sequential(input) as unknown as Methods<Model>)[method]!(...given);

for (const item of layerExamples) {
  Deno.test(`${nameOf(item)}: shape, parameters, multiply-adds`, () => {
    const net = sequentialOf(item);
    assertEquals(
      [[...net.outputShape], net.parameters, net.multiplyAdds],
      [[...item.output], item.parameters, item.multiplyAdds],
    );
    const value = (input(item.input) as unknown as Methods<SymbolicValue>)[item.method]!(
      ...item.given,
    );
    assertEquals([...value.shape], [...item.output], "as a symbolic value");
  });
  Deno.test(`${nameOf(item)}: built again from its description`, async () => {
    const net = sequentialOf(item);
    const text = JSON.stringify(net.architecture);
    const { inputs, outputs } = rebuild(JSON.parse(text), "text");
    const again = new Model(inputs, outputs, net.seed);
    assertEquals(JSON.stringify(again.architecture), text);
    const x = randomNormal([2, ...item.input], { seed: 1 });
    const [a, b] = await Promise.all([net.predict(x), again.predict(x)]);
    assertEquals([...a.shape], [2, ...item.output]);
    assertEquals(await a.data(), await b.data());
  });
}

class Names extends LayerMethods<Layer> {
  apply(layer: Layer): Layer {
    return layer;
  }
}

for (const method of Object.getOwnPropertyNames(LayerMethods.prototype)) {
  if (method === "constructor") continue;
  Deno.test(`${method}: has an example, and makes a layer of its name`, () => {
    const item = layerExamples.find((item) => item.method === method);
    assert(item !== undefined, "add an example");
    const layer = (new Names() as unknown as Methods<Layer>)[method]!(...item.given);
    assertEquals(layer.type.type, method);
  });
}

Deno.test("values are added, multiplied and put side by side", async () => {
  const [a, b, c] = [input([2, 3]), input([2, 3]), input([1, 3])];
  const net = model([a, b, c], [a.add([b, c]), a.multiply(c), a.concatenate([b, c], { axis: 0 })]);
  assertEquals(net.outputs.map(({ shape }) => shape), [[2, 3], [2, 3], [5, 3]]);
  assertEquals(a.concatenate(b).shape, [2, 6]);
  const data = [1, 2, 3].map((seed) => randomNormal([4, seed === 3 ? 1 : 2, 3], { seed }));
  const [sum, product, side] = await net.predict(data, { batchSize: 3 }) as typeof data;
  const [x, y, z] = data as [typeof data[0], typeof data[0], typeof data[0]];
  assertEquals(await sum!.data(), await x.add(y).add(z).data());
  assertEquals(await product!.data(), await x.mul(z).data());
  assertEquals(await side!.slice([0, 2], [4, 2]).data(), await y.data());
});

Deno.test("settings out of range are errors", () => {
  const net = () => sequential([8, 8, 4]) as unknown as Methods<unknown>;
  const wrong: [string, unknown[], string][] = [
    ["dense", [0], "dense: units: expected an integer of at least 1, found 0"],
    ["dense", [2.5], "found 2.5"],
    ["conv2d", [6, 0], "conv2d: kernelSize"],
    ["conv2d", [6, [3]], "kernelSize"],
    ["conv2d", [6, 3, { stride: 0 }], "conv2d: stride: expected an integer"],
    ["conv2d", [6, 3, { groups: 0.5 }], "conv2d: groups: expected an integer"],
    ["convTranspose2d", [6, 3, { stride: 0 }], "convTranspose2d: stride"],
    ["conv2d", [6, 3, { dilation: 1.5 }], "dilation"],
    ["conv2d", [6, 3, { padding: "full" }], 'padding: expected "valid", "same"'],
    ["conv2d", [6, 3, { padding: -1 }], "padding"],
    ["conv2d", [6, 3, { groups: 3 }], "groups: 3 does not divide both the 4 channels and the 6"],
    ["convTranspose2d", [6, 3, { groups: 4 }], "groups: 4 does not divide both"],
    ["convTranspose2d", [6, 3, { outputPadding: -1 }], "outputPadding"],
    [
      "convTranspose2d",
      [6, 3, { outputPadding: 1 }],
      "outputPadding: expected less than the stride",
    ],
    [
      "convTranspose2d",
      [6, 3, { stride: [3, 2], outputPadding: [1, 2] }],
      "expected less than the stride, 3x2, found [1,2]",
    ],
    [
      "convTranspose2d",
      [6, 3, { stride: 2, padding: "same", outputPadding: 0 }],
      'outputPadding: expected none beside padding "same"',
    ],
    ["maxPool2d", [0], "maxPool2d: window"],
    ["maxPool2d", [2, { stride: 0 }], "stride"],
    ["reshape", [[-1, -1]], "at most one size may be -1"],
    ["reshape", [[7, -2]], "reshape"],
    ["zeroPadding2d", [-1], "padding"],
    ["batchNorm", [{ epsilon: 0 }], "batchNorm: epsilon: expected a number above 0, found 0"],
    [
      "batchNorm",
      [{ momentum: 1.5 }],
      "batchNorm: momentum: expected a number from 0 to 1, found 1.5",
    ],
    ["groupNorm", [3], "groups: expected a divisor of the channels of [1, 8, 8, 4], found 3"],
    ["groupNorm", [0], "groupNorm: groups: expected an integer of at least 1, found 0"],
    ["localResponseNorm", [{ size: 0 }], "localResponseNorm"],
    ["depthwiseConv2d", [3, { depthMultiplier: 0 }], "depthwiseConv2d: depthMultiplier"],
    ["depthwiseConv2d", [3, { groups: 2 }], 'unknown option "groups"'],
    ["depthwiseConv2d", [9], "kernel 9x9 with padding 0 does not fit the 8x8 input"],
    ["separableConv2d", [0, 3], "separableConv2d: filters: expected an integer of at least 1"],
    ["upsample2d", [0], "upsample2d: size: expected an integer of at least 1"],
    ["upsample2d", [[2, 1e9]], "upsample2d: size: expected at most 64, found 2x1000000000"],
    ["upsample2d", [2, { method: "cubic" }], 'method: expected "nearest" or "bilinear"'],
    ["stochasticDepth", [0.5, { mode: "rows" }], 'did you mean "row"?'],
    ["elu", [{ alpha: Infinity }], "elu: alpha: expected a finite number, found Infinity"],
    ["dropout", [1], "dropout: rate: expected a number of at least 0 and below 1, found 1"],
    ["dropout", [-0.1], "found -0.1"],
    ["dropout", [NaN], "found NaN"],
  ];
  for (const [method, given, part] of wrong) {
    assertThrows(() => net()[method]!(...given), RangeError, part);
  }
  assertThrows(() => net().leakyRelu!({ negativeSlope: "a" }), TypeError, "negativeSlope");
  assertThrows(() => net().conv2d!("6", 3), TypeError, "conv2d: filters: expected an integer");
  assertThrows(
    () => net().gelu!({ approximate: 1 }),
    TypeError,
    "approximate: expected true or false",
  );
  assertThrows(() => net().reshape!([7]), TypeError, "256 numbers do not fill the shape [7]");
  assertThrows(() => net().reshape!([-1, 7]), TypeError, "do not fill the shape [-1, 7]");
  assertThrows(() => net().reshape!(7), TypeError, "reshape: shape: expected a shape such as");
  const kernelInitializer = () => 0;
  assertThrows(() => net().dense!(2, { kernelInitializer }), TypeError, "found a function");
});

Deno.test("unknown options suggest the nearest, for every layer", () => {
  for (const { method, given, input } of layerExamples) {
    const options = typeof given.at(-1) === "object" && !Array.isArray(given.at(-1))
      ? given.slice(0, -1)
      : given;
    assertThrows(
      () => (sequential(input) as unknown as Methods<Model>)[method]!(...options, { nmae: "x" }),
      RangeError,
      `${method}: unknown option "nmae"; did you mean "name"?`,
    );
  }
  assertThrows(
    () => sequential([8, 8, 1]).conv2d(2, 3, { strides: 2 } as never),
    RangeError,
    'conv2d: unknown option "strides"; did you mean "stride"? Known: bias, ',
  );
  assertThrows(
    () => sequential([2]).dense(3, { activation: "relu" } as never),
    RangeError,
    'dense: unknown option "activation"; it is a layer of its own: .relu()',
  );
  assertThrows(() => sequential([2]).dense(3, 5 as never), TypeError, "expected options in braces");
  assertThrows(() => sequential([2]).dense(3, { name: "" }), TypeError, "name: expected a text");
});
