import { assert, assertEquals, assertThrows } from "@std/assert";
import { crc32 } from "node:zlib";
import { dataUrl } from "../../lib/show/bundle.ts";
import { type Channels, encodePng, pngSize } from "../../lib/plotly_svg/png.ts";
import { decodePng } from "./decode_png.ts";

const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * i * 31 + i * 7) % 251);
const slope = (length: number) => Uint8Array.from({ length }, (_, i) => i / 9);

for (const channels of [1, 3, 4] as Channels[]) {
  for (const [name, pixels] of Object.entries({ noise, slope })) {
    Deno.test(`a PNG of ${channels} channels gives its pixels back: ${name}`, () => {
      const [width, height] = [13, 7];
      const data = pixels(width * height * channels);
      const image = decodePng(encodePng(data, width, height, channels));
      assertEquals([image.width, image.height, image.channels], [width, height, channels]);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const at = (y * width + x) * channels;
          assertEquals(image.at(y, x), [...data.subarray(at, at + channels)]);
        }
      }
    });
  }
}

Deno.test("a smooth picture is stored as differences, which take less", () => {
  const smooth = Uint8Array.from({ length: 200 * 200 }, (_, i) => (i % 200) / 2 + i / 400);
  const ragged = Uint8Array.from({ length: 200 * 200 }, (_, i) => (i * i * 31 + i * 7) % 251);
  assert(encodePng(smooth, 200, 200, 1).length < encodePng(ragged, 200, 200, 1).length / 4);
});

Deno.test("every chunk has its checksum", () => {
  const file = encodePng(noise(12), 2, 2, 3);
  const view = new DataView(file.buffer);
  const types = [];
  for (let at = 8; at < file.length;) {
    const length = view.getUint32(at);
    types.push(new TextDecoder().decode(file.subarray(at + 4, at + 8)));
    assertEquals(view.getUint32(at + 8 + length), crc32(file.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  assertEquals(types, ["IHDR", "IDAT", "IEND"]);
});

Deno.test("a picture whose size does not fit its pixels is refused", () => {
  assertThrows(
    () => encodePng([1, 2, 3], 2, 2, 1),
    TypeError,
    "expected 2 x 2 x 1, found 3 values",
  );
  assertThrows(() => encodePng([], 0, 0, 1), TypeError, "encodePng: pixels");
});

Deno.test("the size of a PNG is read from its bytes or its URL", () => {
  const file = encodePng(noise(300 * 2), 300, 2, 1);
  assertEquals(pngSize(file), { width: 300, height: 2 });
  assertEquals(pngSize(dataUrl("image/png", file)), { width: 300, height: 2 });
  assertEquals(pngSize("https://example.org/a.png"), undefined);
  assertEquals(pngSize(new Uint8Array(40)), undefined);
});
