import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { encodePng } from "../../lib/plotly_svg/mod.ts";
import { prepareImage, readViews, viewCount } from "../../lib/vision/views.ts";

const image = (...data: number[]) => ({
  width: data.length / 3,
  height: 1,
  data: new Uint8Array(data),
});

Deno.test("channels come in the network's order", () => {
  const one = image(10, 20, 30, 40, 50, 60);
  assertEquals([...prepareImage(one, { channels: "rgb" })], [10, 20, 30, 40, 50, 60]);
  assertEquals([...prepareImage(one, { channels: "bgr" })], [30, 20, 10, 60, 50, 40]);
  assertEquals([...prepareImage(one, { channels: "gray" })], [18, 48]);
  assertEquals([...prepareImage(image(255, 255, 255), { channels: "gray" })], [255]);
});

Deno.test("views: crops at every scale, one after another", () => {
  const views = { crops: 10, scales: [4, 6] } as const;
  assertEquals(viewCount(views), 20);
  const bytes = prepareImage(image(1, 2, 3), { resize: 4, crop: 3, channels: "bgr" }, views);
  assertEquals(bytes.length, 20 * 3 * 3 * 3);
  assertEquals([...bytes.slice(-3)], [3, 2, 1]);
  assertEquals(viewCount({}), 1);
});

Deno.test("without a size, the shorter side becomes that of the crop", () => {
  assertEquals(prepareImage(image(9, 9, 9), { crop: 2, channels: "rgb" }).length, 12);
});

/** The places that views take from an image whose pixels are their columns and rows. */
function placesOf(width: number, height: number, preprocessing: object, views = {}) {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => [Math.floor(i / 3) % width, Math.floor(i / 3 / width), 0][i % 3]!,
  );
  const settings = { channels: "rgb", ...preprocessing } as const;
  const bytes = prepareImage({ width, height, data }, settings, views);
  return {
    length: bytes.length / 3,
    first: [...bytes.slice(0, 2)],
    last: [...bytes.slice(-3, -1)],
  };
}

Deno.test("crops that are not square: the image just covers them, and its middle is taken", () => {
  // 8 x 16 pixels are kept as they are: the height decides, or the width.
  assertEquals(placesOf(16, 8, { crop: [8, 10] }), { length: 80, first: [3, 0], last: [12, 7] });
  assertEquals(placesOf(16, 8, { crop: [4, 16] }), { length: 64, first: [0, 2], last: [15, 5] });
  assertEquals(placesOf(16, 8, { resize: 8, crop: [4, 6] }), {
    length: 24,
    first: [5, 2],
    last: [10, 5],
  });
  assertEquals(placesOf(16, 8, { resize: [8, 16], crop: [6, 14] }).first, [1, 1]);
  assertEquals(placesOf(7, 5, { resize: [10, 21] }).length, 210);
  assertEquals(placesOf(16, 8, { crop: [8, 10] }, { crops: 10 }).length, 800);
  const prepare = (preprocessing: object, views = {}) => () =>
    placesOf(16, 8, preprocessing, views);
  assertThrows(prepare({ resize: 6, crop: [4, 7] }), RangeError, "of at least 7 pixels");
  assertThrows(prepare({ resize: [9, 4], crop: [8, 5] }), RangeError, "at least 8 x 5 pixels");
  assertThrows(prepare({ crop: [4, 7] }, { scales: [6] }), RangeError, "from 7, the crop");
});

Deno.test("the other rounding moves the middle, and the longer side", () => {
  const middle = (rounding: string) => placesOf(11, 8, { resize: 8, crop: 8, rounding }).first;
  assertEquals([middle("torchvision"), middle("nearest")], [[2, 0], [1, 0]]);
});

Deno.test("scales below the crop and other crops are refused", () => {
  const prepare = (views: object) =>
    prepareImage(image(1, 2, 3), { resize: 8, crop: 4, channels: "rgb" }, views);
  assertThrows(
    () => prepare({ scales: [3] }),
    RangeError,
    "from 4, the crop, to 8192 pixels, found 3",
  );
  assertThrows(() => prepare({ scales: [] }), RangeError, "expected at least one");
  assertThrows(() => prepare({ crops: 5 }), RangeError, "expected 1 or 10, found 5");
});

Deno.test("a crop beyond the shorter side is refused before an image is looked at", () => {
  assertThrows(
    () => prepareImage(image(1, 2, 3), { resize: 4, crop: 6, channels: "rgb" }),
    RangeError,
    "resize: expected a shorter side of at least 6 pixels, the crop, found 4",
  );
});

Deno.test("an image too long and narrow to be resized is named, as a corrupt one is", async () => {
  const line = encodePng(new Uint8Array(20000), 20000, 1, 1);
  await assertRejects(
    () => readViews(line, { resize: 256, crop: 224, channels: "rgb" }, { name: "line.png" }),
    SyntaxError,
    "line.png: an image of 20000 x 1 pixels is too long and narrow",
  );
  const dot = await readViews(encodePng([7], 1, 1, 1), { resize: 4, crop: 2, channels: "rgb" });
  assertEquals({ ...dot, data: [...dot.data] }, { width: 2, height: 2, data: Array(12).fill(7) });
  const whole = await readViews(encodePng(Array(12).fill(7), 6, 2, 1), {
    resize: 4,
    channels: "gray",
  });
  assertEquals([whole.width, whole.height, whole.data.length], [12, 4, 48]);
});
