import { assertEquals, assertThrows } from "@std/assert";
import { resizeImage, resizeShorterSide } from "../../lib/vision/resize_image.ts";
import { centerCrop, cropImage, mirrorImage } from "../../lib/vision/crop.ts";
import type { ByteImage } from "../../lib/vision/image.ts";
import { bytesOf, pillow } from "./pillow.ts";

for (const { height, width, data, size, ...expected } of pillow.resized) {
  for (const filter of ["bilinear", "bicubic"] as const) {
    Deno.test(`${width}x${height} to ${size[1]}x${size[0]}, ${filter}, as Pillow`, () => {
      const image = resizeImage({ height, width, data: bytesOf(data) }, size, filter);
      assertEquals([image.height, image.width], [...size]);
      assertEquals(image.data, bytesOf(expected[filter]));
    });
  }
}

const blank = (width: number, height: number) => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(200),
});

Deno.test("the shorter side decides, the longer is rounded down", () => {
  const size = (width: number, height: number, side: number) => {
    const image = resizeShorterSide(blank(width, height), side);
    return [image.width, image.height];
  };
  assertEquals(size(500, 375, 256), [341, 256]);
  assertEquals(size(375, 500, 256), [256, 341]);
  assertEquals(size(1, 1, 8), [8, 8]);
  assertEquals(size(1, 3, 2), [2, 6]);
});

Deno.test("the longer side, rounded down or to the nearest: sizes that Python computed", () => {
  // int(256 * long / short) and round(256 * long / short).
  const sizes = [
    [500, 375, 341, 341],
    [500, 333, 384, 384],
    [640, 426, 384, 385],
    [1024, 683, 383, 384],
    [767, 512, 383, 384],
    [765, 512, 382, 382],
    [257, 256, 257, 257],
    [300, 299, 256, 257],
  ] as const;
  for (const [long, short, down, nearest] of sizes) {
    const image = blank(long, short), upright = blank(short, long);
    const sides = ({ width, height }: typeof image) => [width, height];
    assertEquals(sides(resizeShorterSide(image, 256)), [down, 256]);
    assertEquals(sides(resizeShorterSide(upright, 256)), [256, down]);
    assertEquals(sides(resizeShorterSide(image, 256, "bilinear", "nearest")), [nearest, 256]);
    assertEquals(sides(resizeShorterSide(upright, 256, "bilinear", "nearest")), [256, nearest]);
  }
});

Deno.test("an even area stays even", () => {
  for (const filter of ["bilinear", "bicubic"] as const) {
    const { data } = resizeImage(blank(31, 17), [9, 50], filter);
    assertEquals(data.every((byte) => byte === 200), true);
  }
});

Deno.test("bad sizes, filters and images are refused", () => {
  assertThrows(
    () => resizeImage(blank(2, 2), [0, 2]),
    RangeError,
    "size: expected an integer from 1 to 65535, found 0",
  );
  assertThrows(() => resizeImage(blank(2, 2), [2, 1.5]), RangeError, "found 1.5");
  assertThrows(
    () => resizeImage(blank(2, 2), [1, 1], "nearest" as "bilinear"),
    RangeError,
    'expected "bilinear" or "bicubic", found "nearest"',
  );
  assertThrows(
    () => resizeImage({ ...blank(2, 2), width: 3 }, [1, 1]),
    TypeError,
    "found 3 x 2 with 12 bytes",
  );
});

Deno.test("grey images are resized, cropped and mirrored as each channel of a colour image", () => {
  const [width, height] = [7, 5];
  const grey = {
    width,
    height,
    data: Uint8Array.from({ length: width * height }, (_, i) => (i * 37) % 256),
  };
  const three = { ...grey, data: new Uint8Array([...grey.data].flatMap((x) => [x, x, x])) };
  for (
    const change of [
      (image: ByteImage) => resizeImage(image, [3, 4]),
      (image: ByteImage) => resizeImage(image, [9, 7], "bicubic"),
      (image: ByteImage) => resizeShorterSide(image, 8),
      (image: ByteImage) => cropImage(image, { left: 2, top: 1, width: 4, height: 3 }),
      (image: ByteImage) => centerCrop(image, 3),
      mirrorImage,
    ]
  ) {
    const expected = change(three);
    assertEquals(change(grey), {
      ...expected,
      data: expected.data.filter((_, i) => i % 3 === 0),
    });
  }
});
