import { assert, assertEquals } from "@std/assert";
import { drawFigure } from "../../../lib/plotly_svg/figure/figure.ts";
import { draw, tags, texts, written } from "../read.ts";

const trace = { type: "scatter", mode: "lines", x: [0, 1], y: [0, 1] };

Deno.test("a figure has the size of its layout, or Plotly's", () => {
  const [svg] = tags(draw([trace]), "svg");
  assertEquals([svg!.width, svg!.height, svg!.viewBox], ["300", "160", "0 0 300 160"]);
  const [plain] = tags(drawFigure({ data: [trace] }), "svg");
  assertEquals([plain!.width, plain!.height], ["700", "450"]);
});

Deno.test("the title stands above the plot, in the middle or where it is put", () => {
  const title = written(draw([trace], { title: { text: "A <b>bold</b> title" } }), "A bold title");
  assertEquals([title.x, title.attributes["text-anchor"]], [150, "middle"]);
  assert(title.y < 20);
  const left = written(draw([trace], { title: { text: "left", x: 0.1 } }), "left");
  assertEquals([left.x, left.attributes["text-anchor"]], [30, undefined]);
});

Deno.test("colours of the paper, the plot and the traces are the layout's", () => {
  const svg = draw([trace, trace], {
    paper_bgcolor: "#eeffee",
    plot_bgcolor: "#ddddff",
    colorway: ["#010101", "#020202"],
  });
  assertEquals(tags(svg, "rect").slice(1, 3).map(({ fill }) => fill), ["#eeffee", "#ddddff"]);
  assert(svg.includes('stroke="#010101"') && svg.includes('stroke="#020202"'));
});

Deno.test("the same figure is the same picture, and no number has more than two decimals", () => {
  const y = Array.from({ length: 50 }, (_, i) => Math.sin(i / 3));
  const figure = {
    data: [{ ...trace, x: y.map((_, i) => i / 7), y }],
    layout: { title: { text: "t" } },
  };
  assertEquals(drawFigure(figure), drawFigure(structuredClone(figure)));
  assertEquals(drawFigure(figure).match(/\d\.\d{3,}/g), null);
});

Deno.test("numbers in typed arrays are drawn like others", () => {
  const typed = { ...trace, x: Float32Array.of(0, 1), y: Float64Array.of(0, 1) };
  assertEquals(draw([typed]), draw([trace]));
});

Deno.test("texts of the figure cannot break out of the picture", () => {
  const evil = '"/><script>alert(1)</script>&';
  const svg = draw([{ ...trace, name: evil, line: { color: evil } }], {
    showlegend: true,
    title: { text: evil },
    xaxis: { title: { text: evil }, linecolor: evil },
  });
  assert(!svg.includes("<script"), svg);
});

Deno.test("kinds of traces that are not drawn say so", () => {
  const svg = draw([{ type: "pie", values: [1, 2] }]);
  assertEquals(written(svg, "pie: drawn live only").x, 150);
});

Deno.test("heat maps lie below bars, and bars below lines", () => {
  const svg = draw([
    { ...trace, line: { color: "#ff0000" } },
    { type: "bar", x: [0, 1], y: [1, 1], marker: { color: "#00ff00" } },
    { type: "heatmap", z: [[1, 2]], showscale: false },
  ]);
  const places = ["<image", "#00ff00", "#ff0000"].map((part) => svg.indexOf(part));
  assert(places[0]! > 0 && places[0]! < places[1]! && places[1]! < places[2]!, String(places));
});

Deno.test("nothing at all is an empty plot", () => {
  for (
    const data of [
      [],
      [{ type: "scatter" }],
      [{ type: "heatmap", z: [] }],
      [{ type: "bar", x: [], y: [] }],
      [{ type: "scatter", x: [null], y: [NaN] }],
      [{ type: "surface", z: [] }],
      [{ type: "image" }],
      [{ type: "contour", z: [[1]] }],
    ]
  ) {
    const svg = draw(data);
    assert(svg.startsWith("<svg") && !/NaN|Infinity|undefined/.test(svg), svg);
  }
});

const frames = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ name: `step ${i}`, data: [{ ...trace, y: [0, i] }] }));

Deno.test("a figure that moves is drawn as all of its steps", () => {
  const svg = drawFigure({
    data: [trace],
    layout: { width: 300, height: 200, title: { text: "moves" } },
    frames: frames(3),
  });
  const names = texts(svg).filter(({ text }) => text.startsWith("step")).map(({ text }) => text);
  assertEquals(names, ["step 0", "step 1", "step 2"]);
  const inner = tags(svg, "svg").slice(1);
  assertEquals(inner.length, 3);
  assert(Number(inner[1]!.x) >= Number(inner[0]!.x) + Number(inner[0]!.width));
  written(svg, "moves");
  // Names that the steps define do not meet.
  const ids = [...svg.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assertEquals(new Set(ids).size, ids.length);
});

Deno.test("of many steps twelve are drawn, the first and the last among them", () => {
  const svg = drawFigure({ data: [trace], frames: frames(100) });
  const names = texts(svg).filter(({ text }) => text.startsWith("step")).map(({ text }) => text);
  assertEquals([names.length, names[0], names[11]], [12, "step 0", "step 99"]);
});

Deno.test("a step changes what it names and keeps the rest", () => {
  const data = [{ ...trace, line: { color: "#ff0000" } }];
  const svg = drawFigure({ data, frames: [{ name: "a", data: [{ y: [5, 6], type: "scatter" }] }] });
  assert(svg.includes('stroke="#ff0000"'));
  assert(texts(svg).some(({ text }) => text === "6"), "the axis has the step's numbers");
});

Deno.test("names that all steps share stand once beside them", () => {
  const named = (name: string, more = {}) => ({ ...trace, name, ...more });
  const figure = (...steps: Record<string, unknown>[][]) =>
    drawFigure({
      data: [named("a"), named("b")] as never,
      layout: { width: 400, height: 300, showlegend: true, margin: { r: 120 } },
      frames: steps.map((data, i) => ({ name: `step ${i}`, data })) as never,
    });
  const svg = figure([named("a"), named("b", { visible: false })], [named("a"), named("b")]);
  const [all, ...inner] = tags(svg, "svg");
  for (const name of ["a", "b"]) {
    const { x } = written(svg, name);
    assert(
      inner.every((step) => x > Number(step.x) + Number(step.width)) && x < Number(all!.width),
    );
  }
  // Where each step has names of its own, each has its legend.
  const own = texts(figure([named("a"), named("b")], [named("a"), named("c")]));
  assertEquals(own.filter(({ text }) => text === "a").length, 2);
});
