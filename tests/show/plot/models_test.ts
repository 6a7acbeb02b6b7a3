import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { models } from "../../../lib/show/plot/models.ts";
import { receptiveField } from "../../../lib/show/plot/receptive_field.ts";
import { measureText } from "../../../lib/plotly_svg/mod.ts";
import { topLabels } from "../../../lib/show/plot/top_labels.ts";
import { ones, zeros } from "../../../lib/tensor/create.ts";
import { sequential } from "../../../lib/train/make_model.ts";
import { zooEntry } from "../../../lib/zoo/zoo.ts";
import { pictureIn } from "../../plotly_svg/decode_png.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

Deno.test("models: areas go with the parameters", () => {
  const point = { multiplyAdds: 1e9, accuracy: 70 };
  const { data } = models([
    { ...point, name: "small", parameters: 1e6 },
    { ...point, name: "large", parameters: 9e6, multiplyAdds: 4e9 },
  ]) as Loose;
  const [{ text, x, y, marker }] = data;
  assertEquals([text, x, y], [["large", "small"], [4, 1], [70, 70]]);
  assertAlmostEquals((marker.size[0] / marker.size[1]) ** 2, 9, 0.1);
});

Deno.test("models: entries of the zoo, those with a published accuracy", () => {
  const entries = ["vgg16", "lenet5", "cifar-resnet20", "resnet18"].map(zooEntry);
  const { data } = models(entries) as Loose;
  assertEquals(data[0].text, ["vgg16", "resnet18"]);
  assertEquals(data[0].y, [entries[0], entries[3]].map((entry) => entry!.published!.top1));
  assertAlmostEquals(data[0].x[0], entries[0]!.multiplyAdds / 1e9, 1e-3);
});

Deno.test("models: families have a colour and a line, from the cheapest on; no axis below zero", () => {
  const entries = ["resnet50", "alexnet", "resnet18", "resnet34"].map(zooEntry);
  const { data, layout } = models(entries) as Loose;
  assertEquals(data.length, 2);
  assertEquals(data[0].x, data[0].x.toSorted((a: number, b: number) => a - b));
  assertEquals(data[0].x.length, 3);
  const { text, marker } = data[1];
  const colorOf = (name: string) => marker.color[text.indexOf(name)];
  assertEquals(colorOf("resnet18"), colorOf("resnet50"));
  assertEquals(data[0].line.color, colorOf("resnet34"));
  assert(colorOf("alexnet") !== colorOf("resnet18"));
  assert(layout.xaxis.range[0] >= 0);
});

Deno.test("models: messages name the function and the argument", () => {
  const bad = (value: Loose) => () => models(value);
  assertThrows(bad([]), RangeError, "plot.models: expected networks with an accuracy");
  assertThrows(bad([{ name: "a" }]), TypeError, "plot.models: networks[0]: multiplyAdds");
  assertThrows(bad(3), TypeError, "plot.models: expected a list of networks");
});

const ranked = [
  { label: "leopard", probability: 0.8 },
  { label: "jaguar", probability: 0.2 },
];

Deno.test("topLabels: the true label has another colour", () => {
  const { data, layout } = topLabels(ranked, { truth: "jaguar" }) as Loose;
  assertEquals(data[0].x, [0.8, 0.2]);
  const { color } = data[0].marker;
  assert(color[0] !== color[1]);
  const other = topLabels(ranked, { truth: "cat" }) as Loose;
  assertEquals(other.data[0].marker.color, [color[0], color[0]]);
  const texts = layout.annotations.map(({ text }: Loose) => text);
  assertEquals(texts, ["leopard", "80.0 %", "<b>jaguar</b>", "20.0 %"]);
});

Deno.test("topLabels: the image stands beside the bars", () => {
  const image = { width: 2, height: 1, data: new Uint8Array(6) };
  const { layout } = topLabels(ranked, { image, truth: "jaguar" }) as Loose;
  const [{ x, sizex, source, xanchor }] = layout.images;
  assert(source.startsWith("data:image/png;base64,"));
  assert(x + sizex / 2 <= layout.xaxis.domain[0]);
  // The caption is below the middle of the image, whatever the image's shape.
  const caption = layout.annotations.at(-1);
  assertEquals([caption.text, caption.x, caption.xanchor], ["jaguar", x, "center"]);
  assertEquals(xanchor, "center");
});

