import { assert, assertEquals, assertThrows } from "@std/assert";
import { bar } from "../../../lib/show/plot/bar.ts";
import { heatmap } from "../../../lib/show/plot/heatmap.ts";
import { histogram } from "../../../lib/show/plot/histogram.ts";
import { line, scatter } from "../../../lib/show/plot/line.ts";
import { tensor } from "../../../lib/tensor/create.ts";
import { cpuSeconds } from "../../cpu_time.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

Deno.test("line: numbers, a series, several", () => {
  assertEquals((line([3, 1, 2]).data[0] as Loose).y, [3, 1, 2]);
  const { data, layout } = line([
    { x: [0, 1], y: [1, 2], name: "a", dash: "dot" },
    { x: Float32Array.of(0, 1), y: Float32Array.of(0.1, 0.2), name: "b" },
    [5, 6],
  ]) as Loose;
  assertEquals(data.map(({ mode }: Loose) => mode), ["lines", "lines", "lines"]);
  assertEquals(data[0].line.dash, "dot");
  // A float of 32 bits is 0.10000000149011612: six digits are enough.
  assertEquals(data[1].y, [0.1, 0.2]);
  assertEquals(new Set(data.map(({ line }: Loose) => line.color)).size, 3);
  assertEquals(layout.showlegend, true);
  assertEquals((line([{ y: [1], name: "alone" }]).layout as Loose).showlegend, false);
});

Deno.test("line: what is not finite leaves a gap, also on a logarithmic axis", () => {
  assertEquals((line([1, NaN, 3, Infinity]).data[0] as Loose).y, [1, null, 3, null]);
  const { data, layout } = line({ x: [0, 1, 10], y: [1, -1, 5] }, {
    xLog: true,
    yLog: true,
    xRange: [1, 100],
  }) as Loose;
  assertEquals([data[0].x, data[0].y], [[null, 1, 10], [1, null, 5]]);
  assertEquals([layout.xaxis.type, layout.xaxis.range], ["log", [0, 2]]);
});

Deno.test("line: a point without neighbours is seen as a dot, also in the picture", () => {
  const [trace] = line([3]).data as Loose;
  assertEquals([trace.mode, trace.marker.size], ["lines+markers", [5]]);
  const [gaps] = line([1, NaN, 2, 3, NaN, 4]).data as Loose;
  assertEquals(gaps.marker.size, [5, 0, 0, 0, 0, 5]);
  assertEquals((line([1, NaN, 2, 3, NaN, 4]).svg().match(/<circle/g) ?? []).length, 2);
  const [whole] = line([1, 2]).data as Loose;
  assertEquals([whole.mode, whole.marker], ["lines", undefined]);
});

Deno.test("line: a note says what has no place", () => {
  const notes = (figure: Loose) => (figure.layout.annotations ?? []).map(({ text }: Loose) => text);
  assertEquals(notes(line([NaN, NaN])), ["y: no number that can be drawn"]);
  assertEquals(notes(line([{ y: [1, 2] }, { y: [NaN], name: "diverged" }])), [
    "diverged: no number that can be drawn",
  ]);
  assertEquals(notes(line([-1, -2], { yLog: true })), ["y: no number that can be drawn"]);
  assertEquals(notes(line({ x: [0, 1, 2], y: [1, -1, 5] }, { xLog: true, yLog: true })), [
    "2 at or below 0, not on a logarithmic axis",
  ]);
  assertEquals(notes(line([1, NaN, -3])), []);
});

Deno.test("line: rounding keeps neighbours apart", () => {
  const y = Array.from({ length: 5 }, (_, i) => 1e9 + i * 0.5);
  assertEquals(new Set((line(y).data[0] as Loose).y).size, 5);
  assertEquals((line([62378344, 1e-9 / 3]).data[0] as Loose).y, [62378344, 3.33333e-10]);
});

Deno.test("line: ten million points are thinned, and no peak is lost", () => {
  const y = Float64Array.from({ length: 1e7 }, (_, i) => Math.sin(i / 1e5));
  [y[1_234_567], y[7_654_321], y[5]] = [9, -9, NaN];
  const started = cpuSeconds(), figure = line(y) as Loose;
  assert(cpuSeconds() - started < 6);
  const { x, y: drawn } = figure.data[0];
  assert(drawn.length <= 5000);
  assertEquals([Math.max(...drawn), Math.min(...drawn)], [9, -9]);
  assertEquals(x[drawn.indexOf(9)], 1_234_567);
  const [note] = figure.layout.annotations;
  assertEquals(note.text, `10,000,000 points, ${drawn.length.toLocaleString("en")} drawn`);
});

