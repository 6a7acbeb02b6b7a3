import { assertEquals, assertThrows } from "@std/assert";
import type { Network } from "../../lib/nn/network.ts";
import { blocksAndLayers } from "../../lib/nn/block.ts";
import { googlenet } from "../../lib/zoo/googlenet.ts";
import { resnet } from "../../lib/zoo/resnet.ts";

/** The layers with weights that are frozen, or that are not. */
const layersIn = (net: Network, frozen: boolean) =>
  net.layers.filter(({ weights }) =>
    weights.size > 0 && [...weights.values()].every((weight) => weight.frozen === frozen)
  ).map(({ name }) => name);

Deno.test("the name of a block stands for its layers, and for no other's of a longer name", () => {
  const net = resnet(18).freeze("layer1");
  const names = layersIn(net, true);
  assertEquals(names.length, 8);
  assertEquals(names.filter((name) => !name.startsWith("layer1.")), []);
  net.unfreeze("layer1.0");
  assertEquals(layersIn(net, true).filter((name) => !name.startsWith("layer1.1.")), []);
  const inception = googlenet().freeze("inception_3a/3x3");
  assertEquals(layersIn(inception, true), ["inception_3a/3x3"]); // and not 3x3_reduce
  assertEquals(blocksAndLayers(["a.b/c", "d", "a.e"]), ["a", "a.b", "a.b/c", "d", "a.e"]);
});

Deno.test("the bottom is frozen up to a layer or block: all that it is computed from, and no more", () => {
  const net = resnet(18).freeze({ upTo: "layer3" });
  assertEquals(
    layersIn(net, false).filter((name) => !/^(layer4\.|fc$)/.test(name)),
    [],
  );
  assertEquals(net.summary().trainableParameters, 8_394_752 - 1024 + 512 * 1000 + 1000);
  // The downsampling beside a convolution is no part of what the latter is computed from.
  const half = resnet(18).freeze({ upTo: "layer2.0.conv2" });
  assertEquals(half.layer("layer2.0.downsample.0").weights.get("kernel")!.frozen, false);
  assertEquals(half.layer("layer2.0.bn1").weights.get("gamma")!.frozen, true);
  // An auxiliary classifier at 4a is not below 4e.
  const inception = googlenet({ auxiliary: true }).freeze({ upTo: "inception_4e" });
  const free = new Set(layersIn(inception, false).map((name) => name.split("/")[0]));
  assertEquals([...free].sort(), ["inception_5a", "inception_5b", "loss1", "loss2", "loss3"]);
});

Deno.test("the top is unfrozen from a layer or block on", () => {
  const net = googlenet().freeze().unfreeze({ from: "inception_5a" });
  const free = new Set(layersIn(net, false).map((name) => name.split("/")[0]));
  assertEquals([...free], ["inception_5a", "inception_5b", "loss3"]);
});

Deno.test("a layer that there is not is an error which lists blocks and layers, and nothing is frozen", () => {
  const net = googlenet();
  for (
    const freeze of [() => net.freeze({ upTo: "inception4e" }), () => net.freeze("inception4e")]
  ) {
    assertThrows(
      freeze,
      RangeError,
      'unknown layer "inception4e"; did you mean "inception_4e"? Blocks: conv1, pool1, conv2',
    );
  }
  assertThrows(() => net.freeze("conv1", "conv9"), RangeError, 'unknown layer "conv9"');
  assertThrows(() => net.unfreeze({ from: "x" }), RangeError, 'unknown layer "x"');
  assertThrows(
    () => net.freeze({ upto: "conv1" } as never),
    RangeError,
    'freeze: unknown option "upto"; did you mean "upTo"?',
  );
  assertThrows(() => net.freeze({} as never), TypeError, "freeze: upTo: expected a text");
  assertEquals(layersIn(net, true), []);
});
