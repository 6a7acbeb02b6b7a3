import { assert, assertEquals } from "@std/assert";
import { draw, tags, tens } from "../read.ts";

const trace = { type: "scatter", mode: "markers", x: [5], y: [5] };
const shape = (extra: object, more: object = {}) =>
  draw([trace], { ...tens, shapes: [extra], ...more });

Deno.test("rectangles, circles and lines lie at values of the axes", () => {
  const at = { x0: 1, x1: 3, y0: 9, y1: 5, fillcolor: "#00ff00", line: { width: 0 } };
  const rect = tags(shape({ type: "rect", ...at }), "rect").find(({ fill }) => fill === "#00ff00");
  assertEquals([rect!.x, rect!.y, rect!.width, rect!.height], ["70", "30", "40", "40"]);
  const [circle] = tags(shape({ type: "circle", ...at }), "ellipse");
  assertEquals([circle!.cx, circle!.cy, circle!.rx, circle!.ry], ["90", "50", "20", "20"]);
  const look = { color: "#ff0000", width: 3, dash: "dash" };
  const line = tags(shape({ type: "line", ...at, line: look }), "path").find(({ stroke }) =>
    stroke === "#ff0000"
  );
  assertEquals([line!.d, line!["stroke-width"], line!["stroke-dasharray"]], [
    "M70,30L110,70",
    "3",
    "9,9",
  ]);
});

Deno.test("a path is drawn with its numbers as values", () => {
  const svg = shape({
    type: "path",
    path: "M 1,1 L5,5 H 7 V2e0 C 1,2 3,4 5,6 Z",
    fillcolor: "#00ff00",
  });
  const path = tags(svg, "path").find(({ fill }) => fill === "#00ff00");
  assertEquals(path!.d, "M70,110L150,70H190V100C70,100,110,80,150,60Z");
});

Deno.test("a shape may refer to the whole plot, or to the space of an axis", () => {
  const line = { color: "#ff0000" };
  const across = shape({ type: "line", xref: "paper", x0: 0, x1: 1, y0: 5, y1: 5, line });
  assertEquals(tags(across, "path").find(({ stroke }) => stroke === "#ff0000")!.d, "M50,70L250,70");
  const domain = { xaxis: { range: [0, 10], domain: [0.5, 1] } };
  const half = shape({ type: "line", xref: "x domain", x0: 0, x1: 1, y0: 5, y1: 5, line }, domain);
  assertEquals(tags(half, "path").find(({ stroke }) => stroke === "#ff0000")!.d, "M150,70L250,70");
});

Deno.test("shapes lie above the traces, or below", () => {
  const rect = { type: "rect", x0: 0, x1: 1, y0: 0, y1: 1, fillcolor: "#00ff00" };
  const above = shape(rect), below = shape({ ...rect, layer: "below" });
  assert(above.indexOf("#00ff00") > above.indexOf("<circle"));
  assert(below.indexOf("#00ff00") < below.indexOf("<circle"));
});

Deno.test("what refers to an axis that is not there, or is hidden, is left out", () => {
  const rect = { type: "rect", x0: 0, x1: 1, y0: 0, y1: 1, fillcolor: "#00ff00" };
  assert(!shape({ ...rect, xref: "x7" }).includes("#00ff00"));
  assert(!shape({ ...rect, visible: false }).includes("#00ff00"));
});
