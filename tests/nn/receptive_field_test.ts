import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  alexnet2012,
  inceptionV3,
  input,
  Layer,
  layers,
  type LayerType,
  type Model,
  model,
  type ReceptiveField,
  resnet,
  sequential,
  type Tensor,
  vgg,
} from "../../mod.ts";

/** Size, stride and centre (rows) of a layer's field, which must be square. */
function field(net: Model, name: string): [number, number, number] {
  const found = net.receptiveFields().find((field) => field.name === name) as ReceptiveField;
  for (const [y, x] of [found.size, found.stride, found.center]) assertEquals(y, x);
  return [found.size[0], found.stride[0], found.center[0]];
}

Deno.test("receptiveFields: two 3x3 see as much as one 5x5, three as one 7x7", () => {
  const net = sequential([32, 32, 1]);
  for (let i = 0; i < 3; i++) net.conv2d(2, 3);
  assertEquals(net.receptiveFields().map(({ size }) => size[0]), [3, 5, 7]);
  assertEquals(field(sequential([32, 32, 1]).conv2d(2, 5), "conv2d1"), [5, 1, 2]);
  assertEquals(field(net, "conv2d2"), [5, 1, 2]);
});

Deno.test("receptiveFields: AlexNet", () => {
  const net = alexnet2012();
  const table = { conv1: 11, pool1: 19, conv2: 51, pool2: 67, conv3: 99, conv4: 131, conv5: 163 };
  for (const [name, size] of Object.entries(table)) assertEquals(field(net, name)[0], size, name);
  assertEquals(field(net, "pool5"), [195, 32, 33]);
  // The padding of conv2 to conv5 makes the first field begin 64 pixels outside the image.
  assertEquals(field(net, "pool5")[2] - 97, -64);
});

Deno.test("receptiveFields: VGG-16", () => {
  const net = vgg(16);
  const fields = net.layers.filter(({ type }) => /conv2d|maxPool2d/.test(type))
    .map(({ name }) => field(net, name).slice(0, 2));
  assertEquals(fields, [
    [3, 1],
    [5, 1],
    [6, 2],
    [10, 2],
    [14, 2],
    [16, 4],
    [24, 4],
    [32, 4],
    [40, 4],
    [44, 8],
    [60, 8],
    [76, 8],
    [92, 8],
    [100, 16],
    [132, 16],
    [164, 16],
    [196, 16],
    [212, 32],
  ]);
});

Deno.test("receptiveFields: forks take the widest way", () => {
  assertEquals(field(resnet(50, { version: 1 }), "layer4.2.add").slice(0, 2), [483, 32]);
  assertEquals(field(inceptionV3(), "Mixed_7c.concatenate").slice(0, 2), [1311, 32]);
});

Deno.test("receptiveFields: uneven windows, dilation, transposed convolution, whole maps", () => {
  const net = sequential([20, 30, 1])
    .conv2d(2, [1, 7], { stride: [1, 2], padding: [0, 3], name: "row" })
    .conv2d(2, 3, { dilation: 2, name: "dilated" })
    .globalAveragePool2d({ name: "all" });
  assertEquals(net.receptiveFields(), [
    { name: "row", size: [1, 7], stride: [1, 2], center: [0, 0] },
    { name: "dilated", size: [5, 15], stride: [1, 2], center: [2, 4] },
    { name: "all", size: [20, 35], stride: [1, 2], center: [9.5, 14] },
  ]);
  const up = sequential([8, 8, 1]).convTranspose2d(1, 4, { stride: 2, padding: 1, name: "up" });
  const [size, stride, center] = field(up, "up");
  assertEquals([size, stride], [2, 0.5]);
  assertAlmostEquals(center, -0.25);
  const x = input([8, 8, 2]);
  const adaptive = model(x, x.apply(layers.adaptiveAveragePool2d(3, { name: "means" })));
  assertEquals(field(adaptive, "means")[0], 4);
});

Deno.test("receptiveFields: a model of vectors has none", () => {
  assertThrows(() => sequential([4]).dense(2).receptiveFields(), TypeError, "images");
});

Deno.test("receptiveFields: a layer sees everything, unless it says a window or pointwise", () => {
  const net = sequential([8, 10, 4]).conv2d(4, 3, { padding: 1 }).batchNorm().mish().groupNorm(2);
  const sizes = net.receptiveFields().map(({ name, size }) => [name, size]);
  assertEquals(sizes, [
    ["conv2d1", [3, 3]],
    ["batchNorm1", [3, 3]],
    ["mish1", [3, 3]],
    // The image, and the padding that the units at its edges see.
    ["groupNorm1", [10, 12]],
  ]);
  const own = { type: "own", call: ([x]: readonly Tensor[]) => x!.flip([1, 2]) };
  const seen = (type: LayerType) =>
    sequential([8, 10, 1]).conv2d(1, 3).apply(new Layer(type, {})).receptiveFields()[1]!.size;
  assertEquals(seen(own), [8, 10]);
  assertEquals(seen({ ...own, pointwise: true }), [3, 3]);
  const window = { start: -1, size: 3, stride: 1 };
  assertEquals(seen({ ...own, window: () => [window, { ...window, size: 5 }] }), [5, 7]);
});
