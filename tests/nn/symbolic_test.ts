import { assertEquals, assertThrows } from "@std/assert";
import * as layers from "../../lib/nn/layers.ts";
import { input } from "../../lib/nn/symbolic.ts";
import { model, sequential } from "../../lib/train/make_model.ts";

Deno.test("a value knows its shape, its layer and what that was applied to", () => {
  const x = input([8, 8, 3]), y = x.conv2d(4, 3);
  assertEquals([x.shape, x.layer, x.sources], [[8, 8, 3], undefined, []]);
  assertEquals([y.shape, y.layer?.type.type], [[6, 6, 4], "conv2d"]);
  assertEquals(y.sources, [x]);
  assertEquals([String(x), String(y)], ["input [null, 8, 8, 3]", "conv2d [null, 6, 6, 4]"]);
});

Deno.test("a shape that is changed afterwards does not change the input", () => {
  const shape = [2, 3], x = input(shape);
  shape[0] = 5;
  assertEquals(x.shape, [2, 3]);
});

Deno.test("layers as values are applied like methods", () => {
  const x = input([8, 8, 4]);
  const list = [
    [layers.conv2d(2, 3), x.conv2d(2, 3)],
    [layers.activation("relu"), x.relu()],
    [layers.maxPool2d(2), x.maxPool2d(2)],
    [layers.flatten(), x.flatten()],
    [layers.batchNorm(), x.batchNorm()],
  ] as const;
  for (const [layer, value] of list) {
    assertEquals(x.apply(layer).shape, value.shape);
    assertEquals(layer.config, value.layer!.config);
  }
  assertThrows(
    () => layers.activation("rellu" as never),
    RangeError,
    'unknown activation "rellu"; did you mean "relu"?',
  );
});

Deno.test("a graph of a thousand layers is built and named", () => {
  let deep = input([4]);
  const first = deep;
  for (let i = 0; i < 1000; i++) deep = i % 2 ? deep.relu() : deep.add(deep.dense(4));
  assertThrows(
    () => model(deep, deep),
    TypeError,
    "found the result of relu [null, 4]; begin with",
  );
  assertEquals(model(first, deep).layers.at(-1)!.name, "relu500");
});

Deno.test("what is no layer cannot be applied", () => {
  for (
    const [given, found] of [
      [() => 1, "found a function"],
      [null, "found null"],
      [sequential([2]).dense(2), "found a model; build on from model.output(name)"],
    ] as const
  ) {
    assertThrows(() => input([2]).apply(given as never), TypeError, found);
    assertThrows(() => sequential([2]).apply(given as never), TypeError, found);
  }
});
