/** Widgets before a reader's eyes and under their mouse, in a real browser. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { digits } from "../../data/digits.ts";
import { jupyterDisplay } from "../../lib/show/bundle.ts";
import { widgets } from "../../mod.ts";
import { lenet5 } from "../../lib/zoo/lenet5.ts";
import { tensor } from "../../lib/tensor/create.ts";
import { adam } from "../../lib/train/optimizers.ts";
import { sequential } from "../../lib/train/make_model.ts";
import {
  drag,
  expectInPage,
  openBrowser,
  openPage,
  type Page,
  screenshot,
} from "../notebooks/browser.ts";
import { Folder } from "../images/files.ts";
import { needs } from "../setup/needs.ts";

/** A number or a list that a widget keeps beside what it shows. */
async function kept(page: Page, name: string): Promise<number & number[] & number[][]> {
  return JSON.parse(
    await page.evaluate(`document.querySelector("[data-live] > div").dataset.${name}`) as string,
  );
}

const textOf = async (page: Page, part: string) =>
  await page.evaluate(`document.querySelector("[data-part=${part}]").textContent`) as string;

/** Moves a slider. */
const slide = async (page: Page, name: string, value: number) =>
  await page.locator(`[data-name="${name}"]`).fill(String(value));

const { train, test } = digits({ train: 6000, test: 40, seed: 3 });

/** A LeNet-5 that has learnt drawn digits, and the first digit of its test. */
async function trained() {
  const net = lenet5({ seed: 1 });
  await net.fit(train, { epochs: 8, batchSize: 50, optimizer: adam({ learningRate: 0.002 }) });
  const [example] = [...test.batches({ batchSize: 1 })];
  const image = tensor(Float32Array.from(example!.inputs[0]!, (byte) => byte / 255), {
    shape: [28, 28, 1],
  });
  const { mean, standardDeviation } = net.normalization!;
  const read = image.sub(mean[0]!).div(standardDeviation[0]!).expandDims(0);
  return { net, image, logits: Array.from(await (await net.predict(read)).data()) };
}

const circle = (steps: number) =>
  Array.from({ length: steps + 1 }, (_, i) => {
    const angle = -Math.PI / 2 + i * 2 * Math.PI / steps;
    return [0.5 + 0.2 * Math.cos(angle), 0.5 + 0.3 * Math.sin(angle)] as const;
  });