Deno.test("scatter: points are thinned evenly with what belongs to them", () => {
  const n = 20000, x = Array.from({ length: n }, (_, i) => i);
  const { data } = scatter({ x, y: x, size: x, color: x, text: x.map(String) }) as Loose;
  const [{ marker, ...points }] = data;
  assertEquals(points.x.length, 5000);
  assertEquals([points.x[0], points.x.at(-1)], [0, n - 1]);
  assertEquals(points.text.map(Number), points.x);
  assertEquals(marker.color, points.x);
  assertEquals(marker.showscale, true);
});

Deno.test("line: a trajectory, whose x goes back and forth, keeps its order", () => {
  const n = 6000, x = Array.from({ length: n }, (_, i) => Math.cos(i / 100));
  const { data } = line({ x, y: x.map((_, i) => i) }) as Loose;
  assertEquals(data[0].y, data[0].y.toSorted((a: number, b: number) => a - b));
});

Deno.test("line: numbers alone stand at 0, 1, 2 … on a logarithmic axis too", () => {
  const { xaxis } = line([1, 2, 3, 5], { xLog: true }).layout as Loose;
  assertEquals([xaxis.type, xaxis.exponentformat], ["log", "power"]);
});

Deno.test("line: messages name the function and the argument", () => {
  const bad = (series: Loose, options: Loose = {}) => () => line(series, options);
  assertThrows(
    bad([{ y: [1] }, { x: [1, 2, 3], y: [1, 2] }]),
    TypeError,
    "plot.line: series[1]: y: expected 3 elements as x has, found 2",
  );
  assertThrows(bad([]), RangeError, "plot.line: y: expected at least one number, found none");
  assertThrows(
    bad({ y: [1, "a"] }),
    TypeError,
    'plot.line: series: y[1]: expected a number, found "a"',
  );
  assertThrows(bad("text"), TypeError, "plot.line: series: expected numbers or a series");
  assertThrows(bad([{ y: [1], colour: "red" }]), RangeError, 'did you mean "color"?');
  assertThrows(
    bad([1], { titel: "x" }),
    RangeError,
    'plot.line: unknown option "titel"; did you mean "title"?',
  );
  assertThrows(bad({ y: [1, 2], color: [1, 2] }), TypeError, "use plot.scatter");
  assertThrows(bad({ y: [1], mode: "line" }), RangeError, 'did you mean "lines"?');
  assertThrows(
    bad([1], { xLog: true, xRange: [0, 1] }),
    RangeError,
    "plot.line: xRange: expected positive",
  );
  assertThrows(bad([1], { width: 1e6 }), RangeError, "plot.line: width");
  assertThrows(bad([1], { xLog: "yes" }), TypeError, "plot.line: xLog: expected true or false");
  assertThrows(() => scatter({ y: [1, 2], size: [1] }), TypeError, "plot.scatter: series: size");
});

Deno.test("line: layout is merged last and deeply", () => {
  const { layout } = line([1, 2], {
    title: "old",
    xLabel: "epoch",
    layout: { xaxis: { dtick: 1, title: "step" }, height: 99, title: { text: "new" } },
  }) as Loose;
  assertEquals([layout.xaxis.dtick, layout.xaxis.title.text, layout.height], [1, "step", 99]);
  assertEquals([layout.title.text, layout.title.x], ["new", 0.5]);
  assert(layout.xaxis.gridcolor !== undefined);
});

Deno.test("line: a logarithmic axis has its powers of ten, with 2 and 5 where these are few", () => {
  const ticks = (y: number[], options = {}) => {
    const { dtick, exponentformat } = (line(y, { yLog: true, ...options }).layout as Loose).yaxis;
    return [dtick, exponentformat];
  };
  assertEquals(ticks([1e-5, 0, 1]), [1, "power"]);
  assertEquals(ticks([0.01, 0.5]), ["D2", "power"]);
  assertEquals(ticks([1e-30, 1]), [3, "power"]);
  assertEquals(ticks([2, 9]), [undefined, "power"]);
  // What is shown decides, not what there is.
  assertEquals(ticks([2, 9], { yRange: [1e-3, 10] }), [1, "power"]);
  assertEquals((line([1, 1e6]).layout as Loose).yaxis.dtick, undefined);
});

Deno.test("a tensor in the place of numbers: the message says how to read it", () => {
  const vector = tensor([1, 2]) as Loose, read = "read it first: await tensor.array()";
  for (const draw of [line, scatter, bar, histogram]) {
    assertThrows(() => draw(vector), TypeError, read);
    assertThrows(() => draw([vector]), TypeError, read);
  }
  assertThrows(() => line({ y: vector }), TypeError, "plot.line: series: y: expected a list");
  assertThrows(() => line({ y: vector }), TypeError, read);
  assertThrows(() => heatmap(tensor([[1]]) as Loose), TypeError, read);
  assertThrows(() => line(new BigInt64Array(2) as Loose), TypeError, "found 0n");
});
