import { assert, assertEquals, assertThrows } from "@std/assert";
import { confusionMatrix } from "../../../lib/evaluate/confusion.ts";
import { confusion } from "../../../lib/show/plot/confusion.ts";
import { heatmap } from "../../../lib/show/plot/heatmap.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

Deno.test("heatmap: rows from the top, colours from the least to the greatest", () => {
  const { data, layout } = heatmap([[1, 2], [3, NaN]]) as Loose;
  assertEquals(data[0].z, [[1, 2], [3, null]]);
  assertEquals([data[0].zmin, data[0].zmax], [1, 3]);
  assertEquals(layout.yaxis.autorange, "reversed");
});

Deno.test("heatmap: 0 in the middle, numbers in the cells, labels at the axes", () => {
  const { data, layout } = heatmap([[0.123, -4]], {
    symmetric: true,
    annotate: 1,
    xLabels: ["a", "b"],
    yLabels: ["row"],
  }) as Loose;
  assertEquals([data[0].zmin, data[0].zmax, data[0].colorscale[2]], [-4, 4, [0.5, "#ffffff"]]);
  assertEquals(data[0].text, [["0.1", "-4.0"]]);
  assertEquals([layout.xaxis.tickvals, layout.xaxis.ticktext], [[0, 1], ["a", "b"]]);
  assertEquals(layout.yaxis.ticktext, ["row"]);
});

Deno.test("heatmap: a large matrix is averaged, and says so", () => {
  const rows = Array.from(
    { length: 4 },
    (_, i) => Float32Array.from({ length: 2001 }, (_, j) => i + j),
  );
  rows[0]![1] = NaN;
  const { data, layout } = heatmap(rows) as Loose;
  assertEquals([data[0].z.length, data[0].z[0].length], [4, 667]);
  assertEquals(data[0].z[1].slice(0, 2), [2, 5]); // means of 1, 2, 3 and of 4, 5, 6
  assertEquals(data[0].z[0][0], 1); // of 0 and 2, without the NaN
  assertEquals(data[0].x.slice(0, 2), [1, 4]);
  assertEquals(layout.annotations[0].text, "4 x 2,001 cells, averaged to 4 x 667");
});

Deno.test("heatmap: equal numbers have a colour", () => {
  const { data } = heatmap([[2, 2]]) as Loose;
  assert(data[0].zmin < 2 && data[0].zmax > 2);
});

Deno.test("heatmap: labels that would overlap are left out evenly, whatever the margins take", () => {
  const labels = Array.from({ length: 30 }, (_, i) => `a label that is long ${i}`);
  const matrix = labels.map(() => labels.map((_, i) => i));
  const { layout } = heatmap(matrix, { xLabels: labels, yLabels: labels, xLabel: "x" }) as Loose;
  const { l, b } = layout.margin, { tickvals } = layout.yaxis;
  assert(b > 100 && l > 100);
  // 24 pixels above the matrix, 14 for a line of text.
  assert(tickvals.length <= (400 - 24 - b) / 14, `${tickvals.length} labels`);
  assertEquals(
    new Set(tickvals.map((at: number, i: number) => at - i * tickvals[1])),
    new Set([0]),
  );
  assertEquals(layout.yaxis.ticktext[1], labels[tickvals[1]]);
});

Deno.test("heatmap: messages name the function and the argument", () => {
  const bad = (matrix: Loose, options: Loose = {}) => () => heatmap(matrix, options);
  assertThrows(bad([[1], [1, 2]]), TypeError, "plot.heatmap: matrix[1]");
  assertThrows(bad([]), TypeError, "plot.heatmap: matrix: expected rows of numbers");
  assertThrows(bad([[NaN]]), RangeError, "plot.heatmap: matrix: expected finite numbers");
  assertThrows(bad([[1]], { xLabels: ["a", "b"] }), TypeError, "plot.heatmap: xLabels: expected 1");
  assertThrows(bad([[1]], { zMin: 3 }), RangeError, "plot.heatmap: zMin");
});

Deno.test("confusion: counts, and shares of each row", () => {
  const matrix = confusionMatrix([0, 0, 1, 1, 1, 1], [0, 1, 1, 1, 1, 1], 3);
  const { data } = confusion(matrix) as Loose;
  assertEquals(data[0].z, [[1, 1, 0], [0, 4, 0], [0, 0, 0]]);
  assertEquals(data[0].text[1], ["0", "4", "0"]);
  const shares = confusion(matrix, { normalize: true, classes: ["a", "b", "c"] }) as Loose;
  assertEquals(shares.data[0].z, [[0.5, 0.5, 0], [0, 1, 0], [0, 0, 0]]);
  assertEquals(shares.data[0].text[0], ["50%", "50%", ""]);
  assertEquals(shares.layout.xaxis.ticktext, ["a", "b", "c"]);
});

Deno.test("confusion: messages name the function and the argument", () => {
  assertThrows(() => confusion([[1, 2]]), TypeError, "plot.confusion: matrix[0]");
  assertThrows(
    () => confusion([[1, 2], [3, 4]], { classes: ["a"] }),
    TypeError,
    "plot.confusion: classes: expected 2",
  );
});
