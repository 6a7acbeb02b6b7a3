import { assertEquals } from "@std/assert";
import { drawFigure, encodePng, type Json } from "../../lib/plotly_svg/mod.ts";

const readme = new URL("../../lib/plotly_svg/README.md", import.meta.url);
const source = `data:image/png;base64,${encodePng([0, 90, 180, 255], 2, 2, 1).toBase64()}`;

/** What the page lists: for each object of the JSON the attributes that are drawn. */
function listed(text: string): Map<string, string[]> {
  const words = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);
  const items = text.matchAll(/^- ((?:`[^`]+`(?:, )?)+): ((?:`[^`]+`[\s,.]*)+)/gm);
  return new Map(
    [...items].flatMap(([, names, attributes]) =>
      words(names!).map((name): [string, string[]] => [name, words(attributes!).sort()])
    ),
  );
}

/** Objects that occur in many places, and are listed once. */
const shared = (name: string, path: string): string =>
  /font$/.test(path) ? "font" : /colorbar$/.test(path) ? "colorbar" : `${name}.${path}`;

/** The object by which the page calls a part of the layout. */
function partOf(key: string): string {
  const [, axis] = /^([xy]axis|scene)\d*$/.exec(key) ?? [];
  return axis === undefined ? key : axis === "scene" ? "scene" : "axis";
}

const parts = ["legend", "annotations", "shapes", "images", "scene", "axis"];

/** A copy of a figure's JSON that notes which attributes are asked for. */
class Reader {
  readonly asked = new Map<string, Set<string>>();

  /** A trace, or another object that the page lists: `path` leads to a part of it. */
  watch(value: unknown, name: string, path = ""): unknown {
    if (Array.isArray(value) && parts.includes(name) && path === "") {
      return value.map((item) => this.watch(item, name));
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return new Proxy(value as Json, {
      get: (target, key) => {
        if (typeof key === "symbol") return Reflect.get(target, key);
        const to = path === "" ? key : `${path}.${key}`;
        const inside = this.#inside(name, to);
        this.#ask(name, inside === undefined ? to : to.replace(/\d+$/, ""));
        return inside === undefined
          ? this.watch(target[key], name, to)
          : this.watch(target[key], inside);
      },
    });
  }

  /** The listed object that an attribute holds, if it holds one. */
  #inside(name: string, path: string): string | undefined {
    const known = shared(name, path);
    if (known === "font" || known === "colorbar") return known;
    if (name === "scene" && /^[xyz]axis$/.test(path)) return "scene axis";
    if (name === "layout" && parts.includes(partOf(path))) return partOf(path);
    return undefined;
  }

  #ask(name: string, path: string): void {
    if (!this.asked.has(name)) this.asked.set(name, new Set());
    this.asked.get(name)!.add(path);
  }

  /** What was asked for, without objects of whose parts some were. */
  get attributes(): Map<string, string[]> {
    return new Map([...this.asked].map(([name, paths]) => {
      const leaves = [...paths].filter((path) =>
        ![...paths].some((other) => other.startsWith(`${path}.`))
      );
      return [name, leaves.sort()];
    }));
  }
}

const line = { x: [1, 2, 3], y: [1, 3, 2] };
const z = [[1, 2, 3], [2, 4, 6], [3, 6, 12]];
const marker = { color: [1, 2, 3], showscale: true };
const title = { text: "title", font: {} };
const paper = { xref: "paper", yref: "paper", x: 1, y: 1 };

/** Figures that between them use all that is drawn. */
const figures: readonly { data: readonly Json[]; layout?: Json }[] = [
  {
    data: ["scatter", "scattergl"].flatMap((type) => [
      { ...line, type, mode: "lines+markers+text", text: ["a", "b", "c"], marker, textfont: {} },
      { ...line, type, marker: { size: [1, 2, 3] }, fill: "tonexty", line: { dash: "dot" } },
      { type, y: [1, 2], marker: { line: {} }, line: {} },
      { type, x: [1, 2], showlegend: true },
    ]),
    layout: { title, font: {}, margin: {}, legend: { title, font: {}, borderwidth: 1 } },
  },
  {
    data: [
      { ...line, type: "bar", marker: { ...marker, line: { width: 1 } }, text: ["a", "b", "c"] },
      { ...line, type: "bar", texttemplate: "%{y}", textfont: {}, insidetextfont: {} },
      { ...line, type: "bar", text: ["a", "b", "c"], textposition: "outside", outsidetextfont: {} },
    ],
    layout: { xaxis: { title }, yaxis: { title: "y", tickfont: {}, ticks: "outside" } },
  },
  { data: [{ type: "bar", y: ["1"] }, { type: "bar", x: [1] }], layout: { barmode: "stack" } },
  { data: [{ ...line, type: "scatter" }], layout: { xaxis: { range: [0, 1], tickvals: [1] } } },
  { data: [{ ...line, type: "scatter" }], layout: { xaxis: { type: "log", linewidth: 2 } } },
  {
    data: [{ x: ["a", "b", "c"], y: [1, 2, 9], type: "scatter" }],
    layout: { width: 200, xaxis: {}, yaxis: { scaleanchor: "x", constrain: "domain" } },
  },
  {
    data: [{
      type: "heatmap",
      z,
      texttemplate: "%{z}",
      textfont: {},
      colorbar: { title, tickfont: {} },
    }],
  },
  { data: [{ type: "heatmap", z, showlegend: true, colorbar: { tickvals: [1] } }] },
  {
    data: [
      { type: "contour", z, contours: {}, line: {}, colorbar: {}, showlegend: true },
      { type: "contour", z, contours: { start: 1, end: 3, size: 1, coloring: "lines" } },
    ],
  },
  { data: [{ type: "image", source, showlegend: true }, { type: "image" }] },
  {
    data: [
      { type: "surface", z, colorbar: {} },
      {
        ...line,
        z: line.y,
        type: "scatter3d",
        mode: "lines+markers+text",
        text: "a",
        textfont: {},
      },
      {
        ...line,
        z: line.y,
        type: "scatter3d",
        marker: { ...marker, line: { width: 1 } },
        line: {},
      },
    ],
    layout: {
      scene: {
        camera: { eye: {}, center: {}, up: {}, projection: {} },
        domain: {},
        aspectratio: { x: 1 },
        xaxis: { title, tickfont: {}, tickvals: [1] },
        yaxis: { tickmode: "auto" },
        zaxis: { type: "log" },
      },
    },
  },
  {
    data: [],
    layout: {
      annotations: [{ ...paper, text: "a", font: {} }, {
        text: "b",
        x: 1,
        y: 1,
        bordercolor: "red",
      }],
      shapes: [{ type: "path", line: {} }, { x0: 0, x1: 1, y0: 0, y1: 1 }],
      images: [{ ...paper, source }],
    },
  },
];

Deno.test("the page lists the attributes that are drawn, and no others", async () => {
  const reader = new Reader();
  for (const { data, layout = {} } of figures) {
    drawFigure({
      data: data.map((trace) => reader.watch(trace, String(trace.type)) as Json),
      layout: reader.watch(layout, "layout") as Json,
    });
  }
  const drawn = reader.attributes, page = listed(await Deno.readTextFile(readme));
  assertEquals([...page.keys()].sort(), [...drawn.keys()].sort());
  for (const [name, attributes] of page) assertEquals(drawn.get(name), attributes, name);
});
