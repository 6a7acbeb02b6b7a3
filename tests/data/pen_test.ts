import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawCurve, smooth } from "../../data/pen.ts";
import { glyphs } from "../../data/glyphs.ts";

Deno.test("smooth: goes through every point, straight where they are in line", () => {
  const curve = smooth([[0, 0], [1, 0], [2, 0], [2, 1]], 4);
  for (const [x, y] of [[0, 0], [1, 0], [2, 0], [2, 1]]) {
    assert(curve.some((value, i) => i % 2 === 0 && value === x && curve[i + 1] === y));
  }
  const line = smooth([[0, 0], [1, 2], [2, 4], [3, 6]], 5);
  for (let i = 0; i < line.length; i += 2) assertAlmostEquals(line[i + 1]!, 2 * line[i]!, 1e-12);
});

Deno.test("smooth: a point given twice is a corner, and is drawn once", () => {
  const curve = smooth([[0, 0], [1, 0], [1, 0], [1, 1]], 4);
  const corners = curve.filter((value, i) => i % 2 === 0 && value === 1 && curve[i + 1] === 0);
  assertEquals(corners.length, 1);
  for (let i = 0; i < curve.length; i += 2) {
    assert(curve[i]! <= 1 && curve[i + 1]! >= 0, "no overshoot at the corner");
  }
});

Deno.test("drawCurve: a line's ink is its length times its width", () => {
  const size = 32, ink = new Float32Array(size * size);
  drawCurve(ink, size, [6, 10, 26, 16], 1.5, 1.5, 1);
  const total = ink.reduce((sum, value) => sum + value, 0);
  const expected = Math.hypot(20, 6) * 3 + Math.PI * 1.5 ** 2; // with its two round ends
  assertAlmostEquals(total, expected, 0.03 * expected);
  assert(ink.every((value) => value >= 0 && value <= 1));
  drawCurve(ink, size, [-50, -50, -40, 90], 1, 1, 1); // wholly outside
  assertEquals(ink.reduce((sum, value) => sum + value, 0), total);
});

Deno.test("glyphs: ten digits, every stroke a line within the unit square", () => {
  assertEquals(glyphs.length, 10);
  for (const stroke of glyphs.flat(2)) {
    assert(stroke.length >= 2);
    assert(stroke.flat().every((value) => value >= 0 && value <= 1));
  }
});
