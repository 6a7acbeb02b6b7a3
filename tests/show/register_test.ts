import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { arrayDataset, digits, History, sequential, tensor, zeros } from "../../mod.ts";
import { type Displayable, jupyterDisplay, type MimeBundle } from "../../lib/show/bundle.ts";
import { Model } from "../../lib/train/model.ts";

const look = async (value: unknown): Promise<MimeBundle> =>
  await (value as Displayable)[jupyterDisplay]();
const htmlOf = async (value: unknown) => String((await look(value))["text/html"]);

Deno.test("a scalar tensor is a text, whatever its number", async () => {
  assertEquals(await look(tensor(NaN)), { "text/plain": "NaN" });
  assertEquals(await look(tensor(-Infinity)), { "text/plain": "-Infinity" });
  assertEquals(await look(tensor(0.5)), { "text/plain": "0.5" });
});

Deno.test("a vector and a matrix are tables with a heat scale, shape and type above", async () => {
  const html = await htmlOf(tensor([[1, 2], [3, NaN]]));
  assertStringIncludes(html, "<caption>f32 [2, 2]</caption>");
  assertStringIncludes(html, ">NaN</td>");
  assertStringIncludes(html, "background:");
  const vector = await look(tensor([5, 6]));
  assertStringIncludes(String(vector["text/html"]), "<caption>f32 [2]</caption>");
  assertStringIncludes(String(vector["text/plain"]), "tensor([5, 6]");
});

Deno.test("long axes are cut in the middle", async () => {
  const numbers = Array.from(
    { length: 100 },
    (_, i) => Array.from({ length: 50 }, (_, j) => 50 * i + j),
  );
  const html = await htmlOf(tensor(numbers));
  const rows = html.split("<tr>").slice(1).map((row) =>
    [...row.matchAll(/<t[hd][^>]*>([^<]*)</g)].map((cell) => cell[1])
  );
  assertEquals(rows.length, 1 + 21);
  assertEquals(rows[0], [
    "",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "…",
    "44",
    "45",
    "46",
    "47",
    "48",
    "49",
  ]);
  assertEquals(rows[1]!.slice(0, 3), ["0", "0", "1"]);
  assertEquals(rows[11]!.slice(0, 3), ["…", "…", "…"]);
  assertEquals([rows[12]![0], rows[21]![0], rows[21]!.at(-1)], ["90", "99", "4999"]);
});

