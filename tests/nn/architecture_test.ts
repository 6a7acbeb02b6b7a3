import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { Architecture } from "../../lib/nn/architecture.ts";
import { rebuild } from "../../lib/nn/rebuild.ts";
import { layerType } from "../../lib/nn/layer.ts";
import * as layers from "../../lib/nn/layers.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import { Model } from "../../lib/train/model.ts";
import { layerExamples } from "./examples.ts";

/** A graph with two inputs, a fork, a shared layer, two outputs and an input that nothing reads. */
function graph(): Model {
  const [a, b, unused] = [input([6, 6, 2]), input([6, 6, 2]), input([3])];
  const shared = layers.conv2d(4, 3, { padding: "same", name: "shared" });
  const joint = a.apply(shared).relu().add(b.apply(shared));
  const side = joint.concatenate(a, { axis: -1 }).globalAveragePool2d();
  return model([a, b, unused], [joint.flatten().dense(3, { kernelInitializer: "heNormal" }), side]);
}

Deno.test("a graph is built again from its description", () => {
  const first = graph(), text = JSON.stringify(first.architecture);
  const { inputs, outputs } = rebuild(JSON.parse(text), "text");
  const again = new Model(inputs, outputs, first.seed);
  assertEquals(JSON.stringify(again.architecture), text);
  assertEquals(String(again.summary()), String(first.summary()));
  assertEquals(inputs.map(({ shape }) => shape), [[6, 6, 2], [6, 6, 2], [3]]);
  assertEquals([...again.namedWeights.keys()], [...first.namedWeights.keys()]);
});

Deno.test("a model that was built again can grow, with names that are free", () => {
  const { inputs, outputs } = rebuild(
    JSON.parse(JSON.stringify(model(...chain()).architecture)),
    "x",
  );
  const again = new Model(inputs, outputs, 0).relu().dense(2);
  assertEquals(again.layers.map(({ name }) => name), [
    "dense1",
    "relu1",
    "dense2",
    "relu2",
    "dense3",
  ]);
});

function chain() {
  const x = input([4]);
  return [x, x.dense(5).relu().dense(3)] as const;
}

Deno.test("output padding of 0 beside same, as models once had it, says nothing", () => {
  const x = input([3, 5, 2]);
  const up = model(x, x.apply(layers.convTranspose2d(4, 3, { stride: 2, padding: "same" })));
  const { architecture } = up;
  const layer = architecture.layers[0]!;
  const earlier = { ...layer, config: { ...layer.config, outputPadding: [0, 0] } };
  const { outputs } = rebuild({ ...architecture, layers: [earlier] }, "earlier.safetensors");
  assertEquals(outputs[0]!.shape, [6, 10, 4]);
});

Deno.test("descriptions that make no model are errors that name the file", () => {
  const good = JSON.parse(JSON.stringify(graph().architecture)) as Architecture;
  const wrong: [unknown, string][] = [
    [null, "expected a list of layers"],
    [{}, "expected a list of layers"],
    [{ ...good, outputs: "x" }, "expected a list of outputs"],
    [{ ...good, layers: [] }, "no layer number 0"],
    [{ ...good, outputs: [99] }, "no value number 99"],
    [{ ...good, values: [{ input: [-1] }, ...good.values.slice(1)] }, "input: expected sizes"],
    [{ ...good, values: [{ layer: 0, sources: [5] }] }, "no value number 5"],
    [
      { ...good, layers: good.layers.map((layer) => ({ ...layer, type: "conv2e" })) },
      'unknown layer "conv2e"; did you mean "conv2d"?',
    ],
    [
      { ...good, layers: good.layers.map((layer) => ({ ...layer, name: 5 })) },
      "name: expected a text, found 5",
    ],
    [{ ...good, layers: [7] }, "layer number 0: expected an object, found 7"],
    [{ ...good, layers: [{ name: "a", type: ["relu"], config: {} }] }, 'layer "a": type: expected'],
    [{ ...good, layers: [{ name: "a", type: "relu" }] }, 'layer "a": config: expected settings'],
    [{ ...good, values: [null] }, "value number 0: expected an object, found null"],
    [{ ...good, values: [{ input: [2] }, { layer: 0, sources: "0" }] }, "sources: expected a list"],
    [{ ...good, values: [{ input: [2] }, { layer: 0, sources: [] }] }, "expected a list of values"],
    [{ ...good, values: [{ input: [2] }, { layer: "at", sources: [0] }] }, 'no layer number "at"'],
    [{ ...good, values: [{ input: [2] }, { layer: "0", sources: [0] }] }, 'no layer number "0"'],
    [{ ...good, values: [{ input: [2] }, { layer: 0.5, sources: [0] }] }, "no layer number 0.5"],
    [{ ...good, values: [{ input: [2] }, { layer: 0, sources: ["length"] }] }, 'number "length"'],
    [{ ...good, inputs: ["map"] }, 'no value number "map"'],
    [{ ...good, outputs: [[0]] }, "no value number [0]"],
  ];
  for (const [architecture, part] of wrong) {
    assertThrows(
      () => rebuild(architecture as Architecture, "a.safetensors"),
      SyntaxError,
      "a.safetensors: the architecture in the file makes no model: ",
    );
    assertThrows(() => rebuild(architecture as Architecture, "x"), SyntaxError, part);
  }
});

