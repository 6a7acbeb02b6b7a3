import { assert, assertEquals } from "@std/assert";
import { draw, tags, texts, written } from "../read.ts";

const trace = (name: string, extra: object = {}) => ({
  type: "scatter",
  mode: "lines",
  x: [0, 1],
  y: [0, 1],
  name,
  ...extra,
});
const shown = (svg: string) =>
  texts(svg).filter(({ text }) => /^[A-Z]/.test(text)).map(({ text }) => text);

Deno.test("several traces have a legend, one has none unless it is asked for", () => {
  assertEquals(shown(draw([trace("One"), trace("Two")], { showlegend: undefined })), [
    "One",
    "Two",
  ]);
  assertEquals(shown(draw([trace("One")], { showlegend: undefined })), []);
  assertEquals(shown(draw([trace("One")], { showlegend: true })), ["One"]);
  assertEquals(shown(draw([trace("One"), trace("Two")], { showlegend: false })), []);
  assertEquals(
    shown(draw([trace("One"), trace("Two", { showlegend: false })], { showlegend: true })),
    ["One"],
  );
});

Deno.test("it stands to the right of the plot, which makes room for it", () => {
  const svg = draw([trace("A name of some length"), trace("Two")], {
    showlegend: true,
    plot_bgcolor: "#fafafa",
  });
  const ground = tags(svg, "rect").find(({ fill }) => fill === "#fafafa")!;
  const name = written(svg, "A name of some length");
  assert(Number(ground.width) < 130, `the plot is ${ground.width} wide`);
  assert(name.x > 50 + Number(ground.width), `the name is at ${name.x}`);
  assert(written(svg, "Two").y > name.y + 12);
});

Deno.test("it can lie above the plot, side by side", () => {
  const legend = { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" };
  const svg = draw([trace("One"), trace("Two")], { showlegend: true, legend });
  const one = written(svg, "One"), two = written(svg, "Two");
  assertEquals(one.y, two.y);
  assert(two.x > one.x + 40 && one.y < 30);
});

Deno.test("the marks look like the traces", () => {
  const svg = draw([
    trace("Dashed", { line: { color: "#ff0000", dash: "dash" } }),
    trace("Points", { mode: "markers", marker: { color: "#00ff00", symbol: "square", size: 10 } }),
    { type: "bar", x: [0, 1], y: [1, 1], name: "Bars", marker: { color: "#0000ff" } },
  ], { showlegend: true });
  const legend = svg.slice(svg.lastIndexOf("<rect", svg.indexOf("Dashed")));
  assert(
    tags(legend, "path").some((path) =>
      path.stroke === "#ff0000" && path["stroke-dasharray"] === "9,9"
    ),
  );
  assert(tags(legend, "rect").some(({ fill, width }) => fill === "#00ff00" && width === "10"));
  assert(tags(legend, "rect").some(({ fill, width }) => fill === "#0000ff" && width === "12"));
});

Deno.test("stacked bars are listed from the uppermost", () => {
  const bar = (name: string) => ({ type: "bar", x: [0, 1], y: [1, 1], name });
  assertEquals(shown(draw([bar("Low"), bar("High")], { showlegend: true, barmode: "stack" })), [
    "High",
    "Low",
  ]);
});
