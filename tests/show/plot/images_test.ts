import { assert, assertEquals, assertRejects } from "@std/assert";
import { tensor, zeros } from "../../../lib/tensor/create.ts";
import { arrayDataset } from "../../../lib/train/array_dataset.ts";
import { sequential } from "../../../lib/train/make_model.ts";
import { featureMaps } from "../../../lib/show/plot/feature_maps.ts";
import { filters } from "../../../lib/show/plot/filters.ts";
import { imageOf, images } from "../../../lib/show/plot/images.ts";
import { pictureIn } from "../../plotly_svg/decode_png.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

Deno.test("images: numbers from 0 to 1 are black to white", async () => {
  const picture = pictureIn(await images(tensor([[0, 0.5], [0.25, 1]])));
  assertEquals([picture.width, picture.height, picture.channels], [2, 2, 1]);
  assertEquals([[0, 0], [0, 1], [1, 0], [1, 1]].map(([r, c]) => picture.at(r!, c!)), [
    [0],
    [128],
    [64],
    [255],
  ]);
});

Deno.test("images: other numbers are stretched, each image or all together", async () => {
  const two = tensor([[[0, 10]], [[0, 40]]]); // [2, 1, 2]
  const ends = async (range?: "each" | "all" | [number, number]) => {
    const picture = pictureIn(await images(two, { columns: 1, ...range ? { range } : {} }));
    const { height } = picture;
    return [picture.at(0, 1), picture.at(height - 1, 1)].flat();
  };
  assertEquals(await ends(), [255, 255]);
  assertEquals(await ends("each"), [255, 255]);
  assertEquals(await ends("all"), [64, 255]);
  assertEquals(await ends([0, 20]), [128, 255]);
});

Deno.test("images: bytes in colour stay as they are", async () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const picture = pictureIn(await images(tensor(bytes, { shape: [1, 2, 3] })));
  assertEquals([picture.channels, picture.at(0, 0), picture.at(0, 1)], [3, [1, 2, 3], [4, 5, 6]]);
  const decoded = { width: 2, height: 1, data: bytes };
  assertEquals(pictureIn(await images([decoded, decoded])).at(0, 1), [4, 5, 6]);
});

Deno.test("images: cells in rows with a gap, labels above", async () => {
  const figure = await images(zeros([5, 8, 8]), {
    columns: 3,
    labels: ["a", "b", "c", "d", "e"],
    scale: 4,
  }) as Loose;
  const picture = pictureIn(figure);
  const gap = 1, band = Math.ceil(17 / 4);
  assertEquals([picture.width, picture.height], [3 * 8 + 2 * gap, 2 * (8 + band) + gap]);
  assertEquals([picture.at(0, 0), picture.at(band, 0), picture.at(band, 8)], [[255], [0], [255]]);
  const notes = figure.layout.annotations;
  assertEquals(notes.map(({ text }: Loose) => text), ["a", "b", "c", "d", "e"]);
  assertEquals([notes[4].x, notes[4].y], [9 + 3.5, 8 + band + gap + band - 0.5]);
  // Pixels are squares: the axes have one scale, and the first row is on top.
  const { xaxis, yaxis } = figure.layout;
  assertEquals([xaxis.range, yaxis.range], [[-0.5, 25.5], [picture.height - 0.5, -0.5]]);
  assertEquals(yaxis.scaleanchor, "x");
});

Deno.test("images: a data set shows its first examples with their classes", async () => {
  const data = arrayDataset({
    inputs: { data: new Uint8Array(50 * 4).fill(200), shape: [2, 2, 1] },
    targets: Array.from({ length: 50 }, (_, i) => i % 2),
    classes: ["even", "odd"],
  });
  const figure = await images(data, { count: 4 }) as Loose;
  assertEquals(pictureIn(figure).at(pictureIn(figure).height - 1, 0), [200]);
  assertEquals(figure.layout.annotations.map(({ text }: Loose) => text), [
    "even",
    "odd",
    "even",
    "odd",
  ]);
  const all = await images(data, { labels: false }) as Loose;
  assertEquals(all.layout.annotations.map(({ text }: Loose) => text), ["40 of 50 images"]);
});

Deno.test("images: large pictures are brought to a size that a notebook can hold", async () => {
  const image = { width: 5000, height: 10, data: new Uint8Array(150000).fill(7) };
  const picture = pictureIn(await images(image));
  assert(picture.width <= 2048);
  assertEquals(picture.at(0, 0), [7, 7, 7]);
});

Deno.test("images: NaN is black, and equal numbers too", async () => {
  const picture = pictureIn(await images(tensor([[NaN, 2], [1, 3]])));
  assertEquals([picture.at(0, 0), picture.at(0, 1), picture.at(1, 1)], [[0], [128], [255]]);
  assertEquals(pictureIn(await images(tensor([[5, 5]]))).at(0, 1), [0]);
});

Deno.test("imageOf: a tensor as an image of three channels", async () => {
  const image = await imageOf(tensor([[0, 1]]));
  assertEquals([image.width, image.height, [...image.data]], [2, 1, [0, 0, 0, 255, 255, 255]]);
  await assertRejects(() => imageOf(zeros([2, 4, 4])), TypeError, "plot.imageOf: image");
});

