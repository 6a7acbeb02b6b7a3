import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { colorway } from "../../../lib/plotly_svg/color/colors.ts";
import { draw, pathParts, tags, tens, texts, written } from "../read.ts";

const lines = (svg: string) =>
  tags(svg, "path").filter((path) => path["stroke-linejoin"] === "round");

Deno.test("a line goes through its points", () => {
  const svg = draw([{ type: "scatter", mode: "lines", x: [0, 5, 10], y: [0, 10, 5] }], tens);
  const [line] = lines(svg);
  assertEquals(pathParts(line!.d!), [[[50, 120], [150, 20], [250, 70]]]);
  assertEquals([line!.stroke, line!["stroke-width"], line!.fill], [colorway[0], "2", "none"]);
});

Deno.test("missing numbers leave a gap, unless gaps are to be closed", () => {
  const trace = { type: "scatter", mode: "lines", x: [0, 1, 2, 3, 4], y: [1, 2, null, NaN, 3] };
  const parts = pathParts(lines(draw([trace], tens))[0]!.d!);
  assertEquals(parts.map((part) => part.length), [2, 1]);
  const closed = pathParts(lines(draw([{ ...trace, connectgaps: true }], tens))[0]!.d!);
  assertEquals(closed.map((part) => part.length), [3]);
});

Deno.test("lines have their colour, width, dashes and steps", () => {
  const line = { color: "#ff0000", width: 4, dash: "dot", shape: "hv" };
  const [drawn] = lines(
    draw([{ type: "scatter", mode: "lines", x: [0, 10], y: [0, 10], line }], tens),
  );
  assertEquals([drawn!.stroke, drawn!["stroke-width"], drawn!["stroke-dasharray"]], [
    "#ff0000",
    "4",
    "4,4",
  ]);
  assertEquals(pathParts(drawn!.d!), [[[50, 120], [250, 120], [250, 20]]]);
});

Deno.test("a logarithmic axis puts powers of ten at even distances", () => {
  const svg = draw([{ type: "scatter", mode: "lines", x: [1, 2, 3], y: [1, 10, 100] }], {
    xaxis: { range: [1, 3] },
    yaxis: { type: "log", range: [0, 2] },
  });
  assertEquals(pathParts(lines(svg)[0]!.d!), [[[50, 120], [150, 70], [250, 20]]]);
  assertAlmostEquals(written(svg, "10").y - written(svg, "100").y, 50, 1e-9);
});

Deno.test("points have their place, size and colours", () => {
  const marker = { size: [4, 10], color: [0, 1], colorscale: "Greys" };
  const svg = draw([{ type: "scatter", mode: "markers", x: [2, 4], y: [5, 5], marker }], tens);
  assertEquals(tags(svg, "circle"), [
    { cx: "90", cy: "70", r: "2" },
    { cx: "130", cy: "70", r: "5" },
  ]);
  assertEquals(
    tags(svg, "g").flatMap(({ fill }) => fill ?? []).filter((fill) => fill !== "none"),
    ["#000000", "#ffffff"],
  );
});

Deno.test("symbols have their shapes", () => {
  const symbol = ["square", "diamond", "cross", "star", "circle-open"];
  const marker = { symbol, size: 10, color: "#ff0000" };
  const svg = draw([{
    type: "scatter",
    mode: "markers",
    x: [1, 2, 3, 4, 5],
    y: [5, 5, 5, 5, 5],
    marker,
  }], tens);
  assert(tags(svg, "rect").some(({ x, y, width }) => `${x} ${y} ${width}` === "65 65 10"));
  const corners = tags(svg, "path").filter(({ d }) => d!.endsWith("Z"))
    .map(({ d }) => pathParts(d!)[0]!.length);
  assertEquals(corners, [4, 12, 10]);
  const open = tags(svg, "g").find(({ stroke }) => stroke === "#ff0000");
  assertEquals(open!.fill, "none");
});

Deno.test("areas reach down to zero, or to the line before", () => {
  const y = [2, 4], base = { type: "scatter", mode: "lines", x: [0, 10] };
  const svg = draw([
    { ...base, y, fill: "tozeroy", fillcolor: "#111111" },
    { ...base, y: [6, 8], fill: "tonexty", fillcolor: "#222222" },
  ], tens);
  const area = (color: string) =>
    pathParts(tags(svg, "path").find(({ fill }) => fill === color)!.d!)[0];
  assertEquals(area("#111111"), [[50, 100], [250, 80], [250, 120], [50, 120]]);
  assertEquals(area("#222222"), [[50, 60], [250, 40], [250, 80], [50, 100]]);
});

Deno.test("an area of its own is closed, each piece for itself", () => {
  const svg = draw([{
    type: "scatter",
    mode: "none",
    x: [0, 1, 1, null, 4, 5, 5],
    y: [0, 0, 1, null, 4, 4, 5],
    fill: "toself",
    fillcolor: "#333333",
  }], tens);
  const area = tags(svg, "path").find(({ fill }) => fill === "#333333")!;
  assertEquals(area.d!.match(/Z/g)!.length, 2);
  assertEquals(pathParts(area.d!).map((part) => part.length), [3, 3]);
});

Deno.test("texts stand beside their points", () => {
  const svg = draw([{
    type: "scatter",
    mode: "markers+text",
    x: [2, 8],
    y: [5, 5],
    text: ["left of it", "above"],
    textposition: ["middle left", "top center"],
    marker: { size: 10 },
  }], tens);
  const left = written(svg, "left of it"), above = written(svg, "above");
  assertEquals([left.x, left.attributes["text-anchor"]], [90 - 7, "end"]);
  assertEquals(above.x, 210);
  assert(above.y < 65, `the text ends at ${above.y}, the point begins at 65`);
});

Deno.test("what only the legend shows is not drawn", () => {
  const svg = draw([{
    type: "scatter",
    x: [1],
    y: [1],
    mode: "text",
    text: ["no"],
    visible: "legendonly",
  }], tens);
  assert(!texts(svg).some(({ text }) => text === "no"));
});

Deno.test("discs of many sizes have a white edge and can be seen through, as in Plotly", () => {
  const disc = (marker: object) =>
    draw([{ type: "scatter", mode: "markers", x: [1, 2], y: [1, 2], marker }], tens);
  const bubbles = disc({ size: [10, 20], color: "#00ff00" });
  const [look] = tags(bubbles, "g").filter(({ fill }) => fill === "#00ff00");
  assertEquals([look!.stroke, look!["fill-opacity"]], ["#ffffff", "0.7"]);
  const plain = disc({ size: [10, 20], color: "#00ff00", opacity: 1, line: { width: 0 } });
  const [other] = tags(plain, "g").filter(({ fill }) => fill === "#00ff00");
  assertEquals([other!.stroke, other!["fill-opacity"]], [undefined, undefined]);
});
