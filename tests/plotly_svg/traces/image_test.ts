import { assertEquals } from "@std/assert";
import { pngUrl } from "../../../lib/plotly_svg/png.ts";
import { renderPng } from "../../../lib/show/raster.ts";
import { decodePng } from "../decode_png.ts";
import { draw, tags, tens } from "../read.ts";

const source = pngUrl([10, 60, 110, 160], 2, 2, 1);
const hidden = { visible: false };

Deno.test("an image trace covers its pixels, x0 and y0 the middle of the first", async () => {
  const trace = { type: "image", source, x0: 2, y0: 8, dx: 2, dy: -4 };
  const svg = draw([trace], {
    xaxis: { range: [0, 10] },
    yaxis: { range: [0, 10], scaleanchor: false },
  });
  const image = decodePng(await renderPng(svg, 1));
  const grey = (x: number, y: number) => image.at(120 - 10 * y, 50 + 20 * x)[0];
  assertEquals([grey(2, 8), grey(4, 8), grey(2, 4), grey(4, 4)], [10, 60, 110, 160]);
  assertEquals(image.at(60, 50 + 20 * 5.5), [255, 255, 255]);
});

Deno.test("where the axis goes up an image stands on its head, as in Plotly", async () => {
  const layout = { xaxis: hidden, yaxis: { ...hidden, autorange: true, scaleanchor: "no" } };
  const image = decodePng(await renderPng(draw([{ type: "image", source }], layout), 1));
  assertEquals([image.at(100, 100)[0], image.at(40, 100)[0]], [10, 110]);
});

Deno.test("images of the layout stand at their anchors", () => {
  const base = { source, xref: "x", yref: "y", sizex: 4, sizey: 2 };
  const svg = draw([], {
    ...tens,
    images: [
      { ...base, x: 2, y: 8, sizing: "stretch" },
      { ...base, x: 2, y: 8, xanchor: "center", yanchor: "middle" },
      {
        ...base,
        xref: "paper",
        yref: "paper",
        x: 1,
        y: 0,
        sizex: 0.5,
        sizey: 0.5,
        xanchor: "right",
        yanchor: "bottom",
      },
    ],
  });
  const places = tags(svg, "image").map(({ x, y, width, height }) =>
    [x, y, width, height].map(Number)
  );
  assertEquals(places, [[90, 40, 80, 20], [50, 30, 80, 20], [150, 70, 100, 50]]);
  assertEquals(tags(svg, "image").map(({ preserveAspectRatio }) => preserveAspectRatio), [
    "none",
    "xMidYMid meet",
    "xMaxYMax meet",
  ]);
});
