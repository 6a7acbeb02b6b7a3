import { assert, assertEquals, assertThrows } from "@std/assert";
import { input } from "../../lib/nn/symbolic.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { loadModel } from "../../lib/train/load_model.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import { replaceHead } from "../../lib/train/replace_head.ts";
import { googlenet } from "../../lib/zoo/googlenet.ts";
import { squeezenet } from "../../lib/zoo/squeezenet.ts";
import { zoo } from "../../lib/zoo/zoo.ts";
import { bitsOf, useCpu } from "./helpers.ts";

await useCpu();

Deno.test("a new head makes of any network of the zoo what its architecture makes for these classes", () => {
  let count = 0;
  for (const entry of zoo()) {
    if (entry.name === "lenet5-1998") continue;
    const wanted = entry.build({ classes: 3 });
    const found = replaceHead(entry.build(), 3);
    assertEquals(found.architecture, wanted.architecture, entry.name);
    assertEquals(found.features().outputShape, found.head().inputShape, entry.name);
    assertEquals(found.head().outputShape, [3], entry.name);
    count++;
  }
  assert(count > 40, String(count));
  const digitsAlone = zoo().find(({ name }) => name === "lenet5-1998")!.build();
  assertThrows(
    () => replaceHead(digitsAlone, 3),
    TypeError,
    'replaceHead: expected an output of a dense layer or a convolution, maybe with layers without weights after it, found radialBasis "output"',
  );
});

Deno.test("all but the head is shared with the model that it is made of; the seed decides the head", async () => {
  const first = sequential([3], { seed: 5 }).dense(4).batchNorm().relu().dropout(0.5).dense(7);
  first.classes = [..."abcdefg"];
  first.preprocessing = { channels: "bgr" };
  const [one, other, again] = [1, 2, 1].map((seed) => replaceHead(first, ["x", "y"], { seed }));
  assertEquals(one!.classes, ["x", "y"]);
  assertEquals(one!.preprocessing, first.preprocessing);
  assertEquals(replaceHead(first, 2).classes, undefined);
  assertEquals(first.classes?.length, 7);
  for (const name of ["dense1.kernel", "batchNorm1.runningMean"]) {
    assert(one!.weight(name) === first.weight(name), name);
  }
  const [a, b, c] = await Promise.all([one!, other!, again!].map(bitsOf));
  assertEquals(a!["dense2.kernel"]!.length, 8);
  assert(String(a!["dense2.kernel"]) !== String(b!["dense2.kernel"]));
  assertEquals(a, c);
  const loaded = await loadModel(await one!.toBytes());
  assertEquals(loaded.architecture, one!.architecture);
  assertEquals(await bitsOf(loaded), a);
});

Deno.test("auxiliary classifiers get heads of their own, and outputs of another kind stay", async () => {
  const net = replaceHead(googlenet({ auxiliary: true, width: 0.1 }), 4);
  assertEquals(net.outputs.map(({ shape }) => shape), [[4], [4], [4]]);
  assertEquals(
    net.architecture,
    googlenet({ auxiliary: true, width: 0.1, classes: 4 }).architecture,
  );
  const x = input([3]), hidden = x.dense(5, { name: "hidden" });
  const two = model(x, [hidden.dense(6, { name: "classes" }), hidden.dense(1, { name: "size" })]);
  const changed = replaceHead(two, 2);
  assertEquals(changed.outputs.map(({ shape }) => shape), [[2], [1]]);
  assert(changed.weight("size.kernel") === two.weight("size.kernel"));
  assertEquals(changed.outputNames, ["classes", "size"]);
  const outputs = await changed.predict(tensor([[1, 2, 3]]));
  assertEquals(outputs.map(({ shape }) => shape), [[1, 2], [1, 1]]);
});

Deno.test("a batch norm after the head is part of it", () => {
  const net = sequential([3]).dense(6).batchNorm();
  const changed = replaceHead(net, 2);
  assertEquals(changed.outputShape, [2]);
  assertEquals(changed.weight("batchNorm1.gamma").shape, [2]);
  assertEquals(net.weight("batchNorm1.gamma").shape, [6]);
});

Deno.test("classes that are none, and models that have no head, are refused", () => {
  const net = sequential([3]).dense(4);
  const refused: [unknown, ErrorConstructor, string][] = [
    [1, RangeError, "replaceHead: classes: expected an integer of at least 2, found 1"],
    [2.5, RangeError, "expected an integer of at least 2"],
    ["ants", TypeError, "expected an integer of at least 2"],
    [["ants"], RangeError, 'classes: expected at least 2 classes, found ["ants"]'],
    [["ants", 3], TypeError, "classes: expected names, found 3"],
    [["ants", ""], TypeError, 'classes: expected names, found ""'],
    [["ants", "bees", "ants"], RangeError, 'expected different names, found "ants" twice'],
  ];
  for (const [classes, kind, message] of refused) {
    assertThrows(() => replaceHead(net, classes as number), kind, message);
  }
  assertThrows(() => replaceHead("x" as never, 2), TypeError, "expected a model");
  assertThrows(() => replaceHead(sequential([3]), 2), TypeError, "found a model without any");
  const x = input([3]), sum = x.dense(2).add(x.dense(2));
  assertThrows(() => replaceHead(model(x, sum), 2), TypeError, "found add");
  const maps = sequential([4, 4, 3]).conv2d(2, 3).flatten();
  assertThrows(() => replaceHead(maps, 3), TypeError, "found [12] for 3 classes");
  assertEquals(replaceHead(squeezenet("1.1", { width: 0.1 }), 3).outputShape, [3]);
});
