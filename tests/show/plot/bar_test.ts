import { assert, assertEquals, assertThrows } from "@std/assert";
import { bar } from "../../../lib/show/plot/bar.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

Deno.test("bar: labels, texts and colours", () => {
  const { data, layout } = bar([28.2, 15.3], { labels: [2010, 2012], text: 1 }) as Loose;
  assertEquals([data[0].x, data[0].y], [["2010", "2012"], [28.2, 15.3]]);
  assertEquals(data[0].text, ["28.2", "15.3"]);
  // Years are names here, not numbers on an axis.
  assertEquals(layout.xaxis.type, "category");
  assertEquals(layout.yaxis.range[0], 0);
  assert(layout.yaxis.range[1] > 30, "the text above the bar has room");
  assertEquals((bar([1, 2]).data[0] as Loose).x, ["0", "1"]);
});

Deno.test("bar: lying bars begin on top", () => {
  const { data, layout } = bar([1, 2], { labels: ["a", "b"], horizontal: true }) as Loose;
  assertEquals([data[0].orientation, data[0].x, data[0].y], ["h", [1, 2], ["a", "b"]]);
  assertEquals(layout.yaxis.autorange, "reversed");
});

Deno.test("bar: several series side by side or on each other", () => {
  const series = [{ y: [1, 2], name: "a" }, { y: [3, 4], name: "b", text: ["x", "y"] }];
  assertEquals((bar(series).layout as Loose).barmode, "group");
  const { data, layout } = bar(series, { stacked: true }) as Loose;
  assertEquals([layout.barmode, layout.showlegend], ["stack", true]);
  assertEquals(data[1].text, ["x", "y"]);
});

Deno.test("bar: long labels are turned and have room", () => {
  const labels = Array.from({ length: 20 }, (_, i) => `class number ${i}`);
  const { layout } = bar(labels.map((_, i) => i), { labels }) as Loose;
  assertEquals(layout.xaxis.tickangle, -45);
  assertEquals(layout.margin.b > 60, true);
  assert(layout.margin.l < 80, `${layout.margin.l} pixels at the left`);
  const longer = labels.map((label) => `the first of all, ${label}`);
  const { margin } = (bar(labels.map((_, i) => i), { labels: longer }) as Loose).layout;
  assert(margin.l > 100 && margin.l < 160, `${margin.l} pixels at the left`);
});

Deno.test("bar: messages name the function and the argument", () => {
  const bad = (values: Loose, options: Loose = {}) => () => bar(values, options);
  assertThrows(bad([1, 2], { labels: ["a"] }), TypeError, "plot.bar: labels: expected 2");
  assertThrows(bad([]), RangeError, "plot.bar: y: expected at least one number");
  assertThrows(bad([{ y: [1, 2] }, { y: [1] }]), TypeError, "plot.bar: series[1]");
  assertThrows(bad([{ y: [1, 2], color: ["red"] }]), TypeError, "plot.bar: series[0]: color");
  assertThrows(
    bad([1, 2, 3], { labels: ["conv", "pool", "conv"] }),
    RangeError,
    'plot.bar: labels: expected another label for each bar, found "conv" twice',
  );
  assertThrows(
    bad(new Float32Array(1e6)),
    RangeError,
    "plot.bar: y: expected at most 2,000 bars, found 1,000,000; plot.histogram",
  );
  assertThrows(bad([1], { stack: true }), RangeError, 'did you mean "stacked"?');
});

Deno.test("bar: a logarithmic length has its powers of ten, whichever way it goes", () => {
  const { layout } = bar([1, 1000], { yLog: true }) as Loose;
  assertEquals([layout.yaxis.dtick, layout.xaxis.dtick], [1, undefined]);
  const lying = bar([1, 1000], { xLog: true, horizontal: true }) as Loose;
  assertEquals([lying.layout.xaxis.dtick, lying.layout.yaxis.dtick], [1, undefined]);
});
