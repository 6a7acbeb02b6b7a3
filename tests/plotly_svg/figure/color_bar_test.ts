import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { renderPng } from "../../../lib/show/raster.ts";
import { decodePng } from "../decode_png.ts";
import { draw, tags, texts, written } from "../read.ts";

const heat = { type: "heatmap", z: [[0, 10]], colorscale: "Greys" };

Deno.test("a heat map has a bar beside it, and room for the bar", async () => {
  const svg = draw([heat], { plot_bgcolor: "#fafafa" });
  const ground = tags(svg, "rect").find(({ fill }) => fill === "#fafafa")!;
  const bar = tags(svg, "rect").find(({ fill }) => fill?.startsWith("url("))!;
  assert(Number(bar.x) > Number(ground.x) + Number(ground.width));
  const right = Math.max(...texts(svg).map(({ x }) => x));
  assert(right < 290, `the last text begins at ${right}`);
  const image = decodePng(await renderPng(svg, 1));
  const x = Math.round(Number(bar.x) + 10), top = Number(bar.y), height = Number(bar.height);
  for (const part of [0.25, 0.5, 0.75]) {
    assertAlmostEquals(image.at(Math.round(top + part * height), x)[0]!, 255 * (1 - part), 6);
  }
});

Deno.test("its numbers stand beside their colours", () => {
  const svg = draw([{ ...heat, zmin: -10, zmax: 10 }]);
  const bar = tags(svg, "rect").find(({ fill }) => fill?.startsWith("url("))!;
  const middle = Number(bar.y) + Number(bar.height) / 2;
  const zero = texts(svg).filter(({ text, x }) => text === "0" && x > Number(bar.x));
  assertAlmostEquals(zero[0]!.y - 0.36 * 12, middle, 0.1);
});

Deno.test("its title and its ticks can be given", () => {
  const colorbar = { title: { text: "count" }, tickvals: [0, 5], ticktext: ["none", "half"] };
  const svg = draw([{ ...heat, colorbar }]);
  assert(written(svg, "count").y < written(svg, "half").y);
  assert(written(svg, "half").y < written(svg, "none").y);
  const side = draw([{ ...heat, colorbar: { title: { text: "count", side: "right" } } }]);
  assert(written(side, "count").attributes.transform!.startsWith("rotate(-90"));
});

Deno.test("who shows no scale has no bar", () => {
  assert(!draw([{ ...heat, showscale: false }]).includes("linearGradient"));
  const points = { type: "scatter", mode: "markers", x: [1, 2], y: [1, 2] };
  assert(!draw([{ ...points, marker: { color: [1, 2] } }]).includes("linearGradient"));
  assert(
    draw([{ ...points, marker: { color: [1, 2], showscale: true } }]).includes("linearGradient"),
  );
});

Deno.test("a contour plot has a bar of bands with its levels", () => {
  const z = [[0, 10], [0, 10]], contours = { start: 2, end: 8, size: 3 };
  const svg = draw([{ type: "contour", z, colorscale: "Greys", contours }], {
    paper_bgcolor: "#fafafa",
  });
  const bands = tags(svg, "rect").filter((rect) => rect["shape-rendering"]).map(({ fill }) => fill);
  assertEquals(bands, ["#000000", "#555555", "#aaaaaa", "#ffffff"]);
  const right = texts(svg).filter(({ x }) => x > 230).map(({ text }) => text);
  assertEquals(right, ["2", "5", "8"]);
});
