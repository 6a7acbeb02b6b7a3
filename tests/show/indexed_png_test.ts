import { assert, assertEquals } from "@std/assert";
import { indexedPng } from "../../lib/show/indexed_png.ts";
import { decodePng } from "../plotly_svg/decode_png.ts";

/** The largest difference of a channel between pixels and the file made of them. */
function worst(rgb: Uint8Array, width: number, file: Uint8Array): number {
  const image = decodePng(file);
  let most = 0;
  for (let i = 0; i < rgb.length / 3; i++) {
    const found = image.at(Math.floor(i / width), i % width);
    for (let c = 0; c < 3; c++) most = Math.max(most, Math.abs(found[c]! - rgb[3 * i + c]!));
  }
  return most;
}

Deno.test("up to 256 colours are kept exactly", () => {
  const rgb = Uint8Array.from(
    { length: 3 * 1024 },
    (_, i) => (Math.floor(i / 3) % 256 * (i % 3 + 1)) % 256,
  );
  const file = indexedPng(rgb, 64, 16)!;
  assertEquals(worst(rgb, 64, file), 0);
  assertEquals(file[25], 3, "the kind of colours: a palette");
});

Deno.test("with more, frequent colours stay and rare ones hardly change", () => {
  const width = 100, rgb = new Uint8Array(3 * width * width).fill(255);
  // A third of the pixels in one colour, and a slope of a thousand others.
  for (let i = 0; i < 3000; i++) rgb.set([0, 114, 178], 3 * i);
  for (let i = 0; i < 1000; i++) rgb.set([i / 4, 255 - i / 5, (i * 7) % 40], 3 * (5000 + i));
  const file = indexedPng(rgb, width, width)!;
  const image = decodePng(file);
  assertEquals(image.at(0, 5), [0, 114, 178]);
  assertEquals(image.at(99, 99), [255, 255, 255]);
  const off = worst(rgb, width, file);
  assert(off > 0 && off <= 16, `off by ${off}`);
});

Deno.test("a photograph has too many colours", () => {
  let seed = 1;
  const rgb = Uint8Array.from({ length: 3 * 5000 }, () => (seed = seed * 48271 % 2147483647) % 256);
  assertEquals(indexedPng(rgb, 100, 50), undefined);
});

Deno.test("a photograph in a tenth of a picture is enough", () => {
  const width = 200, rgb = new Uint8Array(3 * width * width).fill(255);
  let seed = 1;
  for (let i = 0; i < 3 * 4000; i++) rgb[i] = (seed = seed * 48271 % 2147483647) % 200;
  assertEquals(indexedPng(rgb, width, width), undefined);
});
