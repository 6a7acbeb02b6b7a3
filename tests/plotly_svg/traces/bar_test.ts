import { assert, assertEquals } from "@std/assert";
import { colorway } from "../../../lib/plotly_svg/color/colors.ts";
import { measureText } from "../../../lib/plotly_svg/svg/text.ts";
import { draw, tags, texts, written } from "../read.ts";

/** The boxes of one colour: left, top, width, height. */
const boxes = (svg: string, color: string) =>
  tags(svg, "rect").filter(({ fill }) => fill === color)
    .map(({ x, y, width, height }) => [x, y, width, height].map(Number));

const layout = { xaxis: { range: [-0.5, 1.5] }, yaxis: { range: [0, 10] } };
const x = ["cat", "dog"];

Deno.test("bars stand at their names, a fifth of the space between them", () => {
  const svg = draw([{ type: "bar", x, y: [5, 10] }], layout);
  assertEquals(boxes(svg, colorway[0]!), [[60, 70, 80, 50], [160, 20, 80, 100]]);
  assertEquals([written(svg, "cat").x, written(svg, "dog").x], [100, 200]);
});

Deno.test("bars of several traces stand side by side", () => {
  const svg = draw([{ type: "bar", x, y: [5, 10] }, { type: "bar", x, y: [1, 2] }], layout);
  assertEquals(boxes(svg, colorway[0]!), [[60, 70, 40, 50], [160, 20, 40, 100]]);
  assertEquals(boxes(svg, colorway[1]!), [[100, 110, 40, 10], [200, 100, 40, 20]]);
});

Deno.test("bars are stacked, up and down", () => {
  const svg = draw([{ type: "bar", x, y: [5, 1] }, { type: "bar", x, y: [2, 3] }], {
    ...layout,
    barmode: "stack",
  });
  assertEquals(boxes(svg, colorway[1]!), [[60, 50, 80, 20], [160, 80, 80, 30]]);
});

Deno.test("bars over one another share their place", () => {
  const svg = draw([{ type: "bar", x, y: [5, 1] }, { type: "bar", x, y: [2, 3] }], {
    ...layout,
    barmode: "overlay",
  });
  assertEquals(boxes(svg, colorway[1]!), [[60, 100, 80, 20], [160, 90, 80, 30]]);
});

Deno.test("lying bars, with a width and a base of their own", () => {
  const svg = draw([{
    type: "bar",
    orientation: "h",
    y: [1, 2],
    x: [4, 2],
    width: 0.5,
    base: [0, 3],
  }], {
    xaxis: { range: [0, 10] },
    yaxis: { range: [0, 4] },
  });
  assertEquals(boxes(svg, colorway[0]!), [[50, 88.75, 80, 12.5], [110, 63.75, 40, 12.5]]);
});

Deno.test("negative bars hang from zero", () => {
  const svg = draw([{ type: "bar", x, y: [-2, 5] }], { ...layout, yaxis: { range: [-5, 5] } });
  assertEquals(boxes(svg, colorway[0]!), [[60, 70, 80, 20], [160, 20, 80, 50]]);
});

Deno.test("on a logarithmic axis bars begin at its start", () => {
  const svg = draw([{ type: "bar", x, y: [1, 100] }], {
    ...layout,
    yaxis: { type: "log", range: [-1, 3] },
  });
  assertEquals(boxes(svg, colorway[0]!), [[60, 95, 80, 25], [160, 45, 80, 75]]);
});

Deno.test("texts are inside where they fit, else outside, and can be read", () => {
  const data = {
    type: "bar",
    x,
    y: [9, 0.2],
    text: ["nine", "little"],
    marker: { color: ["#000000", "#ffff00"] },
  };
  const svg = draw([data], layout);
  const nine = written(svg, "nine"), little = written(svg, "little");
  assert(nine.y > 30 && nine.y < 50, `nine at ${nine.y}`);
  assertEquals(nine.attributes.fill, "#ffffff");
  assert(little.y < 118 && little.y > 100, `little at ${little.y}`);
  assertEquals(little.attributes.fill, "#444444");
});

Deno.test("a text inside stands at the end of its bar, at its start or in the middle", () => {
  const places = ["end", "middle", "start"].map((insidetextanchor) => {
    const trace = { type: "bar", x, y: [10, 10], text: ["a", "b"], textposition: "inside" };
    return [
      written(draw([{ ...trace, insidetextanchor }], layout), "a").y,
      written(
        draw([{ ...trace, insidetextanchor, orientation: "h", x: trace.y, y: x }], {
          xaxis: layout.yaxis,
        }),
        "a",
      ).x,
    ] as const;
  });
  const [end, middle, start] = places;
  // Upright the bar is 20 to 120, lying 50 to 250 pixels long.
  assert(20 < end![0] && end![0] < middle![0] && middle![0] < start![0] && start![0] < 120);
  assertEquals(places.map(([, across]) => across), [247, 150, 53]);
});

Deno.test("a missing number has no bar", () => {
  const svg = draw([{ type: "bar", x, y: [null, 4] }], layout);
  assertEquals(boxes(svg, colorway[0]!), [[160, 80, 80, 40]]);
});

Deno.test("texts above narrow bars are as small as they must be to stand side by side", () => {
  const many = Array.from({ length: 10 }, (_, i) => i + 1);
  const svg = draw([{
    type: "bar",
    x: many,
    y: many,
    text: many.map((i) => `${i},000,0`),
    textposition: "outside",
  }]);
  const shown = texts(svg).filter(({ text }) => text.endsWith(",000,0"));
  assertEquals(shown.length, 10);
  for (const { text, attributes } of shown) {
    assert(measureText(text, Number(attributes["font-size"])).width < 20.1, text);
  }
});
