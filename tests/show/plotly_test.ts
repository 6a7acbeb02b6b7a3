import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { colorway } from "../../lib/plotly_svg/mod.ts";
import { Figure } from "../../lib/show/figure.ts";
import type { FigureData } from "../../lib/show/figure_data.ts";
import { figureHtml, plotlyIntegrity, plotlyUrl } from "../../lib/show/plotly.ts";

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"></svg>';
const line: FigureData = {
  data: [{ type: "scatter", y: [3, 1, 2] }],
  layout: { title: { text: "a <b>bold</b> line" } },
};

/** Runs a body with the variable STRIATE_PLOTLY set. */
function withPlotly<T>(value: string | undefined, body: () => T): T {
  const before = Deno.env.get("STRIATE_PLOTLY");
  const set = (value: string | undefined) =>
    value === undefined ? Deno.env.delete("STRIATE_PLOTLY") : Deno.env.set("STRIATE_PLOTLY", value);
  set(value);
  try {
    return body();
  } finally {
    set(before);
  }
}

const html = (figure: FigureData, options = {}) =>
  withPlotly(undefined, () => figureHtml(figure, svg, options));

/** The scripts of a page, in their order. */
const scripts = (page: string) =>
  [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text!);

Deno.test("the HTML holds the picture, its size and its title", () => {
  const page = html(line);
  assertStringIncludes(
    page,
    '<img alt="a bold line" width="300" height="200" src="data:image/svg+xml;base64,',
  );
  assertStringIncludes(atob(/base64,([^"]*)"/.exec(page)![1]!), svg);
  assert(page.indexOf("<img") < page.indexOf("<script>"));
});

Deno.test("equal figures have equal HTML, others have not", () => {
  assertEquals(html(line), html(structuredClone(line)));
  const id = (figure: FigureData) => /data-figure="(\w+)"/.exec(html(figure))![1];
  assertNotEquals(id(line), id({ ...line, layout: {} }));
});

Deno.test("no text of a figure ends the script", () => {
  const evil = "</script><script>alert(1)</script>\u2028\u2029<!--";
  const page = html({
    data: [{ type: "scatter", y: [1], name: evil }],
    layout: { title: { text: evil } },
  });
  assertEquals(scripts(page).length, 1);
  assert(!/[\u2028\u2029]|<!--/.test(scripts(page)[0]!));
});

/** What a page has, as much as the script asks for. */
class FakePage {
  readonly places: FakeElement[] = [];
  readonly loaded: FakeElement[] = [];
  readonly drawn: { id: string; figure: Record<string, unknown> }[] = [];
  Plotly: unknown;
  failing = false;

  /** Puts a figure on the page. */
  add(page: string): FakeElement {
    const place = new FakeElement();
    place.id = /data-figure="(\w+)"/.exec(page)![1]!;
    place.children.push(Object.assign(new FakeElement(), { name: "img" }));
    this.places.push(place);
    return place;
  }

  /** Runs the last script of a figure, and what it waits for. */
  async run(page: string): Promise<void> {
    const document = {
      querySelectorAll: (selector: string) => {
        const [, id, unless] = /data-figure="(\w+)"\](?::not\(\[data-(\w+)\]\))?$/.exec(selector)!;
        return this.places.filter((place) => place.id === id && !(unless! in place.dataset));
      },
      createElement: (name: string) => Object.assign(new FakeElement(), { name }),
      head: {
        append: (script: FakeElement) => {
          this.loaded.push(script);
          if (!this.failing) this.load();
          (this.failing ? script.onerror : script.onload)!();
        },
      },
    };
    // deno-lint-ignore no-this-alias
    const window = this;
    new Function("window", "document", "setTimeout", scripts(page).at(-1)!)(
      window,
      document,
      () => {},
    );
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }

  load(): void {
    this.Plotly = {
      newPlot: (chart: FakeElement, figure: Record<string, unknown>) => {
        if (this.failing) return Promise.reject(new Error("no"));
        this.drawn.push({ id: chart.name, figure });
        return Promise.resolve();
      },
    };
  }
}

class FakeElement {
  id = "";
  name = "";
  src = "";
  integrity = "";
  crossOrigin = "";
  clientWidth = 0;
  onload?: () => void;
  onerror?: () => void;
  readonly dataset: Record<string, string> = {};
  readonly children: FakeElement[] = [];
  parent?: FakeElement;
  append(child: FakeElement) {
    child.parent = this;
    this.children.push(child);
  }
  querySelector(name: string) {
    const found = this.children.find((child) => child.name === name);
    if (found !== undefined) found.parent = this;
    return found;
  }
  remove() {
    this.parent!.children.splice(this.parent!.children.indexOf(this), 1);
  }
  get names() {
    return this.children.map(({ name }) => name);
  }
}

Deno.test("the script loads plotly.js once, checked, and replaces the picture", async () => {
  const page = new FakePage(), other: FigureData = { data: [{ type: "bar", y: [1] }] };
  const first = page.add(html(line)), second = page.add(html(other));
  await page.run(html(line));
  await page.run(html(other));
  assertEquals(
    page.loaded.map(({ src, integrity, crossOrigin }) => [src, integrity, crossOrigin]),
    [
      [plotlyUrl, plotlyIntegrity, "anonymous"],
    ],
  );
  assertEquals([first.names, second.names], [["div"], ["div"]]);
  assertEquals(page.drawn.length, 2);
});

Deno.test("two equal figures are both drawn", async () => {
  const page = new FakePage();
  const places = [page.add(html(line)), page.add(html(line))];
  await page.run(html(line));
  await page.run(html(line));
  assertEquals(places.map(({ names }) => names), [["div"], ["div"]]);
  assertEquals(page.drawn.length, 2);
});

Deno.test("without plotly.js, and where it fails, the picture stays", async () => {
  const page = new FakePage();
  page.failing = true;
  const place = page.add(html(line));
  await page.run(html(line));
  assertEquals([place.names, page.drawn.length], [["img"], 0]);
  page.load();
  await page.run(html(line));
  assertEquals(place.names, ["img"]);
});

Deno.test("the chart is given what the picture takes for granted", async () => {
  const page = new FakePage();
  const frames = [{ name: "a", data: [{ type: "scatter", y: [1] }] }];
  const figure = {
    data: [{ type: "scatter", y: Float32Array.of(1, NaN, 2) }],
    frames,
  } as FigureData;
  page.add(html(figure));
  await page.run(html(figure));
  const [{ figure: drawn }] = page.drawn as [typeof page.drawn[0]];
  const { layout, config } = drawn as { layout: Record<string, unknown>; config: unknown };
  assertEquals([layout.width, layout.height], [700, 450]);
  assertEquals((layout.template as { layout: { colorway: unknown } }).layout.colorway, [
    ...colorway,
  ]);
  assertEquals(config, { displaylogo: false, responsive: false, displayModeBar: true });
  assertEquals(drawn.frames, frames);
  assertEquals(drawn.data, [{ type: "scatter", y: [1, null, 2] }]);
});

Deno.test("a chart wider than its place gets narrower, unless the place is not seen", async () => {
  const widths: unknown[] = [];
  for (const room of [2000, 640, 0]) {
    const page = new FakePage(), place = page.add(html(line));
    place.clientWidth = room;
    await page.run(html(line));
    widths.push((page.drawn[0]!.figure.layout as { width: number }).width);
  }
  assertEquals(widths, [700, 640, 700]);
});

Deno.test("STRIATE_PLOTLY names another address, which has no hash", async () => {
  const other = withPlotly("plotly.js", () => figureHtml(line, svg));
  const page = new FakePage();
  page.add(other);
  await page.run(other);
  assertEquals(page.loaded.map(({ src, integrity }) => [src, integrity]), [["plotly.js", ""]]);
});

Deno.test("a file that STRIATE_PLOTLY names comes along with the first figure, and with each page", async () => {
  const path = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(path, 'window.Plotly = "</script><!-- here";');
  // In a process of its own, whose first figure this is.
  const code = `import { figureHtml } from ${
    JSON.stringify(new URL("../../lib/show/plotly.ts", import.meta.url).href)
  };
    const figure = { data: [{ type: "scatter" }] };
    console.log(JSON.stringify([{}, {}, { alone: true }].map((options) => figureHtml(figure, "<svg/>", options))));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    env: { STRIATE_PLOTLY: path },
  }).output();
  const pages = JSON.parse(new TextDecoder().decode(stdout)) as string[];
  assertEquals(pages.map((page) => scripts(page).length), [2, 1, 2]);
  const window: Record<string, unknown> = {};
  new Function("window", scripts(pages[0]!)[0]!)(window);
  assertEquals(window.Plotly, "</script><!-- here");
  assert(!pages.some((page) => page.includes(plotlyUrl)));
});

Deno.test("a saved page stands alone", async () => {
  const path = `${await Deno.makeTempDir()}/figure.html`;
  await new Figure(line).save(path);
  const page = await Deno.readTextFile(path);
  assert(
    page.startsWith('<!DOCTYPE html><meta charset="utf-8"><title>a bold line</title>'),
    page.slice(0, 90),
  );
  assertStringIncludes(page, plotlyUrl);
});
