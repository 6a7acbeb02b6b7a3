import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { histogram } from "../../../lib/show/plot/histogram.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

Deno.test("histogram: each number is counted in its bin, the upper end in the last", () => {
  const { data } = histogram([0, 0.5, 1, 1.5, 2], { bins: 2 }) as Loose;
  assertEquals([data[0].x, data[0].y, data[0].width], [[0.5, 1.5], [2, 3], [1, 1]]);
});

Deno.test("histogram: bins of given edges, and what lies outside", () => {
  const { data, layout } = histogram([-1, 0, 1, 2, 3, NaN], { bins: [0, 1, 3] }) as Loose;
  assertEquals([data[0].y, data[0].width], [[1, 3], [1, 2]]);
  assertEquals(layout.annotations[0].text, "2 of 6 values outside");
});

Deno.test("histogram: whole numbers have a bin each", () => {
  const { data } = histogram([3, 3, 5]) as Loose;
  assertEquals([data[0].x, data[0].y], [[3, 4, 5], [2, 0, 1]]);
});

Deno.test("histogram: the area of a density is 1", () => {
  const values = Float32Array.from({ length: 999 }, (_, i) => Math.sin(i) ** 3);
  const { data } = histogram(values, { density: true }) as Loose;
  const { y, width } = data[0];
  const area = y.reduce((sum: number, height: number, i: number) => sum + height * width[i], 0);
  assertAlmostEquals(area, 1, 1e-6);
});

Deno.test("histogram: several kinds share their bins", () => {
  const { data, layout } = histogram([
    { values: [0, 1], name: "a" },
    { values: [9, 10], name: "b" },
  ], { bins: 10 }) as Loose;
  assertEquals(data[0].x, data[1].x);
  assertEquals([data[0].y[0], data[1].y.at(-1)], [1, 2]);
  assertEquals(layout.barmode, "overlay");
});

Deno.test("histogram: equal numbers are in one bin", () => {
  const { data } = histogram([0.1, 0.1, 0.1], { bins: 3 }) as Loose;
  assertEquals(data[0].y, [0, 3, 0]);
});

Deno.test("histogram: messages name the function and the argument", () => {
  assertThrows(() => histogram([NaN]), RangeError, "plot.histogram: expected finite numbers");
  assertThrows(() => histogram([1], { bins: 0 }), RangeError, "plot.histogram: bins");
  assertThrows(() => histogram([1], { bins: [1, 1] }), RangeError, "edges that rise");
  assertThrows(
    () => histogram([{ values: [], name: "a" }]),
    RangeError,
    "plot.histogram: series[0]: values",
  );
});