/** A layer of a type, its setting, and what the error says of it. */
const settings: [type: string, config: Record<string, unknown>, message: string][] = [
  [
    "dropout",
    { rate: 1.5 },
    "dropout: rate: expected a number of at least 0 and below 1, found 1.5",
  ],
  ["dropout", { rate: [0.5] }, "dropout: rate: expected"],
  ["dropout", {}, "dropout: rate: expected a number of at least 0 and below 1, found undefined"],
  ["localResponseNorm", { k: "1" }, 'localResponseNorm: k: expected a finite number, found "1"'],
  ["localResponseNorm", { size: 0 }, "localResponseNorm: size: expected an integer of at least 1"],
  ["leakyRelu", { negativeSlope: "0.2" }, "leakyRelu: negativeSlope: expected a finite number"],
  ["elu", { alpha: null }, "elu: alpha: expected a finite number, found null"],
  ["gelu", { approximate: "yes" }, "gelu: approximate: expected true or false"],
  ["relu", { slope: 1 }, 'relu: unknown option "slope"'],
  ["dense", { units: "3" }, 'dense: units: expected an integer of at least 1, found "3"'],
  ["dense", { units: 3, bias: 1 }, "dense: bias: expected true or false, found 1"],
  ["dense", { units: 3, kernelInitializer: { name: "toString" } }, "unknown initializer"],
  ["conv2d", { filters: 2, kernelSize: [3] }, "conv2d: kernelSize: expected an integer"],
  ["conv2d", { filters: 2, kernelSize: [1, 1], groups: 0 }, "conv2d: groups: expected"],
  [
    "convTranspose2d",
    { filters: 2, kernelSize: [1, 1], outputPadding: "1" },
    "outputPadding: expected",
  ],
  ["maxPool2d", { window: 2, stride: 0.001 }, "maxPool2d: stride: expected an integer"],
  ["averagePool2d", { window: 2, countIncludePadding: "no" }, "countIncludePadding: expected true"],
  ["adaptiveAveragePool2d", { size: [2, -1] }, "adaptiveAveragePool2d: size: expected"],
  ["batchNorm", { momentum: 2 }, "batchNorm: momentum: expected a number from 0 to 1, found 2"],
  ["groupNorm", { groups: 1.5 }, "groupNorm: groups: expected an integer"],
  ["concatenate", { axis: "last" }, "concatenate: axis: expected an integer"],
  ["reshape", { shape: "12" }, "reshape: shape: expected a shape"],
  ["reshape", { shape: [-1, -1] }, "reshape: shape: at most one size may be -1"],
  ["zeroPadding2d", { padding: [1, null] }, "zeroPadding2d: padding: expected"],
  ["zeroPadding2d", { padding: "same" }, "zeroPadding2d: padding: expected numbers"],
  ["selectChannels", { channels: [] }, "selectChannels: channels: expected integers"],
  ["identityShortcut", { filters: 4, stride: 0 }, "identityShortcut: stride: expected"],
  ["radialBasis", { units: {} }, "radialBasis: units: expected"],
  ["flatten", { axis: 1 }, 'flatten: unknown option "axis"'],
];

Deno.test("a layer's settings in a file are checked as a program's are", () => {
  for (const [type, config, message] of settings) {
    const architecture = {
      layers: [{ name: "it", type, config }],
      values: [{ input: [4, 4, 4] }, { layer: 0, sources: [0] }],
      inputs: [0],
      outputs: [1],
    };
    const error = assertThrows(() => rebuild(architecture, "a.safetensors"), SyntaxError, message);
    assertStringIncludes(
      error.message,
      'a.safetensors: the architecture in the file makes no model: layer "it": ',
    );
  }
});

Deno.test("every layer has a schema, and what it makes is rebuilt with the same settings", () => {
  for (const { method, given, input: shape } of layerExamples) {
    const net = sequential(shape);
    const made: Model = Reflect.apply(Reflect.get(net, method), net, given);
    const [first] = made.layers;
    assert(layerType(first!.type).schema !== undefined, first!.type);
    const { outputs } = rebuild(JSON.parse(JSON.stringify(made.architecture)), "x");
    assertEquals(outputs[0]!.layer!.config, first!.config);
    assertEquals(outputs[0]!.shape, made.outputShape);
  }
});

Deno.test("a graph that makes very much of nearly nothing is refused, a large net is not", () => {
  const doubled = (depth: number, size = 1) => ({
    layers: Array.from({ length: depth }, (_, i) => (
      { name: `c${i}`, type: "concatenate", config: { axis: -1 } }
    )),
    values: [
      { input: [size] },
      ...Array.from({ length: depth }, (_, i) => ({ layer: i, sources: [i, i] })),
    ],
    inputs: [0],
    outputs: [depth],
  });
  const refused = /its values for one example hold \d+ numbers, and its inputs and weights only 1$/;
  for (const depth of [24, 26, 30, 50]) {
    const error = assertThrows(() => rebuild(doubled(depth), "x"), SyntaxError);
    assertMatch(error.message, refused);
  }
  // An input that is none of the model's counts for nothing.
  const { values, ...rest } = doubled(26);
  const padded = { ...rest, values: [...values, { input: [2 ** 30] }] };
  assertMatch(assertThrows(() => rebuild(padded, "x"), SyntaxError).message, refused);
  assertEquals(rebuild(doubled(20), "x").outputs[0]!.shape, [2 ** 20]);
  const large = input([1024, 1024, 3]).conv2d(64, 3, { padding: "same" }).relu();
  const { architecture } = model(large.sources[0]!.sources[0]!, large);
  assertEquals(rebuild(architecture, "x").outputs[0]!.shape, [1024, 1024, 64]);
});
