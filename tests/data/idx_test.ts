import { assertEquals, assertThrows } from "@std/assert";
import { readIdx } from "../../data/idx.ts";

const header = (type: number, ...shape: number[]) => [
  0,
  0,
  type,
  shape.length,
  ...shape.flatMap((size) => [size >>> 24, size >>> 16 & 255, size >>> 8 & 255, size & 255]),
];

Deno.test("readIdx: shape and values", () => {
  const bytes = Uint8Array.of(...header(8, 2, 1, 3), 1, 2, 3, 4, 5, 6);
  const { shape, data } = readIdx(bytes, "images");
  assertEquals(shape, [2, 1, 3]);
  assertEquals(data, Uint8Array.of(1, 2, 3, 4, 5, 6));
  assertEquals(data.buffer, bytes.buffer, "a view: nothing is allocated");
  const inside = Uint8Array.of(9, ...header(8, 1), 7).subarray(1);
  assertEquals(readIdx(inside, "labels").data, Uint8Array.of(7));
});

Deno.test("readIdx: malformed files are refused, whatever their header claims", () => {
  const refused: [number[], string][] = [
    [[], "begins with 00 00 08, found no bytes"],
    [[0, 0], "found 00 00"],
    [[0x1f, 0x8b, 8, 1, 0, 0, 0, 0], "found 1f 8b 08 01"],
    [header(13, 1), "unsigned bytes (type 8), found type 13"],
    [header(8), "at least 1 axis"],
    [[0, 0, 8, 3, 0, 0, 0, 1], "(16 bytes for 3), found 8 bytes"],
    [[0, 0, 8, 255, 0, 0, 0, 1], "(1024 bytes for 255), found 8 bytes"],
    [
      [...header(8, 3), 1, 2],
      "expected 11 bytes, as its header says ([3]), found 10: the file is truncated",
    ],
    [
      [...header(8, 2), 1, 2, 3],
      "expected 10 bytes, as its header says ([2]), found 11: the file is too long",
    ],
    [[...header(8, 0xffffffff, 0xffffffff, 0xffffffff), 1], "truncated"],
    [[...header(8, 0xffffffff), 1], "expected 4294967303 bytes"],
  ];
  for (const [bytes, message] of refused) {
    assertThrows(() => readIdx(Uint8Array.from(bytes), "x-images"), SyntaxError, message);
    assertThrows(() => readIdx(Uint8Array.from(bytes), "x-images"), SyntaxError, "x-images: ");
  }
});