Deno.test({
  name: "widgets are driven by the mouse, without a network; without scripts they are pictures",
  ignore: !needs.chromium.met,
  async fn(t) {
    const { net, image, logits } = await trained();
    const pages = {
      digit: await widgets.drawDigit(net),
      inside: await widgets.lookInside(net, { image }),
      convolution: widgets.convolution({ image: [[0, 0, 0], [0, 1, 0], [0, 0, 0]] }),
      softmax: widgets.softmax([2, 1, 0], { labels: ["a", "b", "c"] }),
      rate: widgets.learningRate({ rate: 0.1 }),
      border: widgets.decisionBoundary({ points: "xor", units: 8 }),
    };
    const html = new Map<string, string>();
    for (const [name, page] of Object.entries(pages)) {
      const { "text/html": text, "image/png": png } = await page[jupyterDisplay]();
      assert(typeof png === "string" && png.length > 1000, `${name}: a picture as PNG`);
      html.set(name, `<!DOCTYPE html><meta charset="utf-8">${text}`);
    }
    using folder = new Folder({});
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        const [, name = "", mode] = new URL(request.url).pathname.split("/");
        const headers = new Headers({ "content-type": "text/html; charset=utf-8" });
        if (mode === "still") headers.set("content-security-policy", "script-src 'none'");
        return new Response(html.get(name) ?? "", { headers });
      },
    );
    await using browser = await openBrowser(folder.path, []);
    const open = (path: string) =>
      openPage(browser.context, `http://127.0.0.1:${server.addr.port}/${path}`);
    const live = async (name: string) => {
      const page = await open(name);
      await expectInPage(page, `document.querySelectorAll("[data-live] > div").length`, 1);
      await expectInPage(page, `document.querySelectorAll("img").length`, 0);
      return page;
    };

    await t.step("where no script may run there is the picture", async () => {
      for (const name of Object.keys(pages)) {
        const page = await open(`${name}/still`);
        await expectInPage(
          page,
          `[...document.images].map((image) => image.complete && image.naturalWidth > 100)`,
          [true],
        );
        await expectInPage(page, `document.querySelectorAll("[data-live]").length`, 0);
        await page.close();
      }
    });

    await t.step("a digit that is drawn is read", async () => {
      const page = await live("digit");
      const best = `document.querySelector("[data-part=answer]").dataset.best`;
      await drag(page, "[data-part=pad]", circle(24));
      await screenshot(page, "widget-digit");
      await expectInPage(page, best, "0");
      await page.locator("[data-name=clear]").click();
      await drag(page, "[data-part=pad]", [[0.55, 0.15], [0.47, 0.85]]);
      await expectInPage(page, best, "1");
      await page.close();
    });

    await t.step(
      "weights in 8 bits answer as the model does, and a unit shows its sum",
      async () => {
        const page = await live("inside");
        const found = await kept(page, "logits"), largest = Math.max(...logits.map(Math.abs));
        found.forEach((x, i) => assertAlmostEquals(x, logits[i]!, 0.03 * largest));
        for (const [layer, terms] of [["c1", 1], ["s2", 0], ["c3", 6], ["f6", 1]] as const) {
          const box = (await page.locator(`[data-layer=${layer}]`).boundingBox())!;
          await page.mouse.move(box.x + 20, box.y + 3);
          await expectInPage(
            page,
            `document.querySelector("[data-part=unit]").textContent.startsWith("${layer}, ")`,
            true,
          );
          await expectInPage(
            page,
            `document.querySelectorAll("[data-part=detail] canvas").length`,
            terms,
          );
        }
        await screenshot(page, "widget-inside");
        await page.close();
      },
    );

    await t.step(
      "a kernel that is edited changes the output, as do stride and padding",
      async () => {
        const page = await live("convolution");
        assertEquals(await kept(page, "output"), [[0]]);
        await page.locator("[data-cell='1,1']").fill("7");
        assertEquals(await kept(page, "output"), [[7]]);
        await slide(page, "padding", 1);
        assertEquals(await kept(page, "output"), [[-1, 0, 1], [-1, 7, 1], [-1, 0, 1]]);
        await slide(page, "stride", 2);
        assertEquals(await kept(page, "output"), [[-1, 1], [-1, 1]]);
        assertEquals(await textOf(page, "rule"), "rows: (3 + 2·1 − 3)/2 + 1 = 2");
        await slide(page, "stride", 1);
        await slide(page, "padding", 2);
        await slide(page, "dilation", 2);
        assertEquals((await kept(page, "output")).length, 3);
        await slide(page, "padding", 1);
        await slide(page, "dilation", 1);
        // A pixel that is painted: the one at the upper left, within the padding of one.
        await drag(page, "[data-part=image]", [[0.3, 0.3]]);
        assertEquals(await kept(page, "output"), [[6, 1, 1], [-1, 8, 1], [-1, 0, 1]]);
        await page.locator("[data-name=preset]").selectOption("identity");
        assertEquals(await kept(page, "output"), [[1, 0, 0], [0, 1, 0], [0, 0, 0]]);
        await screenshot(page, "widget-convolution");
        await page.close();
      },
    );

    await t.step("the temperature makes softmax flat or sharp", async () => {
      const page = await live("softmax");
      const powers = [2, 1, 0].map(Math.exp), sum = powers.reduce((a, b) => a + b);
      (await kept(page, "shares")).forEach((x, i) => assertAlmostEquals(x, powers[i]! / sum, 1e-5));
      await slide(page, "temperature", 1); // a slider of the logarithm: T = 10
      const hot = await kept(page, "shares");
      assert(hot[0]! < 0.4 && hot[2]! > 0.28, String(hot));
      await slide(page, "temperature", -1);
      assert((await kept(page, "shares"))[0]! > 0.9999);
      await slide(page, "score 2", 5);
      assert((await kept(page, "shares"))[2]! > 0.9999);
      await page.close();
    });

    await t.step("a learning rate that is too large diverges", async () => {
      const page = await live("rate");
      assertEquals(await kept(page, "diverged"), false as never);
      assert(await kept(page, "loss") < 0.01);
      await slide(page, "learning rate", -0.5); // 10 ** -0.5 is above 2 / 8
      assertEquals(await kept(page, "diverged"), true as never);
      await slide(page, "learning rate", -1);
      await page.locator("[data-name=surface]").selectOption("two minima");
      await drag(page, "[data-part=surface]", [[0.2, 0.5]]);
      const left = await kept(page, "loss");
      await drag(page, "[data-part=surface]", [[0.8, 0.5]]);
      assert(left < 0 && await kept(page, "loss") > left, "the right minimum is the higher one");
      await screenshot(page, "widget-rate");
      await page.close();
    });

    await t.step("a border is learnt in the page; a single neuron cannot learn it", async () => {
      const page = await live("border");
      const accuracy = `Number(document.querySelector("[data-live] > div").dataset.accuracy)`;
      await page.locator("[data-name=train]").click();
      await expectInPage(page, `${accuracy} > 0.97`, true);
      await page.locator("[data-name=train]").click();
      await screenshot(page, "widget-border");
      await slide(page, "units", 0);
      for (let i = 0; i < 5; i++) await page.locator("[data-name=step]").click();
      assertEquals(await kept(page, "step"), 5 as never);
      assert(await kept(page, "accuracy") < 0.8);
      await page.close();
    });
    assertEquals(browser.asked, []);
  },
});

