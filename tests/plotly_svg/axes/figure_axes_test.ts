import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { pngUrl } from "../../../lib/plotly_svg/png.ts";
import { draw, pathParts, tags, tens, texts, written } from "../read.ts";

const line = (x: unknown[], y: unknown[], extra = {}) => ({
  type: "scatter",
  mode: "lines",
  x,
  y,
  ...extra,
});

/** The places of all lines of a figure. */
const paths = (svg: string) =>
  tags(svg, "path").filter((path) => path["stroke-linejoin"] === "round").flatMap(({ d }) =>
    pathParts(d!)
  );

Deno.test("lines reach from side to side, with a twentieth free above and below", () => {
  assertEquals(paths(draw([line([3, 7], [1, 2])])), [[[50, 115], [250, 25]]]);
});

Deno.test("points have space on all sides, the more the larger they are", () => {
  const [small] = tags(
    draw([{ type: "scatter", mode: "markers", x: [0, 1], y: [0, 1] }]),
    "circle",
  );
  const marker = { size: 32 };
  const [large] = tags(
    draw([{ type: "scatter", mode: "markers", x: [0, 1], y: [0, 1], marker }]),
    "circle",
  );
  // A twentieth of 200 pixels, and 1 / 1.6 of the size, as in Plotly.
  assertAlmostEquals(Number(small!.cx), 50 + 10 + 3.75, 0.01);
  assertAlmostEquals(Number(large!.cx), 50 + 10 + 20, 0.01);
});

Deno.test("bars and areas begin at zero", () => {
  const bar = draw([{ type: "bar", x: [1, 2], y: [4, 5] }]);
  assertEquals(written(bar, "0").attributes["text-anchor"], "end");
  const area = draw([line([0, 1], [4, 5], { fill: "tozeroy" })]);
  assert(texts(area).some(({ text, x }) => text === "0" && x < 50));
});

Deno.test("one value has space around it", () => {
  assertEquals(paths(draw([line([1, 2], [5, 5])])), [[[50, 70], [250, 70]]]);
});

Deno.test("an axis can go down, or the other way around", () => {
  const down = draw([line([0, 1], [0, 1])], { yaxis: { autorange: "reversed" } });
  assertEquals(paths(down), [[[50, 25], [250, 115]]]);
  const back = draw([line([0, 10], [0, 10])], {
    xaxis: { range: [10, 0] },
    yaxis: { range: [0, 10] },
  });
  assertEquals(paths(back), [[[250, 120], [50, 20]]]);
});

Deno.test("half a range is completed by the data", () => {
  const svg = draw([line([0, 4], [1, 2])], { xaxis: { range: [null, 8] } });
  assertEquals(paths(svg)[0]!.map(([x]) => x), [50, 150]);
});

Deno.test("names stand in the order in which they come, unless another is given", () => {
  const trace = line(["b", "a", "c"], [1, 2, 3]);
  const names = (svg: string) =>
    texts(svg).filter(({ text }) => /[abc]/.test(text)).map(({ text }) => text);
  assertEquals(names(draw([trace])), ["b", "a", "c"]);
  assertEquals(names(draw([trace], { xaxis: { categoryarray: ["a", "b", "c"] } })), [
    "a",
    "b",
    "c",
  ]);
  // Numbers are names where the axis says so.
  assertEquals(written(draw([line([10, 3], [1, 2])], { xaxis: { type: "category" } }), "3").x, 250);
});

Deno.test("a figure has several panels, each with its axes", () => {
  const svg = draw([line([0, 1], [0, 1]), line([0, 1], [0, 1], { xaxis: "x2", yaxis: "y2" })], {
    xaxis: { domain: [0, 0.4] },
    xaxis2: { domain: [0.6, 1], anchor: "y2", title: { text: "right" } },
    yaxis2: { anchor: "x2", domain: [0.5, 1] },
  });
  assertEquals(paths(svg), [[[50, 115], [130, 25]], [[170, 67.5], [250, 22.5]]]);
  assertEquals(written(svg, "right").x, 210);
  const labels = texts(svg).filter(({ attributes }) => attributes["text-anchor"] === "end");
  assertEquals([...new Set(labels.map(({ x }) => x))], [47, 167]);
});

