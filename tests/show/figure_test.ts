import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { jupyterDisplay } from "../../lib/show/bundle.ts";
import { Figure } from "../../lib/show/figure.ts";
import type { Trace } from "../../lib/show/figure_data.ts";
import { pngSize } from "../../lib/plotly_svg/png.ts";

const data: Trace[] = [{ type: "scatter", y: [3, 1, 2] }];
const layout = { width: 300, height: 200, title: { text: "Loss <i>L</i>" } };
const figure = new Figure({ data, layout });

Deno.test("a figure says what it is", () => {
  assertEquals(String(figure), 'Figure "Loss L": scatter');
  assertEquals(Deno.inspect(figure), String(figure));
  const frames = [{ name: "a", data }, { name: "b", data }];
  const moving = new Figure({ data: [...data, ...data, { type: "bar" }], frames });
  assertEquals(String(moving), "Figure: 2 scatter, bar, 2 steps");
});

Deno.test("in a notebook it is a chart, a picture and a text", async () => {
  const bundle = await figure[jupyterDisplay]();
  assertEquals(bundle["application/vnd.plotly.v1+json"], { data, layout });
  // What cleans the HTML of notebooks often lets data of PNG through, but none of SVG.
  assertStringIncludes(
    String(bundle["text/html"]),
    `width="300" height="200" src="data:image/png;base64,${bundle["image/png"]}"`,
  );
  assertStringIncludes(figure.html(), "data:image/svg+xml;base64,");
  assertEquals(pngSize(Uint8Array.fromBase64(String(bundle["image/png"]))), {
    width: 450,
    height: 300,
  });
  assertEquals(bundle["text/plain"], String(figure));
});

Deno.test("a label in a script that the PNG has no letters for is left to the viewer's fonts", async () => {
  const titled = async (text: string) => {
    const bundle = await new Figure({ data, layout: { title: { text } } })[jupyterDisplay]();
    assertStringIncludes(String(bundle["image/png"]), "iVBORw0KGgo");
    return /src="data:image\/(\S+);base64/.exec(String(bundle["text/html"]))![1];
  };
  assertEquals(await titled("損失"), "svg+xml");
  assertEquals(await titled("∇L → 0, потери, απώλεια, é"), "png");
});

Deno.test("it is saved as what the name says", async () => {
  const folder = await Deno.makeTempDir();
  for (const kind of ["svg", "png", "json", "html"]) await figure.save(`${folder}/a.${kind}`);
  assert((await Deno.readTextFile(`${folder}/a.svg`)).startsWith("<svg"));
  assertEquals(pngSize(await Deno.readFile(`${folder}/a.png`)), { width: 450, height: 300 });
  assertEquals(JSON.parse(await Deno.readTextFile(`${folder}/a.json`)), { data, layout });
  assertStringIncludes(await Deno.readTextFile(`${folder}/a.html`), "<title>Loss");
  await assertRejects(
    () => figure.save(`${folder}/a.gif`),
    RangeError,
    ".html, .svg, .png or .json",
  );
});

Deno.test("its JSON has lists in place of typed arrays, and null for gaps", () => {
  const typed = new Figure({ data: [{ type: "scatter", y: Float32Array.of(1, NaN, 3) }] });
  assertEquals(typed.toJSON(), { data: [{ type: "scatter", y: [1, null, 3] }], layout: {} });
});

Deno.test("what is no figure is refused", () => {
  const make = (value: unknown) => () => new Figure(value as { data: Trace[] });
  assertThrows(
    make({}),
    TypeError,
    "Figure: expected { data }, found {}; or let a function of plot",
  );
  assertThrows(make({ data: 3 }), TypeError, "Figure: data: expected a list of traces, found 3");
  assertThrows(make({ data: [{ type: "bar" }, {}] }), TypeError, "data[1].type");
  assertThrows(make({ data: [null] }), TypeError, "data[0].type");
});

Deno.test("a chart of usual size is a small PNG", async () => {
  const y = Array.from({ length: 1000 }, (_, i) => Math.sin(i / 40) + Math.sin(i * 1.7) / 9);
  const png = await new Figure({
    data: [{ type: "scatter", mode: "lines", y }],
    layout: { width: 640, height: 400 },
  }).png();
  assert(png.length < 40_000, `${png.length} bytes`);
});