Deno.test("widgets: what pages cannot compute is refused, before anything is drawn", async () => {
  const branch = sequential([28, 28, 1]).conv2d(2, 3, { dilation: 2 }).flatten().dense(10);
  await assertRejects(() => widgets.drawDigit(branch), TypeError, "dilation");
  await assertRejects(() => widgets.lookInside(sequential([4]).dense(2)), TypeError, "grey images");
  await assertRejects(
    () => widgets.drawDigit(lenet5(), { classes: ["a"] }),
    TypeError,
    "one for each output",
  );
  const normed = sequential([8, 8, 1]).batchNorm().flatten().dense(2);
  await assertRejects(() => widgets.drawDigit(normed), TypeError, "not known to pages");
  assertThrows(() => widgets.convolution({ kernel: [[1, 2]] }), RangeError, "3 x 3");
  assertThrows(() => widgets.convolution({ image: [[1]] }), RangeError, "room for the kernel");
  assertThrows(() => widgets.softmax([1]), RangeError, "2 to 10");
  assertThrows(() => widgets.learningRate({ rate: 5 }), RangeError, "rate");
  assertThrows(() => widgets.decisionBoundary({ points: "moons" as "xor" }), RangeError, "points");
});

Deno.test("widgets: equal ones have equal HTML, and save writes a page", async () => {
  const one = widgets.softmax([1, 2]), other = widgets.softmax([1, 2]);
  assertEquals(await one.html(), await other.html());
  assert(await one.html() !== await widgets.softmax([2, 2]).html());
  using folder = new Folder({});
  await one.save(folder.at("page.html"));
  assert((await Deno.readTextFile(folder.at("page.html"))).startsWith("<!DOCTYPE html>"));
  await assertRejects(() => one.save(folder.at("page.png")), RangeError, ".html");
});
