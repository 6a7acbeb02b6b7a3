/** The dashboard as who watches sees it: in a real browser. */
import { assert, assertEquals } from "@std/assert";
import { FileLock } from "../../lib/core/file_lock.ts";
import { serveDashboard } from "../../lib/dashboard/server.ts";
import { Folder } from "../images/files.ts";
import {
  expectInPage,
  openBrowser,
  openPage,
  type Page,
  screenshot,
} from "../notebooks/browser.ts";
import { needs } from "../setup/needs.ts";
import { addLine, epochLine, lookAt, progressLines, writeRun } from "./runs.ts";

/** What would run if a label became markup. */
const evil = "<img src=x onerror=window.pwned=1>";

/** The lines of the chart of a metric that say something, or a property of each. */
const lines = (metric: string, property = "name") =>
  `(document.querySelector('[data-metric="${metric}"] .js-plotly-plot')?._fullData ?? [])` +
  `.filter((line) => line.hoverinfo !== "skip").map((line) => line.${property})`;

const shownRuns = `[...document.querySelectorAll(".runs .name")].map((name) => name.textContent)`;
const clickOn = (selector: string) => `document.querySelector(${JSON.stringify(selector)}).click()`;
const type = (selector: string, text: string) =>
  `{ const field = document.querySelector(${JSON.stringify(selector)});
     field.value = ${JSON.stringify(text)};
     field.dispatchEvent(new Event("input")); }`;

