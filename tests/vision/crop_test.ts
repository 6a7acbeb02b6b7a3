import { assertEquals, assertThrows } from "@std/assert";
import { centerCrop, cropImage, mirrorImage, tenCrop } from "../../lib/vision/crop.ts";

/** An image whose pixels say where they are: column, row, 7. */
const places = (width: number, height: number) => ({
  width,
  height,
  data: Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => [Math.floor(i / 3) % width, Math.floor(i / 3 / width), 7][i % 3]!,
  ),
});
/** The place of an image's first pixel. */
const corner = ({ data }: { data: Uint8Array }) => [data[0], data[1]];

Deno.test("a crop keeps rows and channels", () => {
  const part = cropImage(places(4, 3), { left: 1, top: 1, width: 2, height: 2 });
  assertEquals([...part.data], [1, 1, 7, 2, 1, 7, 1, 2, 7, 2, 2, 7]);
});

Deno.test("the middle is found as torchvision does: of two, the even margin", () => {
  const margins = (side: number, size: number) => corner(centerCrop(places(side, side), size))[0];
  assertEquals([4, 5, 6, 7, 8, 9].map((side) => margins(side, 4)), [0, 0, 1, 2, 2, 2]);
});

Deno.test("the middle by the other convention: the place is rounded down", () => {
  const margins = [4, 5, 6, 7, 8, 9, 11].map((side) =>
    corner(centerCrop(places(side, side), 4, "nearest"))[0]
  );
  assertEquals(margins, [0, 0, 1, 1, 2, 2, 3]);
});

Deno.test("crops of a height and a width", () => {
  const middle = centerCrop(places(9, 7), [2, 5]);
  assertEquals([middle.height, middle.width, corner(middle)], [2, 5, [2, 2]]);
  const crops = tenCrop(places(6, 5), [4, 3]);
  assertEquals(crops.map(({ height, width }) => [height, width]), Array(10).fill([4, 3]));
  assertEquals(crops.slice(0, 5).map(corner), [[0, 0], [3, 0], [0, 1], [3, 1], [2, 0]]);
});

Deno.test("ten crops: corners, middle, and the same of the mirrored image", () => {
  const crops = tenCrop(places(6, 5), 4);
  assertEquals(crops.map(corner), [
    [0, 0],
    [2, 0],
    [0, 1],
    [2, 1],
    [1, 0],
    [5, 0],
    [3, 0],
    [5, 1],
    [3, 1],
    [4, 0],
  ]);
  assertEquals(crops[5], mirrorImage(crops[1]!));
  assertEquals(mirrorImage(mirrorImage(crops[0]!)), crops[0]);
});

Deno.test("a crop beyond the image is refused", () => {
  assertThrows(
    () => centerCrop(places(3, 9), 4),
    RangeError,
    "do not lie within the image of 3 x 9; resize it before",
  );
});
