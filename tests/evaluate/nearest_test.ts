import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { digits } from "../../data/digits.ts";
import {
  FeatureIndex,
  featureIndex,
  lastHiddenLayer,
  nearest,
} from "../../lib/evaluate/nearest.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { sequential } from "../../lib/train/make_model.ts";
import { cifarResnet } from "../../lib/zoo/cifar_resnet.ts";
import { googlenet } from "../../lib/zoo/googlenet.ts";
import { lenet5 } from "../../lib/zoo/lenet5.ts";
import { Folder } from "../images/files.ts";

Deno.test("the last hidden layer is what the classifier reads", () => {
  const lenet = lenet5();
  const last = lastHiddenLayer(lenet);
  assertEquals(lenet.layer(last).outputShape, [84]);
  assertEquals(lastHiddenLayer(cifarResnet(20)), "avgpool");
  assertEquals(googlenet().layer(lastHiddenLayer(googlenet())).outputShape, [1024]);
  assertThrows(() => lastHiddenLayer(sequential([4]).dense(2)), RangeError, "no hidden layer");
});

Deno.test("neighbours by Euclidean distance, nearest first, over a saved index", async () => {
  using folder = new Folder();
  const model = lenet5({ seed: 2 }), { test } = digits({ train: 10, test: 40 });
  const index = await featureIndex(model, test);
  await index.save(folder.at("index.safetensors"));
  const loaded = await FeatureIndex.load(folder.at("index.safetensors"));
  assertEquals([loaded.layer, loaded.names, loaded.features], [
    index.layer,
    index.names,
    index.features,
  ]);
  const found = await nearest(model, test.take(3), loaded, { k: 6 });
  assertEquals(found.length, 3);
  found.forEach((neighbors, query) => {
    const distances = Array.from({ length: 40 }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < 84; j++) {
        sum += (index.features[query * 84 + j]! - index.features[i * 84 + j]!) ** 2;
      }
      return Math.sqrt(sum);
    });
    const order = distances.map((_, i) => i).sort((a, b) => distances[a]! - distances[b]!);
    assertEquals(neighbors.map(({ index }) => index), order.slice(0, 6));
    assertEquals(neighbors[0]!.index, query);
    assertAlmostEquals(neighbors[0]!.distance, 0, 1e-4);
    assertAlmostEquals(neighbors[5]!.distance, distances[order[5]!]!, 1e-4);
  });
});

Deno.test("another layer, names, and tensors", async () => {
  const model = sequential([2]).dense(3, { name: "hidden" }).tanh().dense(2);
  const x = tensor([[0, 1], [1, 0]]);
  const index = await featureIndex(model, x, { layer: "hidden", names: ["a", "b"] });
  assertEquals([index.width, index.layer], [3, "hidden"]);
  const [[first] = []] = await nearest(model, tensor([[1, 0]]), index);
  assertEquals(first!.name, "b");
});

Deno.test("indices that do not fit are refused", async () => {
  using folder = new Folder();
  const model = sequential([2]).dense(3, { name: "hidden" }).tanh().dense(2);
  const x = tensor([[0, 1]]);
  const other = new FeatureIndex("hidden", ["a"], new Float32Array(4));
  await assertRejects(() => nearest(model, x, other), TypeError, "found 4 features");
  await assertRejects(
    () => nearest(model, x, new FeatureIndex("hiden", ["a"], new Float32Array(3))),
    RangeError,
    'did you mean "hidden"',
  );
  await assertRejects(() => featureIndex(model, x, { names: [] }), TypeError, "expected 1 names");
  const index = await featureIndex(model, x);
  await assertRejects(() => nearest(model, x, index, { k: 0 }), RangeError, "k: expected");
  assertThrows(() => new FeatureIndex("a", ["x", "y"], new Float32Array(3)), TypeError);
  await model.save(folder.at("model.safetensors"));
  await assertRejects(
    () => FeatureIndex.load(folder.at("model.safetensors")),
    SyntaxError,
    "expected an index of features",
  );
});