Deno.test("topLabels: a long label leaves its percentage room", () => {
  const long =
    "yellow lady's slipper, yellow lady-slipper, Cypripedium calceolus, and so on and on";
  const text = (truth: string) =>
    (topLabels([{ label: long, probability: 1 }], { truth }) as Loose).layout.annotations[0].text;
  for (const truth of ["cat", long]) {
    assert(text(truth).includes("…"), text(truth));
    // 420 pixels less the margins, and 50 for "100.0 %".
    assert(measureText(text(truth), 12).width < 420 - 36 - 50, text(truth));
  }
  assert(text(long).startsWith("<b>yellow"));
});

Deno.test("topLabels: messages name the function and the argument", () => {
  assertThrows(() => topLabels([]), RangeError, "plot.topLabels: ranked");
  for (const probability of [NaN, 2, -0.1]) {
    assertThrows(
      () => topLabels([{ label: "a", probability }]),
      RangeError,
      `plot.topLabels: ranked[0]: probability: expected 0 to 1, found ${probability}`,
    );
  }
  assertThrows(() => topLabels([{ label: "a" } as Loose]), TypeError, "plot.topLabels: ranked[0]");
  assertThrows(
    () => topLabels(ranked, { image: zeros([2, 2]) as Loose }),
    TypeError,
    "await plot.imageOf(tensor)",
  );
});

const net = () =>
  sequential([32, 32, 1]).conv2d(2, 3, { name: "a" }).relu().maxPool2d(2, { name: "p" })
    .conv2d(2, 3, { name: "b" }).flatten().dense(2, { name: "head" });

Deno.test("receptiveField: fields lie within each other, around the last one's middle", async () => {
  const { data } = await receptiveField(net()) as Loose;
  assertEquals(data.map(({ name }: Loose) => name), ["a: 3 x 3", "p: 4 x 4", "b: 8 x 8"]);
  const boxes = data.map(({ x, y }: Loose) => [x[0], x[1], y[1], y[2]]);
  // b has 13 x 13 units, of which (6, 6) sees the pixels from 12 to 19.
  assertEquals(boxes[2], [11.5, 19.5, 11.5, 19.5]);
  for (const [left, right, top, bottom] of boxes) {
    assert(left >= 11.5 && right <= 19.5 && top >= 11.5 && bottom <= 19.5);
  }
  const corner = await receptiveField(net(), { layer: "b", at: [0, 12] }) as Loose;
  assertEquals([corner.data[0].x[0], corner.data[0].y[0]], [23.5, -0.5]);
});

Deno.test("receptiveField: the image lies below, pixel by pixel", async () => {
  const { data } = await receptiveField(net(), { image: ones([32, 32, 1]) }) as Loose;
  assertEquals([data[0].type, data[0].x0, data[0].dx], ["image", 0, 1]);
  const picture = pictureIn({ data } as Loose);
  assertEquals([picture.width, picture.height, picture.at(31, 31)], [32, 32, [255, 255, 255]]);
  const bytes = { width: 32, height: 32, data: new Uint8Array(32 * 32 * 3).fill(7) };
  const decoded = await receptiveField(net(), { image: bytes }) as Loose;
  assertEquals(pictureIn(decoded).at(31, 31), [7, 7, 7]);
});

Deno.test("receptiveField: messages name the function and the argument", async () => {
  const bad = (options: Loose) => () => receptiveField(net(), options);
  await assertRejects(
    bad({ layer: "c" }),
    RangeError,
    "plot.receptiveField: layer: unknown layer with maps",
  );
  await assertRejects(bad({ layer: "head" }), RangeError, "plot.receptiveField: layer");
  await assertRejects(bad({ at: [13, 0] }), RangeError, "13 x 13 units");
  await assertRejects(bad({ image: ones([8, 8, 1]) }), TypeError, "expected 32 x 32 pixels");
  const dense = sequential([4]).dense(2);
  await assertRejects(() => receptiveField(dense), TypeError, "expected a model of images");
});
