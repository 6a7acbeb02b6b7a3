import { assert, assertEquals } from "@std/assert";
import { contourLevels, contourPalette } from "../../../lib/plotly_svg/traces/contour_levels.ts";
import { renderPng } from "../../../lib/show/raster.ts";
import { decodePng } from "../decode_png.ts";
import { draw, pathParts, tags, tens } from "../read.ts";

const slope = Array.from({ length: 11 }, () => Array.from({ length: 11 }, (_, x) => x));
const trace = { type: "contour", z: slope, colorscale: "Greys", showscale: false };

Deno.test("levels are round, or as given", () => {
  assertEquals(contourLevels(trace).values, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(contourLevels({ ...trace, ncontours: 4 }).values, [5]);
  const contours = { start: 2, end: 8, size: 3 };
  assertEquals(contourLevels({ ...trace, contours }).values, [2, 5, 8]);
});

Deno.test("the colours go from half a step below the first level to half a step above the last", () => {
  const json = { ...trace, contours: { start: 2, end: 8, size: 3 } };
  const { low, high } = contourPalette(json, contourLevels(json));
  assertEquals([low, high], [0.5, 9.5]);
});

Deno.test("bands are filled between the levels", async () => {
  const contours = { start: 2, end: 8, size: 3, showlines: false };
  const svg = draw([{ ...trace, contours }], tens);
  const image = decodePng(await renderPng(svg, 1));
  const greys = [1, 3.5, 6.5, 9].map((x) => image.at(70, 50 + 20 * x));
  assertEquals(greys, [0, 85, 170, 255].map((v) => [v, v, v]));
});

Deno.test("lines lie at the levels, within the axes", () => {
  const contours = { start: 2.5, end: 2.5, size: 1 };
  const svg = draw([{ ...trace, contours, line: { color: "#ff0000", width: 3 } }], tens);
  const [line] = tags(svg, "path").filter(({ stroke }) => stroke === "#ff0000");
  assertEquals(line!["stroke-width"], "3");
  assert(pathParts(line!.d!)[0]!.every(([x]) => x === 100));
});

Deno.test("lines alone have the colours of their levels", () => {
  const contours = { start: 0.5, end: 9.5, size: 9, coloring: "lines" };
  const svg = draw([{ ...trace, contours }], tens);
  const lines = tags(svg, "path").filter((path) => path["stroke-width"] === "0.5");
  assertEquals(lines.map(({ stroke }) => stroke), ["#000000", "#ffffff"]);
  assertEquals(tags(svg, "path").filter((path) => path["fill-rule"]).length, 0);
});

Deno.test("values of the axes say where the table lies", () => {
  const x = slope[0]!.map((v) => v / 10), contours = { start: 5, end: 5, size: 1 };
  const svg = draw([{ ...trace, x, contours, line: { color: "#ff0000" } }], {
    xaxis: { range: [0, 1] },
  });
  const [line] = tags(svg, "path").filter(({ stroke }) => stroke === "#ff0000");
  assert(pathParts(line!.d!)[0]!.every(([at]) => at === 150));
});

Deno.test("a smooth landscape needs few points", () => {
  const hills = Array.from(
    { length: 60 },
    (_, y) => Array.from({ length: 60 }, (_, x) => Math.sin(x / 9) * Math.cos(y / 7)),
  );
  const svg = draw([{ ...trace, z: hills, ncontours: 20 }], { width: 640, height: 400 });
  assert(svg.length < 48 * 1024, `${svg.length} characters`);
  assertEquals(tags(svg, "image"), []);
});

Deno.test("a table too fine for lines becomes pixels of the same colours, at most 64 KB", async () => {
  const noise = Array.from(
    { length: 300 },
    (_, y) => Array.from({ length: 300 }, (_, x) => (x * 7919 + y * 104729 + x * y * 31) % 1009),
  );
  const svg = draw([{ ...trace, z: noise, ncontours: 20 }], { width: 640, height: 400 });
  assert(svg.length < 64 * 1024, `${svg.length} characters`);
  assertEquals(tags(svg, "path").filter((path) => path["fill-rule"]).length, 0);

  // 600 levels across 301 columns, of which one is missing.
  const fine = Array.from(
    { length: 301 },
    () => Array.from({ length: 301 }, (_, x) => x === 150 ? NaN : x),
  );
  const contours = { start: 0, end: 300, size: 0.5 };
  const layout = {
    xaxis: { range: [0, 300] },
    yaxis: { range: [0, 300] },
    plot_bgcolor: "#ff0000",
  };
  for (const range of [[0, 300], [300, 0]]) {
    const picture = draw([{ ...trace, z: fine, contours }], { ...layout, xaxis: { range } });
    const image = decodePng(await renderPng(picture, 1));
    const at = (part: number) => image.at(70, 50 + Math.round(part * 200));
    const [low, high] = [at(0.2)[0]!, at(0.8)[0]!];
    assertEquals([
      Math.abs(low - (range[0] === 0 ? 51 : 204)) <= 2,
      Math.abs(low + high - 255) <= 3,
    ], [true, true]);
    assertEquals(at(0.5).slice(0, 3), [255, 0, 0]);
  }
});

Deno.test("lines without bands stay lines, however fine", () => {
  const fine = Array.from({ length: 61 }, () => Array.from({ length: 61 }, (_, x) => x));
  const contours = { start: 0, end: 60, size: 0.06, coloring: "lines" };
  const svg = draw([{ ...trace, z: fine, contours }]);
  assertEquals(tags(svg, "image"), []);
  assert(tags(svg, "path").length > 500);
});
