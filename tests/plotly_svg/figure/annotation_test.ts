import { assert, assertEquals } from "@std/assert";
import { draw, pathParts, tags, tens, texts, written } from "../read.ts";

const note = (extra: object) =>
  draw([{ type: "scatter", mode: "none", x: [5], y: [5] }], { ...tens, annotations: [extra] });

Deno.test("a note stands at its place", () => {
  const svg = note({
    text: "here",
    x: 5,
    y: 5,
    showarrow: false,
    font: { size: 20, color: "#ff0000" },
  });
  const here = written(svg, "here");
  assertEquals([here.x, here.attributes["font-size"], here.attributes.fill], [
    150,
    "20",
    "#ff0000",
  ]);
  assert(Math.abs(here.y - 77.2) < 0.1, `the baseline is at ${here.y}`);
});

Deno.test("anchors, shifts and the edges of the plot", () => {
  const at = { text: "a", showarrow: false, xref: "paper", yref: "paper" };
  const left = written(
    note({ ...at, x: 0, y: 1, xanchor: "left", yanchor: "bottom", align: "left" }),
    "a",
  );
  assertEquals(left.x, 51);
  assert(left.y < 20, "above the plot");
  // By themselves notes in a corner stay inside.
  const corner = written(note({ ...at, x: 1, y: 1, align: "right" }), "a");
  assertEquals(corner.x, 249);
  assert(corner.y > 20 && corner.y < 40);
  const shifted = written(note({ ...at, x: 1, y: 1, align: "right", xshift: -5, yshift: 3 }), "a");
  assertEquals([shifted.x, Math.round(corner.y - shifted.y)], [244, 3]);
});

Deno.test("an arrow goes from the text to the point", () => {
  const svg = note({
    text: "peak",
    x: 5,
    y: 5,
    ax: 40,
    ay: 0,
    arrowcolor: "#ff0000",
    arrowwidth: 2,
  });
  assertEquals(written(svg, "peak").x, 190);
  const [line, head] = tags(svg, "path").filter((path) =>
    [path.stroke, path.fill].includes("#ff0000")
  );
  const [[tail, end]] = pathParts(line!.d!) as [[number, number][]];
  assert(tail![0] < 190 && tail![0] > 156, `it begins at ${tail}`);
  assertEquals(end, [156, 70]);
  assertEquals(pathParts(head!.d!), [[[150, 70], [156, 64], [156, 76]]]);
});

Deno.test("a note may have a box of its own, several lines, and be turned", () => {
  const svg = note({
    text: "one<br>two",
    x: 5,
    y: 5,
    showarrow: false,
    bgcolor: "#ffffcc",
    bordercolor: "#888888",
    borderpad: 4,
    textangle: -90,
  });
  const box = tags(svg, "rect").find(({ fill }) => fill === "#ffffcc")!;
  assertEquals([box.stroke, Number(box.height)], ["#888888", 2 * 12 * 1.3 + 8]);
  assertEquals(texts(svg).filter(({ text }) => /one|two/.test(text)).length, 2);
  assert(svg.includes("rotate(-90 150 70)"));
});

Deno.test("a note on a name, and one that is not to be seen", () => {
  const svg = draw([{ type: "bar", x: ["cat", "dog"], y: [1, 2] }], {
    annotations: [
      { text: "the dog", x: "dog", y: 1, showarrow: false },
      { text: "no", x: "cat", y: 1, visible: false },
    ],
  });
  assertEquals(written(svg, "the dog").x, 200);
  assert(!texts(svg).some(({ text }) => text === "no"));
});

Deno.test("on a logarithmic axis the place of a note is a power of ten, as in Plotly", () => {
  const layout = { ...tens, xaxis: { type: "log", range: [0, 4] } };
  const trace = { type: "scatter", mode: "none", x: [100], y: [5] };
  const at = { text: "here", x: 2, y: 5, showarrow: false };
  assertEquals(written(draw([trace], { ...layout, annotations: [at] }), "here").x, 150);
});