Deno.test("a unit is as long up as across where the scales are tied", () => {
  const layout = { yaxis: { scaleanchor: "x", range: [0, 1] }, xaxis: { range: [0, 1] } };
  const [ranges] = paths(draw([line([0, 1], [0, 1])], layout));
  assertEquals(ranges, [[100, 120], [200, 20]]);
  // The range grows, or the axis shrinks.
  const shrunk = { ...layout, xaxis: { range: [0, 1], constrain: "domain" } };
  const svg = draw([line([0, 1], [0, 1])], { ...shrunk, plot_bgcolor: "#fafafa" });
  assertEquals(paths(svg)[0], [[100, 120], [200, 20]]);
  const ground = tags(svg, "rect").find(({ fill }) => fill === "#fafafa")!;
  assertEquals([ground.x, ground.width], ["100", "100"]);
});

Deno.test("an image has square pixels, its first row on top", () => {
  const source = pngUrl([0, 50, 100, 150, 200, 250], 3, 2, 1);
  const svg = draw([{ type: "image", source }]);
  const [image] = tags(svg, "image");
  assertEquals([image!.width, image!.height], ["150", "100"]);
  assert(svg.includes('transform="translate(75 20)"'), svg);
  assert(svg.includes("image-rendering:pixelated"));
});

Deno.test("ticks and their texts can be given", () => {
  const svg = draw([line([0, 10], [0, 10])], {
    ...tens,
    xaxis: { range: [0, 10], tickvals: [1, 9], ticktext: ["one", "nine"] },
  });
  assertEquals([written(svg, "one").x, written(svg, "nine").x], [70, 230]);
  const percent = draw([line([0, 1], [0, 1])], {
    yaxis: { tickformat: ".0%", range: [0, 1], nticks: 3 },
  });
  assertEquals(written(percent, "50%").attributes["text-anchor"], "end");
});

Deno.test("what is hidden is not drawn", () => {
  const hidden = { range: [0, 10], visible: false };
  assertEquals(texts(draw([line([0, 10], [0, 10])], { xaxis: hidden, yaxis: hidden })), []);
  const bare = { range: [0, 10], showticklabels: false, showgrid: false, zeroline: false };
  const svg = draw([line([0, 10], [0, 10])], { xaxis: bare, yaxis: bare });
  assertEquals(tags(svg, "path").length, 1);
});

Deno.test("long names turn, and margins grow for them", () => {
  const names = ["a rather long name", "another long name", "a third long one", "and a fourth one"];
  const svg = draw([{ type: "bar", x: names, y: [1, 2, 3, 4] }]);
  const name = written(svg, names[0]!);
  assert(name.attributes.transform!.startsWith("rotate("), "turned");
  const side = draw([{ type: "bar", orientation: "h", y: names, x: [1, 2, 3, 4] }], {
    plot_bgcolor: "#fafafa",
  });
  const ground = tags(side, "rect").find(({ fill }) => fill === "#fafafa")!;
  assert(Number(ground.x) > 95, `the plot begins at ${ground.x}`);
});

Deno.test("axes may lie at the other side, with a line of their own", () => {
  const svg = draw([line([0, 10], [0, 10])], {
    xaxis: { range: [0, 10], side: "top", showline: true, linecolor: "#ff0000", mirror: true },
    yaxis: { range: [0, 10], side: "right", title: { text: "up" } },
  });
  assert(texts(svg).some(({ text, y }) => text === "10" && y < 20));
  assert(written(svg, "up").x > 250);
  const edge = svg.slice(svg.indexOf('stroke="#ff0000"'));
  assertEquals(tags(edge, "path").slice(0, 2).map(({ d }) => d), [
    "M50,20L250,20",
    "M50,120L250,120",
  ]);
});

Deno.test("axes without a trace hold shapes", () => {
  const shape = { type: "line", x0: 0, y0: 0, x1: 10, y1: 10, line: { color: "#ff0000" } };
  const svg = draw([], { ...tens, shapes: [shape] });
  assertEquals(tags(svg, "path").find(({ stroke }) => stroke === "#ff0000")!.d, "M50,120L250,20");
});

Deno.test("a logarithmic axis writes and places its powers of ten as the layout says", () => {
  const log = { type: "log", range: [-6, 0], exponentformat: "power" };
  const numbers = (dtick: number | string) =>
    texts(draw([line([1, 1], [1, 1])], { xaxis: { ...log, dtick }, yaxis: { visible: false } }))
      .map(({ text }) => text);
  assertEquals(numbers(2), ["10−6", "10−4", "10−2", "1"]);
  assertEquals(numbers("D2").slice(0, 4), ["10−6", "2", "5", "10−5"]);
});
