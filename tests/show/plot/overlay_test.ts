import { assert, assertEquals, assertRejects } from "@std/assert";
import { overlaid, overlay } from "../../../lib/show/plot/overlay.ts";
import { full, ones, tensor, zeros } from "../../../lib/tensor/create.ts";

const white = ones([2, 2, 3]);
const blackRange = [0, 1] as const;

Deno.test("overlay: no heat leaves the image, full heat is the end of the colours", async () => {
  const colorScale = [[0, "#0000ff"], [1, "#ff0000"]] as const;
  const look = { range: blackRange, colorScale, opacity: 1 };
  const [picture] = await overlaid("test", white, tensor([[0, 1], [2, 0.5]]), look);
  const rgb = (i: number) => [...picture!.data.subarray(3 * i, 3 * i + 3)];
  assertEquals(rgb(0), [255, 255, 255]);
  assertEquals([rgb(1), rgb(2)], [[255, 0, 0], [255, 0, 0]]);
  assertEquals(rgb(3), [191, 128, 191]); // half of white, half of the colours' middle
});

Deno.test("overlay: signed heat around 0, in blue and red", async () => {
  const look = { opacity: 1, range: [-1, 1] as const };
  const [picture] = await overlaid("test", full([1, 3], 0.5), tensor([[-1, 0, 1]]), look);
  const [r0, , b0, r1, g1, b1, r2, , b2] = picture!.data;
  assert(b0! > r0! + 50 && r2! > b2! + 50, String(picture!.data));
  assertEquals([r1, g1, b1], [128, 128, 128]);
});

Deno.test("overlay: coarse heat is enlarged, channels are summed, each image has its own", async () => {
  const look = { range: blackRange, opacity: 1 };
  const [large] = await overlaid("test", zeros([8, 8]), tensor([[0, 1], [0, 1]]), look);
  const red = Array.from({ length: 8 }, (_, x) => large!.data[3 * x]!);
  assertEquals(red.toSorted((a, b) => a - b), red);
  assert(red[0] === 0 && red[7]! > 200, String(red));
  const parts = tensor([[[1, -1, 0], [1, 1, -1]]]); // sums 0 and 1
  const [summed] = await overlaid("test", zeros([1, 2, 3]), parts, look);
  assertEquals(summed!.data[0], 0);
  assert(summed!.data[3]! > 200);
  const two = await overlaid("test", zeros([2, 4, 4, 3]), zeros([2, 2, 2]), look);
  assertEquals(two.length, 2);
});

Deno.test("overlay: one pixel that is far hotter does not hide the others", async () => {
  const heat = new Float32Array(200).fill(1);
  heat[7] = 1000;
  const [picture] = await overlaid("test", zeros([10, 20]), tensor(heat, { shape: [10, 20] }), {});
  assertEquals(picture!.data[0], picture!.data[21]);
  assert(picture!.data[0]! > 100);
});

Deno.test("overlay: a figure with labels, and what is no heat", async () => {
  const figure = await overlay(white, zeros([2, 2]), { labels: ["here"], title: "Nothing" });
  assertEquals(`${figure}`, 'Figure "Nothing": image');
  const refused = (heat: unknown, message: string, options = {}) =>
    assertRejects(() => overlay(white, heat as typeof white, options), TypeError, message);
  await refused(3, "heat: expected an object of Tensor");
  await refused(zeros([3, 2, 2]), "heat: expected [rows, columns]");
  await refused(zeros([2, 2]), "expected 1, one for each image, found 2", { labels: ["a", "b"] });
});
