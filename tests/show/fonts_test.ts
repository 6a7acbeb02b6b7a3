import { assertEquals } from "@std/assert";
import { lettersIn } from "../../lib/show/fonts.ts";

/** A font that consists of its table "cmap" with one map. */
function fontOf(map: number[]): Uint8Array {
  const bytes = new Uint8Array(12 + 16 + 12 + map.length), view = new DataView(bytes.buffer);
  view.setUint16(4, 1); // tables
  bytes.set(new TextEncoder().encode("cmap"), 12);
  view.setUint32(12 + 8, 28); // where it begins
  view.setUint16(28 + 2, 1); // maps
  view.setUint32(28 + 8, 12); // where the map begins, within the table
  bytes.set(map, 40);
  return bytes;
}

const shorts = (...numbers: number[]) => numbers.flatMap((n) => [n >> 8, n & 255]);
const longs = (...numbers: number[]) => numbers.flatMap((n) => shorts(n >>> 16, n & 0xffff));
const known = (font: Uint8Array, letters: readonly number[]) => letters.filter(lettersIn(font));

Deno.test("letters of a font's map of short numbers: ends, then starts", () => {
  const map = shorts(4, 0, 0, 2 * 2, 0, 0, 0, 0x7e, 0x3c9, 0, 0x20, 0x3b1);
  assertEquals(known(fontOf(map), [0x1f, 0x20, 0x41, 0x7e, 0x7f, 0x3b0, 0x3b1, 0x3c9, 0x3ca]), [
    0x20,
    0x41,
    0x7e,
    0x3b1,
    0x3c9,
  ]);
});

Deno.test("letters of a font's map of long numbers: groups from a first to a last", () => {
  const map = [...shorts(12, 0), ...longs(0, 0, 2, 0x2207, 0x2207, 1, 0x1d44e, 0x1d467, 2)];
  assertEquals(known(fontOf(map), [0x2206, 0x2207, 0x2208, 0x1d44d, 0x1d450, 0x1d467]), [
    0x2207,
    0x1d450,
    0x1d467,
  ]);
});

Deno.test("a file without a map of letters has none", () => {
  assertEquals(known(new Uint8Array(12), [65]), []);
});
