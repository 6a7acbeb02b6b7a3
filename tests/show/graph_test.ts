import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { drawGraph, inceptionModule, input, Layer, layers, lenet5, model } from "../../mod.ts";
import { boxesOf } from "../../lib/show/graph/boxes.ts";

/** The boxes of a model, each on a line: words, (what follows), name, what it reads. */
const linesOf = (net: Parameters<typeof boxesOf>[0]) =>
  boxesOf(net).map(({ words, tail, name, sources }, i) =>
    `${i} ${words}${tail.length > 0 ? ` (${tail.join(", ")})` : ""} ${name} <- ${sources}`
  );

function residualBlock() {
  const x = input([56, 56, 64]);
  const y = x.conv2d(64, 3, { padding: "same", bias: false, name: "conv1" }).batchNorm().relu()
    .conv2d(64, 3, { padding: "same", bias: false, name: "conv2" }).batchNorm();
  return model(x, y.add(x, { name: "sum" }).relu());
}

Deno.test("small layers stand in the box of the layer before them", () => {
  assertEquals(linesOf(residualBlock()), [
    "0 input  <- ",
    "1 conv2d 3x3, 64 (batch norm, relu) conv1 <- 0",
    "2 conv2d 3x3, 64 (batch norm) conv2 <- 1",
    "3 + (relu) sum <- 2,0",
  ]);
  const x = input([28, 28, 192]);
  const filters = { conv1x1: 64, reduce3x3: 96, conv3x3: 128, reduce5x5: 16, conv5x5: 32 };
  assertEquals(linesOf(model(x, inceptionModule(x, "3a", { ...filters, poolProjection: 32 }))), [
    "0 input  <- ",
    "1 conv2d 1x1, 64 (relu) 3a/1x1 <- 0",
    "2 conv2d 1x1, 96 (relu) 3a/3x3_reduce <- 0",
    "3 conv2d 3x3, 128 (relu) 3a/3x3 <- 2",
    "4 conv2d 1x1, 16 (relu) 3a/5x5_reduce <- 0",
    "5 conv2d 5x5, 32 (relu) 3a/5x5 <- 4",
    "6 max pool 3x3 3a/pool <- 0",
    "7 conv2d 1x1, 32 (relu) 3a/pool_proj <- 6",
    "8 concatenate 3a/output <- 1,3,5,7",
  ]);
});

Deno.test("a layer whose result is read twice or is an output has a box that ends there", () => {
  const x = input([4]), y = x.dense(3, { name: "a" });
  assertEquals(linesOf(model(x, [y, y.relu({ name: "b" })])), [
    "0 input  <- ",
    "1 dense 3 a <- 0",
    "2 relu b <- 1",
  ]);
  const z = x.dense(3, { name: "c" });
  assertEquals(linesOf(model(x, z.add(z.relu({ name: "d" }), { name: "e" }))).slice(1), [
    "1 dense 3 c <- 0",
    "2 relu d <- 1",
    "3 + e <- 1,2",
  ]);
});

Deno.test("several inputs are numbered, and a shared layer has a box for each use", () => {
  const [a, b] = [input([4]), input([4])], shared = layers.dense(2, { name: "shared" });
  const net = model([a, b], a.apply(shared).concatenate(b.apply(shared), { name: "both" }));
  const boxes = boxesOf(net);
  assertEquals(boxes.map(({ words }) => words).sort(), [
    "concatenate",
    "dense 2",
    "dense 2",
    "input 1",
    "input 2",
  ]);
  assertEquals(boxes.at(-1)!.shape, [4]);
});

Deno.test("layers are named with their sizes", () => {
  const { activation, averagePool2d, conv2d, dropout, groupNorm, maxPool2d } = layers;
  assertEquals(conv2d(64, [7, 5], { stride: 2 }).words, "conv2d 7x5, 64 /2");
  assertEquals(
    conv2d(8, 3, { stride: [2, 1], groups: 4, dilation: 2 }).words,
    "conv2d 3x3, 8 /2x1, 4 groups, dilation 2x2",
  );
  assertEquals(maxPool2d(2).words, "max pool 2x2 /2");
  assertEquals(averagePool2d([3, 3], { stride: 1 }).words, "average pool 3x3");
  assertEquals(dropout(0.5).words, "dropout 0.5");
  assertEquals(groupNorm(2).words, "group norm, 2 groups");
  assertEquals(activation("hardSigmoid").words, "hard sigmoid");
  assertEquals(layers.globalAveragePool2d().words, "global average pool");
  const own = new Layer({ type: "ownLayer", call: ([x]) => x! }, {});
  assertEquals([own.words, own.role], ["own layer", "other"]);
});

Deno.test("a graph is drawn down or to the right, with texts in the middle of their boxes", async () => {
  const down = await drawGraph(residualBlock(), { shapes: true, title: "A <block>" });
  const svg = down.svg();
  assertStringIncludes(svg, "A &lt;block&gt;");
  assertMatch(svg, /> ?identity<\/text>/);
  assertStringIncludes(svg, ">56 x 56 x 64</text>");
  assertEquals(svg.split('class="node"').length - 1, 4);
  assertEquals(svg.split('class="edge"').length - 1, 4);
  assert(down.height > down.width);
  for (const [node] of svg.matchAll(/<g id="node[\s\S]*?<\/g>/g)) {
    const xs = new Set([...node.matchAll(/text-anchor="middle" x="([^"]*)"/g)].map(([, x]) => x));
    assertEquals(xs.size, 1, node);
  }
  assertMatch(down.text, /^graph of Model \[56, 56, 64\]/);
  const right = await drawGraph(lenet5(), { direction: "right" });
  assert(right.width > 5 * right.height);
  assertEquals((await drawGraph(residualBlock())).svg(), (await drawGraph(residualBlock())).svg());
});

Deno.test("what is no model, and options that do not exist, are errors", async () => {
  await assertRejects(() => drawGraph({} as never), TypeError, "expected a model");
  await assertRejects(
    () => drawGraph(lenet5(), { direction: "up" } as never),
    RangeError,
    '"down"',
  );
  await assertRejects(() => drawGraph(lenet5(), { colour: "red" } as never), Error, "colour");
});

Deno.test("several models stand side by side, with projections as dashed arrows", async () => {
  const build = (shortcuts: boolean) => {
    const x = input([8, 8, 4]);
    const y = x.conv2d(8, 3, { padding: 1, stride: 2 }).conv2d(8, 3, { padding: 1 });
    return model(x, shortcuts ? y.add(x.conv2d(8, 1, { stride: 2 })) : y);
  };
  const both = [build(false), build(true)];
  const dashed = (await drawGraph(both, { names: ["plain", "residual"], projections: "dashed" }))
    .svg();
  assertStringIncludes(dashed, ">plain<");
  assertStringIncludes(dashed, ">residual<");
  assertEquals(dashed.split("stroke-dasharray").length - 1, 1);
  assertStringIncludes(dashed, "1x1, 8 /2");
  const boxes = (await drawGraph(both)).svg();
  assertEquals(boxes.includes("stroke-dasharray"), false);
  assertStringIncludes(boxes, "conv2d 1x1, 8 /2");
  await assertRejects(() => drawGraph(both, { names: ["one"] }), TypeError, "expected 2");
  await assertRejects(() => drawGraph([]), TypeError, "expected a model");
});
