/** The tools of a live chart, before a reader's eyes. */
import { assert } from "@std/assert";
import { plotlyUrl } from "../../lib/show/plotly.ts";
import { plot } from "../../mod.ts";
import { plotly } from "../../lib/dashboard/assets.ts";
import { expectInPage, openBrowser, openPage } from "../notebooks/browser.ts";
import { Folder } from "../images/files.ts";
import { needs } from "../setup/needs.ts";

Deno.test({
  name: "the tools of a chart hide until it is pointed at, and cover nothing",
  ignore: !needs.chromium.met,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    using folder = new Folder();
    const html = [
      plot.line([3, 1, 2], { title: "Lines with a title that is as long as the chart is wide" })
        .html(),
      await plot.images({ width: 2, height: 1, data: new Uint8Array(6) }).html(),
    ];
    const page = `<!doctype html><meta charset="utf-8">${html.join("")}`;
    const body = await plotly();
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response(page, { headers: { "content-type": "text/html" } }),
    );
    try {
      await using browser = await openBrowser(folder.path, [{ url: plotlyUrl, body }]);
      const opened = await openPage(browser.context, `http://127.0.0.1:${server.addr.port}/`);
      const all = `[...document.querySelectorAll(".striate-figure > div")]`;
      await expectInPage(
        opened,
        `${all}.filter((one) => one.querySelector(".main-svg")).length`,
        2,
      );
      // Of a chart they are below, of a picture there are none.
      const tools = `${all}.map((one) => [...one.querySelectorAll(".modebar-btn")].length > 0)`;
      await expectInPage(opened, tools, [true, false]);
      const isBelow = `(() => {
        const bar = document.querySelector(".modebar-container").getBoundingClientRect();
        const chart = document.querySelector(".main-svg").getBoundingClientRect();
        return bar.top >= chart.bottom - 1 && bar.height > 10;
      })()`;
      await expectInPage(opened, isBelow, true);
      const opacity = `getComputedStyle(document.querySelector(".modebar-container")).opacity`;
      await expectInPage(opened, opacity, "0");
      await opened.evaluate(
        `document.querySelector(".striate-figure > div").dispatchEvent(new PointerEvent("pointerenter"))`,
      );
      await expectInPage(opened, opacity, "1");
      assert(browser.asked.includes(plotlyUrl));
    } finally {
      await server.shutdown();
    }
  },
});