Deno.test("image tensors are pictures; others of their rank are texts", async () => {
  for (const shape of [[8, 9, 1], [8, 8, 3], [2, 12, 12, 3]]) {
    assertStringIncludes(await htmlOf(zeros(shape)), "data:image/", String(shape));
  }
  for (const shape of [[8, 9, 2], [2, 2, 3], [2, 3, 8, 8], [1, 1, 1, 1, 1]]) {
    assertMatch(await htmlOf(zeros(shape)), /^<pre>tensor\(/, String(shape));
  }
  assertEquals(await htmlOf(zeros([0, 3])), "<pre>tensor([], f32 [0, 3])</pre>");
});

Deno.test("a model is its summary and its graph, a large one without the graph", async () => {
  const net = sequential([4]).dense(3, { name: "first" }).relu().dense(2);
  const bundle = await look(net);
  assertStringIncludes(String(bundle["text/html"]), ">first</td>");
  assertStringIncludes(String(bundle["text/html"]), ">23</td>");
  assertStringIncludes(String(bundle["text/html"]), '<img src="data:image/png;');
  assertStringIncludes(String(bundle["text/plain"]), String(net.summary()));
  for (let i = 0; i < 60; i++) net.relu();
  assert(!(await htmlOf(net)).includes("<img "));
  assertStringIncludes(await htmlOf(net), ">total</td>");
  const frozen = await htmlOf(sequential([4]).dense(3).freeze());
  assertStringIncludes(frozen, "15 of them frozen");
});

Deno.test("a subclass shows itself as its class does", async () => {
  class Named extends Model {}
  const { inputs, outputs } = sequential([4]).dense(3);
  assertStringIncludes(await htmlOf(new Named(inputs, outputs, 0)), ">total</td>");
});

Deno.test("a data set is pictures, points or rows", async () => {
  const images = await look(digits({ train: 30, test: 1 }).train);
  assertStringIncludes(String(images["text/html"]), "data:image/");
  assertStringIncludes(
    JSON.stringify(images["application/vnd.plotly.v1+json"]),
    "30 examples: u8 [28, 28, 1] -> 10 classes of 2 to 5 examples",
  );
  assertStringIncludes(
    Deno.inspect(
      arrayDataset({ inputs: [[1], [2], [3]], targets: [0, 2, 0], classes: ["ant", "bee", "cat"] }),
    ),
    "3 examples: f32 [1] -> 3 classes (ant 2, bee 0, cat 1)",
  );
  const points = arrayDataset({
    inputs: [[0, 0], [0, 1], [1, 0], [1, 1]],
    targets: [0, 1, 1, 0],
    classes: ["same", "different"],
  });
  const figure = (await look(points))["application/vnd.plotly.v1+json"] as {
    data: { name: string; x: number[]; y: number[] }[];
  };
  assertEquals(figure.data.map(({ name, x, y }) => [name, [...x], [...y]]), [
    ["different", [0, 1], [1, 0]],
    ["same", [0, 1], [0, 1]],
  ]);
  const numbers = arrayDataset({
    inputs: Array.from({ length: 20 }, (_, i) => [i, 2 * i, 3 * i]),
    targets: Float32Array.from({ length: 20 }, (_, i) => i / 2),
  });
  const { "text/html": html, "text/plain": text, ...others } = await look(numbers);
  assertEquals(others, {});
  assertStringIncludes(String(html), "<caption>20 examples: f32 [3] -&gt; f32 []</caption>");
  const lines = String(text).split("\n");
  assertEquals(lines[1], "example  input[0]  input[1]  input[2]  target");
  assertEquals(lines.at(-1), "      7         7        14        21     3.5");
});

Deno.test("a history is a chart and a table of its epochs, without times", async () => {
  const record = (epoch: number) => ({
    epoch,
    step: 10 * epoch,
    loss: 1 / epoch,
    top1: 0.5,
    learningRate: 0.1,
    seconds: 12.75,
    imagesPerSecond: 4321,
    validation: { loss: 2 / epoch, top1: 0.25 },
  });
  const epochs = [record(1), record(2), record(3)];
  const history = new History({ epochs, steps: 30, stopped: "early stopping" });
  const bundle = await look(history);
  assertEquals(String(bundle["text/plain"]).split("\n"), [
    "epoch    loss    top-1  validation loss  validation top-1  learning rate",
    "------------------------------------------------------------------------",
    "    1   1.000  50.00 %            2.000           25.00 %            0.1",
    "    2  0.5000  50.00 %            1.000           25.00 %            0.1",
    "    3  0.3333  50.00 %           0.6667           25.00 %            0.1",
    "stopped early after 30 steps",
  ]);
  assertStringIncludes(String(bundle["text/html"]), "<script");
  assertStringIncludes(String(bundle["text/html"]), "</table>");
  assertStringIncludes(String(bundle["text/html"]), 'src="data:image/png;');
  assert(!/4321|12\.75/.test(JSON.stringify(bundle)));
  assertEquals(JSON.parse(JSON.stringify(history)), {
    epochs,
    steps: 30,
    stopped: "early stopping",
  });
  assertMatch(
    String(history),
    /^epoch 1 {2}loss 1\.000, top-1 50\.00 % {2}validation: loss 2\.000/,
  );
  const ofOutputs = (share: number) => ({
    loss: 3 * share,
    top1: share,
    outputs: {
      kind: { loss: share, top1: share },
      side: { loss: 2 * share, accuracy: 0.5, metrics: { error: 0.25 } },
    },
  });
  const several = { ...record(1), ...ofOutputs(0.5), validation: ofOutputs(0.125) };
  const rows = String((await look(new History({ epochs: [several], steps: 1 })))["text/plain"]);
  const columns = (line: string) => line.trim().split(/ {2,}/);
  const [headings, , cells] = rows.split("\n").map(columns);
  assertEquals(headings!.slice(0, 8), [
    "epoch",
    "loss",
    "kind loss",
    "kind top-1",
    "side loss",
    "side accuracy",
    "side error",
    "validation loss",
  ]);
  assertEquals(cells!.slice(0, 8), [
    "1",
    "1.500",
    "0.5000",
    "50.00 %",
    "1.000",
    "50.00 %",
    "0.2500",
    "0.3750",
  ]);
  assertEquals(await look(new History({ epochs: [], steps: 0 })), {
    "text/plain": "no training yet",
  });
});

Deno.test("a summary is a table, and a text outside a notebook", async () => {
  const net = sequential([4]).dense(3, { name: "hidden" }).dense(2).freeze("hidden");
  const summary = net.summary(), html = await htmlOf(summary);
  assertStringIncludes(html, "15 of them frozen");
  assertStringIncludes(html, ">hidden</td>");
  assertEquals((await look(summary))["text/plain"], String(summary));
  assertMatch(Deno.inspect(summary), /^layer +type +output shape/);
});
