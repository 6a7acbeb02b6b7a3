import { assert, assertEquals, assertThrows } from "@std/assert";
import { input } from "../../lib/nn/symbolic.ts";
import { randomNormal } from "../../lib/tensor/create.ts";
import { openRuntime } from "../../lib/tensor/runtime.ts";
import { valueOf } from "../../lib/tensor/value.ts";
import { model, sequential } from "../../lib/train/make_model.ts";
import { resnet } from "../../lib/zoo/resnet.ts";
import { squeezenet } from "../../lib/zoo/squeezenet.ts";
import { useCpu } from "../train/helpers.ts";

await useCpu();

const small = () =>
  sequential([8, 8, 3], { seed: 2 }).conv2d(4, 3, { name: "conv" }).batchNorm({ name: "bn" })
    .relu({ name: "relu" }).globalAveragePool2d({ name: "pool" }).dropout(0.5, { name: "drop" })
    .dense(3, { name: "fc" });

Deno.test("trunk and head are the model in two parts, with its weights under its names", async () => {
  for (
    const net of [
      small(),
      resnet(18, { classes: 3, width: 0.1, inputShape: [32, 32, 3] }),
      squeezenet("1.1", { classes: 3, width: 0.1, inputShape: [32, 32, 3] }),
    ]
  ) {
    const trunk = net.features(), head = net.head();
    const x = randomNormal([2, ...net.inputShape], { seed: 1 });
    const whole = await (await net.predict(x)).array();
    assertEquals(await (await head.predict(await trunk.predict(x))).array(), whole);
    const names = [...trunk.namedWeights.keys(), ...head.namedWeights.keys()];
    assertEquals(names, [...net.namedWeights.keys()]);
    for (const part of [trunk, head]) {
      for (const [name, weight] of part.namedWeights) assert(weight === net.weight(name), name);
    }
  }
});

Deno.test("dropout before the head is the head's, and its features are those without it", () => {
  const net = small();
  assertEquals(net.features().layers.at(-1)!.name, "pool");
  assertEquals(net.head().layers.map(({ name }) => name), ["drop", "fc"]);
  net.classes = ["a", "b", "c"];
  const head = net.head();
  assertEquals(head.classes, ["a", "b", "c"]);
  // As a training of the head sets them.
  head.classes = ["x", "y", "z"];
  assertEquals(net.classes, ["x", "y", "z"]);
  assertEquals(net.features().classes, undefined);
  net.preprocessing = { channels: "bgr" };
  assertEquals(net.cut("relu").preprocessing, { channels: "bgr" });
});

Deno.test("a model is cut at any layer, and its head may begin at any that all passes through", async () => {
  const net = resnet(18, { classes: 3, width: 0.1, inputShape: [32, 32, 3] });
  const trunk = net.cut("layer3.1.relu"), head = net.head("layer3.1.relu");
  const x = randomNormal([1, 32, 32, 3], { seed: 1 });
  assertEquals(
    await (await head.predict(await trunk.predict(x))).array(),
    await (await net.predict(x)).array(),
  );
  assertThrows(() => net.cut("layer3.1.rely"), RangeError, 'did you mean "layer3.1.relu"?');
  assertThrows(
    () => net.head("layer3.1.conv1"),
    TypeError,
    "head: expected all that follows to depend on conv2d",
  );
  const x4 = input([4]);
  assertThrows(() => model(x4, x4.relu()).features(), TypeError, "features: expected an output of");
});

Deno.test("parts of a model are where it is", async () => {
  await using runtime = await openRuntime("cpu", { threads: 1 });
  const net = await small().to(runtime);
  const features = await net.features().predict(randomNormal([1, 8, 8, 3], { seed: 1 }));
  const logits = await net.head().predict(features);
  assert(valueOf(logits.node)!.isPresentOn(runtime));
});