Deno.test("images: messages name the function and the argument", async () => {
  const bad = (value: Loose, options: Loose = {}) => () => images(value, options);
  await assertRejects(bad(zeros([4])), TypeError, "plot.images: images: expected [h, w]");
  await assertRejects(bad(zeros([2, 4, 4, 6])), TypeError, "plot.featureMaps shows");
  await assertRejects(bad([]), RangeError, "plot.images: images: expected at least one");
  await assertRejects(bad([1, 2]), TypeError, "plot.images: images[0]");
  await assertRejects(bad(zeros([4, 4]), { range: "both" }), RangeError, "plot.images: range");
  await assertRejects(bad(zeros([4, 4]), { rows: 2 }), RangeError, 'unknown option "rows"');
  await assertRejects(bad(zeros([2, 4, 4]), { labels: ["a"] }), TypeError, "plot.images: labels");
});

Deno.test("filters: over three channels in colour, each stretched", async () => {
  // HWIO [1, 2, 3, 2]: two filters of two pixels.
  const kernel = tensor([[
    [[0, 0], [1, 0], [2, 0]],
    [[3, 1], [4, 1], [4, 1]],
  ]]);
  const figure = await filters(kernel, { columns: 1 });
  const picture = pictureIn(figure), last = picture.height - 1;
  assertEquals([picture.at(0, 0), picture.at(0, 1)], [[0, 64, 128], [191, 255, 255]]);
  assertEquals([picture.at(last, 0), picture.at(last, 1)], [[0, 0, 0], [255, 255, 255]]);
});

Deno.test("filters: over other channels in grey, a row for each filter", async () => {
  const kernel = tensor([[[[0, 1], [2, 3]]]]); // [1, 1, 2, 2]: one pixel, two channels, two filters
  const picture = pictureIn(await filters(kernel, { range: [0, 3], scale: 4 }));
  const right = picture.width - 1, below = picture.height - 1;
  assertEquals([picture.at(0, 0), picture.at(0, right)], [[0], [170]]); // filter 0: 0, 2
  assertEquals([picture.at(below, 0), picture.at(below, right)], [[85], [255]]); // filter 1: 1, 3
  const one = pictureIn(await filters(kernel, { range: [0, 3], channels: [1], columns: 2 }));
  assertEquals([one.at(0, 0), one.at(0, one.width - 1)], [[170], [255]]);
});

Deno.test("filters: the first convolution of a model, or the one that is named", async () => {
  const net = sequential([8, 8, 3]).conv2d(4, 3, { name: "a" }).conv2d(5, 3, { name: "b" })
    .flatten()
    .dense(2, { name: "head" });
  assertEquals(pictureIn(await filters(net)).channels, 3);
  assertEquals(pictureIn(await filters(net, { layer: "b" })).channels, 1);
  await assertRejects(() => filters(net, { layer: "head" }), TypeError, "plot.filters: layer");
  await assertRejects(() => filters(net, { layer: "c" }), RangeError, "unknown layer");
  await assertRejects(() => filters(zeros([3, 3])), TypeError, "plot.filters: kernel");
  await assertRejects(() => filters(net, { channels: [3] }), RangeError, "plot.filters: channels");
});

Deno.test("featureMaps: a picture for each channel", async () => {
  const maps = tensor([[[0, 5], [1, 5]], [[0.5, 5], [1, 10]]]); // [2, 2, 2]
  const picture = pictureIn(await featureMaps(maps)), right = picture.width - 2;
  assertEquals([picture.at(0, 0), picture.at(0, 1), picture.at(1, 0)], [[0], [255], [128]]);
  assertEquals([picture.at(0, right), picture.at(1, right + 1)], [[0], [255]]);
});

Deno.test("featureMaps: what a model's layer makes of an image", async () => {
  const net = sequential([4, 4, 1]).conv2d(2, 1, { name: "c", bias: false });
  net.weight("c.kernel").assign(Float32Array.of(1, -1));
  const ramp = Float32Array.from({ length: 16 }, (_, i) => i);
  const image = tensor(ramp, { shape: [4, 4, 1] });
  const figure = await featureMaps({ model: net, image, layer: "c" }, { labels: true }) as Loose;
  assertEquals(figure.layout.annotations.map(({ text }: Loose) => text), ["0", "1"]);
  const picture = pictureIn(figure), bottom = picture.height - 1, right = picture.width - 1;
  assertEquals([picture.at(bottom, 3), picture.at(bottom, right)], [[255], [0]]);
});

Deno.test("featureMaps: messages and limits", async () => {
  await assertRejects(() => featureMaps(zeros([2, 4, 4, 3])), TypeError, "plot.featureMaps: maps");
  await assertRejects(() => featureMaps({} as Loose), TypeError, "plot.featureMaps: maps: model");
  const net = sequential([4, 4, 1]).conv2d(2, 1, { name: "c" });
  const of = { model: net, image: zeros([4, 4]), layer: "c" };
  await assertRejects(() => featureMaps(of), TypeError, "plot.featureMaps: maps: image");
  const figure = await featureMaps(zeros([2, 2, 70])) as Loose;
  assertEquals(figure.layout.annotations.at(-1).text, "64 of 70 channels");
});

Deno.test("images: cells grow until their labels fit, up to 900 pixels in all", async () => {
  const labels = Array<string>(8).fill("checkerboard");
  const shown = async (columns: number, options = {}) => {
    const { layout } = await images(zeros([8, 32, 32]), { columns, labels, ...options }) as Loose;
    return [layout.width, layout.annotations[0].text];
  };
  const [width, text] = await shown(8);
  assert(width > 640 && width <= 900, `${width}`);
  assertEquals(text, "checkerboard");
  assert((await shown(8, { scale: 2 }))[1].endsWith("…"));
  // Where there is no room, labels are cut.
  const long = Array<string>(8).fill("a very long name indeed");
  const [wide, cut] = await shown(8, { labels: long });
  assert(wide <= 900 && cut.endsWith("…") && cut.length > 8, `${wide} ${cut}`);
});
