/** Executed notebooks before a reader's eyes: live charts where scripts may run, else pictures. */
import { assert, assertEquals } from "@std/assert";
import { basename } from "node:path";
import { executeNotebook } from "../../lib/cli/execute_notebook.ts";
import { findPython, notebooks } from "../../lib/cli/jupyter.ts";
import {
  formatNotebook,
  joined,
  listNotebooks,
  readNotebook,
} from "../../lib/cli/notebook_file.ts";
import type { Lines, Notebook } from "../../lib/cli/notebook_format.ts";
import { plotlyUrl } from "../../lib/show/plotly.ts";
import { Folder } from "../images/files.ts";
import { needs } from "../setup/needs.ts";
import { runQuietly } from "../setup/process.ts";
import { expectInPage, openBrowser, openPage, type Page, screenshot } from "./browser.ts";
import { JupyterServer, ownFiles } from "./server.ts";
import { notebook } from "./small.ts";

const ignore = !needs.chromium.met;
const mod = new URL("../../mod.ts", import.meta.url).href;

/** A chart of each kind that is drawn in another way, and a value that is no chart. */
const demo = notebook(
  `import { Figure, plot, table, tensor, widgets } from ${JSON.stringify(mod)};
await plot.line([{ y: [3, 1, 2], name: "a" }, { y: [1, 2, 3], name: "b" }], { title: "Lines" }).show();`,
  `await plot.heatmap([[1, 2], [3, 4]], { title: "Cells", annotate: true }).show();
await plot.bar([1, 3, 2], { labels: ["x", "y", "z"], title: "Bars" }).show();`,
  `const bowl = { f: (x: number, y: number) => x * x + y * y, x: [-1, 1], y: [-1, 1] } as const;
await plot.contour(bowl, { path: [[-1, 1], [-0.5, 0.5], [0, 0]], title: "Descent" }).show();
await plot.surface(bowl, { title: "Surface" }).show();`,
  `await (await plot.images(tensor([[[0, 1], [1, 0]], [[1, 0], [0, 1]]]), { title: "Images" })).show();
await plot.steps([plot.line([1, 2]), plot.line([2, 1])], { title: "Steps" }).show();`,
  `await table([{ layer: "conv1", parameters: 156 }]).show();
await widgets.convolution().show();`,
);

/** How many live charts and widgets a notebook has, and how many pictures beside them. */
function count({ cells }: Notebook): { charts: number; widgets: number; pictures: number } {
  const found = { charts: 0, widgets: 0, pictures: 0 };
  for (const { data } of cells.flatMap(({ outputs = [] }) => outputs)) {
    const html = joined(data?.["text/html"] as Lines | undefined);
    const live = html.match(/<div class="striate-figure"/g)?.length ?? 0;
    const widgets = html.match(/<div class="striate-widget"/g)?.length ?? 0;
    const images = html.match(/<img /g)?.length ?? 0;
    found.charts += live;
    found.widgets += widgets;
    found.pictures += html === "" && data?.["image/png"] !== undefined
      ? 1
      : images - live - widgets;
  }
  return found;
}

/** Charts that are drawn: each has its layers of SVG. */
const drawn = `[...document.querySelectorAll(".js-plotly-plot")]
  .filter((chart) => chart.querySelector(".main-svg")?.getBoundingClientRect().width > 100).length`;
/** Pictures that are seen: loaded, and with an area on the page. */
const seen = `[...document.querySelectorAll("img")].filter((image) =>
  image.src.startsWith("data:") && image.complete && image.naturalWidth > 0 &&
  image.getBoundingClientRect().width > 0).length`;

/** Widgets that have begun. */
const begun = `document.querySelectorAll(".striate-widget[data-live] canvas").length > 0`;

/** As tall a window as the notebook, so that all of it is laid out and can be looked at. */
async function unroll(page: Page): Promise<void> {
  const height = await page.evaluate(
    `Math.max(...[...document.querySelectorAll("body, #site, #notebook-container")]
      .map((element) => element.scrollHeight))`,
  ) as number;
  await page.setViewportSize({ width: 1000, height: Math.min(16_000, height + 200) });
}