async function goTo(page: Page, view: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(view)}`);
  await expectInPage(page, `document.querySelector('[aria-selected="true"]').id`, `tab-${view}`);
}

Deno.test({
  name: "dashboard: what a browser shows, hears and is refused",
  ignore: !needs.browser.met,
  async fn(t) {
    using runs = new Folder(), other = new Folder();
    const root = runs.path;
    const first = writeRun(root, "first", {
      settings: { learningRate: 0.1 },
      lines: progressLines(10_000),
      status: "running",
      mistakes: [["a", "b"]],
    });
    writeRun(root, "second", {
      settings: { learningRate: 0.2 },
      lines: [1, 2, 3].map((epoch) => epochLine(epoch, 3000 * epoch, 1 / epoch)),
      probes: [0, 1, 2].map((epoch) => lookAt(epoch, "conv1.kernel", "conv1")),
    });
    const bad = evil.replaceAll("/", "");
    writeRun(root, bad, {
      settings: { model: evil, [evil]: evil },
      classes: [evil, "b"],
      lines: [{ ...epochLine(1, 5, 1), [evil]: 1 }, { ...epochLine(2, 9, 0.5), [evil]: 2 }],
      probes: [0, 1].map((epoch) => lookAt(epoch, evil, evil)),
      mistakes: [[evil, evil]],
    });
    Deno.writeTextFileSync(`${root}/${bad}/tags.json`, JSON.stringify({ tags: [evil] }));
    const lock = await FileLock.take(`${first}/model.safetensors`);
    await using dashboard = serveDashboard(root, 0);
    await using browser = await openBrowser(other.path, []);
    const page = await openPage(browser.context, dashboard.address);
    const step = (name: string, body: () => Promise<void>) => t.step(name, body);

    await step("the token leaves the address", async () => {
      await expectInPage(page, "location.pathname + location.search", "/");
      await expectInPage(page, `${shownRuns}.length`, 3);
    });
    await step("curves of several runs lie over one another, thinned", async () => {
      await expectInPage(
        page,
        `${lines("loss")}.sort()`,
        [bad, "first", "second"].sort().map(
          (name) => name.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
        ),
      );
      await page.evaluate(type(".filter input", "first"));
      await expectInPage(page, lines("loss"), ["first"]);
      await expectInPage(page, lines("loss", "x.length"), [1000]);
      await expectInPage(page, lines("loss", "x.at(-1)"), [10_000]);
      await screenshot(page, "dashboard-curves");
    });
    await step("what is written shows at once", async () => {
      addLine(first, { ...epochLine(10, 10_001, 0.125), validation: { loss: 0.25, top1: 0.875 } });
      await expectInPage(page, lines("loss", "x.at(-1)"), [10_001]);
      await expectInPage(page, lines("validation/top1", "y.at(-1)"), [0.875]);
    });
    await step("axes, smoothing, logarithm", async () => {
      const smoother = ".toolbar input[type=range]";
      await page.evaluate(type(smoother, "0.9"));
      const all = `document.querySelector('[data-metric="loss"] .js-plotly-plot')._fullData.length`;
      await expectInPage(page, all, 2);
      await page.evaluate(type(smoother, "0"));
      await page.evaluate(clickOn(".choice button:nth-child(2)"));
      await expectInPage(page, lines("loss", "x.at(-1)"), [10]);
      await page.evaluate(clickOn(".toolbar .check input"));
      const kind =
        `document.querySelector('[data-metric="loss"] .js-plotly-plot')._fullLayout.yaxis.type`;
      await expectInPage(page, kind, "log");
      await page.evaluate(clickOn(".toolbar .check input"));
    });
    await step("runs are filtered and sorted", async () => {
      await page.evaluate(type(".filter input", "learning-rate>0.1"));
      await expectInPage(page, shownRuns, ["second"]);
      await page.evaluate(type(".filter input", ""));
      await goTo(page, "runs");
      await page.evaluate(clickOn('[data-key="sort run"]'));
      const names = `[...document.querySelectorAll("tbody tr")].map((row) => row.dataset.run)`;
      await expectInPage(page, names, [bad, "first", "second"].sort((a, b) => a.localeCompare(b)));
      await screenshot(page, "dashboard-runs");
    });
    await step("a run is asked to stop", async () => {
      await page.evaluate("window.confirm = () => true");
      await page.evaluate(clickOn('[data-key="stop first"]'));
      const status = `document.querySelector('[data-run="first"] .status').textContent`;
      await expectInPage(page, status, "stopping");
      assert((await Deno.stat(`${first}/stop`)).isFile);
      await Deno.remove(`${first}/stop`);
    });
    await step("a run whose process is gone has died", async () => {
      lock[Symbol.dispose]();
      await expectInPage(
        page,
        `document.querySelector('[data-run="first"] .status').textContent`,
        "died",
      );
    });
    await step("tags are written", async () => {
      await page.evaluate(clickOn('[data-key="tags second"]'));
      await page.evaluate(`{ const field = document.querySelector("td input");
        field.value = "good, ${evil}"; field.blur(); }`);
      const tags =
        `[...document.querySelectorAll('[data-run="second"] .tag')].map((tag) => tag.textContent)`;
      await expectInPage(page, tags, ["good", evil]);
      assertEquals(JSON.parse(Deno.readTextFileSync(`${root}/second/tags.json`)).tags, [
        "good",
        evil,
      ]);
    });
    await step("no label becomes markup, in any view", async () => {
      await page.evaluate(`[...document.querySelectorAll(".runs .name")]
        .find(({ textContent }) => textContent === ${JSON.stringify(bad)}).click()`);
      const views: readonly (readonly [string, string, number])[] = [
        ["curves", ".js-plotly-plot", 1],
        ["layers", ".js-plotly-plot", 4],
        ["histograms", ".ridges", 1],
        ["filters", "canvas", 1],
        ["mistakes", ".pictures img", 1],
        ["confusion", ".matrix", 1],
        ["settings", ".settings .differs", 1],
        ["graph", ".nothing", 1],
        ["sweeps", ".nothing", 1],
      ];
      for (const [view, selector, least] of views) {
        await goTo(page, view);
        await expectInPage(
          page,
          `document.querySelectorAll(${JSON.stringify(selector)}).length >= ${least}`,
          true,
        );
        await screenshot(page, `dashboard-${view}`);
      }
      await expectInPage(
        page,
        `[window.pwned ?? null, document.querySelectorAll('img[src="x"]').length]`,
        [null, 0],
      );
    });
    await step("a sweep that begins shows as parallel coordinates, its best first", async () => {
      const trials = [0.25, 0.75, 0.5].map((value, i) => {
        const name = `trial-${i + 1}`, options = { "learning-rate": 0.1 ** i, model: evil };
        for (const seed of [0, 1]) {
          const result = { test: { top1: value + 0.01 * seed } };
          writeRun(root, `sweep/${name}/seed-${seed}`, { result, lines: [epochLine(1, 5, 1)] });
        }
        return { name, options, seeds: [0, 1] };
      });
      const recipe = {
        method: "grid",
        vary: { "learning-rate": [], model: [] },
        metric: "top1",
        goal: "max",
      };
      Deno.writeTextFileSync(
        `${root}/sweep/sweep.json`,
        JSON.stringify({ format: "striate-sweep", recipe, trials }),
      );
      await expectInPage(page, `document.querySelectorAll("path.trial").length`, 3);
      await expectInPage(
        page,
        `document.querySelector("p.best").textContent`,
        "Best so far: trial-2, Top-1 accuracy 75.50 % ± 0.71 % (2 seeds)",
      );
      await expectInPage(
        page,
        `[...document.querySelectorAll("tbody th")].map((name) => name.textContent)`,
        ["trial-2", "trial-3", "trial-1"],
      );
      await screenshot(page, "dashboard-sweeps");
      await page.evaluate(clickOn('[aria-label="Show the curves of trial-3 alone"]'));
      await expectInPage(page, `${lines("loss")}.sort()`, ["seed-0", "seed-1"]);
      await expectInPage(page, "window.pwned ?? null", null);
    });
    await step("arrow keys go from tab to tab", async () => {
      await goTo(page, "curves");
      await page.evaluate(`document.querySelector("#tab-curves").dispatchEvent(
        new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }))`);
      await expectInPage(page, "[location.hash, document.activeElement.id]", [
        "#sweeps",
        "tab-sweeps",
      ]);
    });
    await step("a narrow window has room for all", async () => {
      await page.setViewportSize({ width: 380, height: 700 });
      for (const view of ["curves", "runs", "settings"]) {
        await goTo(page, view);
        await expectInPage(page, "document.documentElement.scrollWidth <= 380", true);
        await screenshot(page, `dashboard-narrow-${view}`);
      }
      await page.setViewportSize({ width: 1000, height: 1200 });
    });
    await step("what is exported needs no server", async () => {
      const { port, origin, searchParams } = new URL(dashboard.address);
      const cookie = `striate-${port}=${searchParams.get("token")}`;
      const exported = `${origin}/api/export.html?run=first&run=second`;
      const html = await (await fetch(exported, { headers: { cookie } })).text();
      const asked: string[] = [];
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        ({ url }) => {
          asked.push(new URL(url).pathname);
          return new Response(html, {
            headers: { "content-type": "text/html; charset=utf-8" },
          });
        },
      );
      const kept = await openPage(browser.context, `http://127.0.0.1:${server.addr.port}/`);
      await expectInPage(kept, `${lines("loss")}.sort()`, ["first", "second"]);
      for (const [view, selector] of [["histograms", ".ridges"], ["mistakes", ".pictures img"]]) {
        const run = view === "histograms" ? "second" : "first";
        await kept.evaluate(`[...document.querySelectorAll(".runs .name")]
          .find(({ textContent }) => textContent === "${run}").click()`);
        await goTo(kept, view!);
        await expectInPage(kept, `document.querySelectorAll("${selector}").length`, 1);
      }
      await kept.close();
      assertEquals(asked.filter((path) => path !== "/favicon.ico"), ["/"]);
    });
    await step("a page of another origin reads and changes nothing", async () => {
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        () =>
          new Response("<!doctype html><p>another", { headers: { "content-type": "text/html" } }),
      );
      const stranger = await openPage(browser.context, `http://127.0.0.1:${server.addr.port}/`);
      await expectInPage(stranger, "document.readyState", "complete");
      const { origin, searchParams } = new URL(dashboard.address);
      const token = searchParams.get("token");
      const outcome = async (how: string) => await stranger.evaluate(how);
      const reading = (path: string, options: object) =>
        outcome(`fetch("${origin}${path}", ${JSON.stringify(options)})
          .then((r) => r.text().then((text) => [r.type, text]), (error) => "refused")`);
      assertEquals(await reading("/api/overview", { credentials: "include" }), "refused");
      assertEquals(
        await reading("/api/overview", { credentials: "include", mode: "no-cors" }),
        "refused",
      );
      const post = {
        method: "POST",
        headers: { "x-striate-token": token },
        credentials: "include",
      };
      assertEquals(await reading("/api/stop?run=second", post), "refused");
      const plain = { method: "POST", credentials: "include", mode: "no-cors" };
      assertEquals(await reading("/api/tags?run=second", { ...plain, body: "[]" }), "refused");
      assertEquals(JSON.parse(Deno.readTextFileSync(`${root}/second/tags.json`)).tags, [
        "good",
        evil,
      ]);
      const framed = await outcome(`new Promise((done) => {
        const frame = document.createElement("iframe");
        frame.src = "${dashboard.address}";
        frame.onload = () => { try { done(frame.contentDocument?.body.children.length ?? 0); } catch { done(0); } };
        document.body.append(frame);
      })`);
      assertEquals(framed, 0);
      await stranger.close();
    });
    await page.close();
  },
});
