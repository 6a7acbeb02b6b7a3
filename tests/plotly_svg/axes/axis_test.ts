import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Axis, lengthOf, linear, pixelOf } from "../../../lib/plotly_svg/axes/axis.ts";

const axis = (extra: Partial<Axis> = {}): Axis => ({
  id: "x",
  letter: "x",
  layout: {},
  usual: {},
  type: "linear",
  categories: [],
  domain: [0, 1],
  range: [0, 10],
  pixels: [100, 300],
  ...extra,
});

const place = (axis: Axis, value: unknown) => pixelOf(axis, linear(axis, value));

Deno.test("values become pixels, from either end", () => {
  assertEquals([0, 5, 10, 11].map((value) => place(axis(), value)), [100, 200, 300, 320]);
  assertEquals(place(axis({ range: [10, 0] }), 2), 260);
  assertEquals(place(axis({ pixels: [300, 100] }), 2), 260);
  assertEquals(lengthOf(axis({ pixels: [300, 100] })), 200);
});

Deno.test("a logarithmic axis grows by powers of ten, and has no place for zero", () => {
  const log = axis({ type: "log", range: [-2, 2] });
  for (const [i, value] of [0.01, 0.1, 1, 10, 100].entries()) {
    assertAlmostEquals(place(log, value), 100 + 50 * i, 1e-9);
  }
  assert(Number.isNaN(place(log, 0)));
  assert(Number.isNaN(place(log, -1)));
});

Deno.test("names have the place of their number", () => {
  const names = axis({ type: "category", categories: ["cat", "dog"], range: [-0.5, 1.5] });
  assertEquals([place(names, "cat"), place(names, "dog"), place(names, 0.5)], [150, 250, 200]);
  assert(Number.isNaN(place(names, "bird")));
});

Deno.test("what is no number has no place", () => {
  for (const value of [null, undefined, NaN, Infinity, "", "x", {}]) {
    assert(Number.isNaN(linear(axis(), value)), String(value));
  }
  assertEquals(linear(axis(), "2.5"), 2.5);
});