async function python(args: readonly string[], env: Record<string, string>): Promise<void> {
  const program = await findPython("nbformat", "notebook", "nbconvert") ?? "python3";
  const { ok, output } = await runQuietly([program, ...args], { env });
  assert(ok, output);
}

/** The script that charts fetch, out of the package. */
async function plotlySource(): Promise<string> {
  const plotly = "npm:plotly.js-dist-min@4.1.2";
  assert(plotlyUrl.includes(plotly.slice("npm:".length)), `${plotlyUrl}: expected ${plotly}`);
  // Deno knows the package's files once it has one of them as a module.
  await import(`${plotly}/package.json`, { with: { type: "json" } });
  return (await import(`${plotly}/plotly.min.js`, { with: { type: "text" } })).default;
}

const sign = `import sys, nbformat, nbformat.sign
nbformat.sign.NotebookNotary().sign(nbformat.read(sys.argv[1], as_version=4))`;

/** Looks at a notebook in Jupyter, untrusted and then trusted, and as a page of its own. */
async function look(name: string, text: string): Promise<void> {
  using folder = new Folder({ [`${name}.ipynb`]: text });
  const file = folder.at(`${name}.ipynb`), env = ownFiles(folder.path);
  const { charts, widgets, pictures } = count(await readNotebook(file)),
    all = charts + widgets + pictures;
  assert(charts > 0, "expected charts in the notebook");
  const body = await plotlySource();
  await using browser = await openBrowser(folder.path, [{ url: plotlyUrl, body }]);
  const { context, asked } = browser;
  {
    await using server = await JupyterServer.start(file, folder.path);
    const open = () => openPage(context, `${server.url}notebooks/${name}.ipynb`);
    const untrusted = await open();
    await expectInPage(untrusted, seen, all);
    await unroll(untrusted);
    await expectInPage(untrusted, seen, all);
    await screenshot(untrusted, `${name}-untrusted`);
    assertEquals(await untrusted.evaluate("typeof Plotly"), "undefined");
    assertEquals(asked, []);
    await untrusted.close();

    await python(["-c", sign, file], env);
    const trusted = await open();
    await expectInPage(trusted, drawn, charts);
    await expectInPage(trusted, begun, widgets > 0);
    await unroll(trusted);
    await expectInPage(trusted, seen, pictures);
    await screenshot(trusted, `${name}-trusted`);
    assert(asked.length > 0, "expected plotly.js to be fetched");
    await trusted.close();
  }

  await python(["-m", "nbconvert", "--to", "html", file], env);
  const html = await Deno.readTextFile(folder.at(`${name}.html`));
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } }),
  );
  const exported = await openPage(context, `http://127.0.0.1:${server.addr.port}/`);
  await expectInPage(exported, drawn, charts);
  await expectInPage(exported, seen, pictures);
  await unroll(exported);
  await screenshot(exported, `${name}-exported`);
  await exported.close();
}

Deno.test({
  name: "charts are live where a notebook is trusted or exported, and pictures where it is not",
  ignore,
  async fn() {
    using folder = new Folder({ "demo.ipynb": JSON.stringify(demo) });
    const { notebook, failure } = await executeNotebook(folder.at("demo.ipynb"));
    assertEquals(failure, undefined);
    await look("demo", formatNotebook(notebook));
  },
});

/** The notebook of the course that has the most charts. */
let richest: string | undefined, most = 0;
for (const path of ignore ? [] : await listNotebooks(notebooks)) {
  const { charts } = count(await readNotebook(path));
  if (charts > most) [richest, most] = [path, charts];
}

Deno.test({
  name: "so are those of the course",
  ignore: ignore || richest === undefined,
  fn: async () => await look(basename(richest!, ".ipynb"), await Deno.readTextFile(richest!)),
});
