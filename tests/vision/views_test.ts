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
  assertEquals([...dot], Array(12).fill(7));
});
