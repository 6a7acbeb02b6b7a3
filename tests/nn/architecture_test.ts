import { assertEquals, assertThrows } from "@std/assert";
import { type Architecture, rebuild } from "../../lib/nn/architecture.ts";
import * as layers from "../../lib/nn/layers.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { Model, model } from "../../lib/train/model.ts";

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
