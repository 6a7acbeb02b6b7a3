import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { needs } from "../setup/needs.ts";
import { displaysOf, type Result, runCells, textOf } from "./kernel.ts";

const ignore = !needs.jupyter.met;

const htmlOf = (result: Result) => displaysOf(result).map((data) => String(data["text/html"]));
const prepare = `const { train, test } = s.digits({ train: 640, test: 100 });
  const net = s.sequential([28, 28, 1]).flatten().dense(16).relu().dense(10);`;

Deno.test({
  name: "fit shows its progress in one place, at most four times a second, and leaves a chart",
  ignore,
  fn: async () => {
    const [, fitted, again, line] = await runCells([
      prepare,
      "const history = await net.fit(train, { epochs: 60, batchSize: 32, validation: test });",
      "await s.show(history)",
      { source: "history", result: true },
    ]);
    const updates = fitted!.outputs.filter(({ type }) => /display_data$/.test(type));
    assertEquals(updates.length, fitted!.outputs.length);
    const ids = new Set(updates.map(({ content }) => content.transient.display_id));
    assertEquals([fitted!.reply, ids.size], ["ok", 1]);
    // The first and the last come when they must; all others keep their distance.
    const between = updates.slice(1, -1);
    assert(updates.length >= 3, `${updates.length} updates`);
    assert(between.length <= 4 * fitted!.seconds + 1, `${between.length} in ${fitted!.seconds} s`);
    for (const { content } of between) assertStringIncludes(content.data["text/html"], "<progress");
    assert(between.some(({ content }) => content.data["text/html"].includes("data:image/svg+xml")));
    const [left] = displaysOf(fitted!);
    const html = String(left!["text/html"]);
    assert(!html.includes("<progress"));
    assertStringIncludes(html, "<script");
    assertStringIncludes(html, '<td align="right" style="text-align:right">60</td>');
    assertMatch(String(left!["text/plain"]), /^epoch +loss +top-1 +validation loss/);
    assert(!/seconds|images\/s|\d left/.test(html), "there are times in what stays");
    // Shown again, it is the same; as a last expression, one line.
    assertEquals(displaysOf(again!)[0]!["text/plain"], left!["text/plain"]);
    assertMatch(String(displaysOf(line!)[0]!["text/plain"]), /^History of 60 epochs, 1200 steps: /);
  },
});

/** What waits until the stop button is forgotten. */
const later = "await new Promise((r) => setTimeout(r, 700));";

Deno.test({
  name: "the stop button ends the cell and those behind it; the model keeps what it has learnt",
  ignore,
  fn: async () => {
    const endless = (call: string) => ({
      source: `${later} console.log("begun"); await ${call}; console.log("never")`,
      interruptAt: "begun",
    });
    const [, stopped, queued, next, validating, evaluated, predicted, waiting, last] =
      await runCells([
        prepare,
        {
          source:
            `const options = { epochs: 100000, batchSize: 32, onProgress: () => console.log("now") };
            await net.fit(train, options); console.log("never")`,
          interruptAt: "now",
        },
        `await net.fit(train, { epochs: 2 }); console.log("never")`,
        `${later} const after = await net.fit(train, { epochs: 2 });
        await s.show(after.stopped + " " + after.steps)`,
        {
          source:
            `const endless = s.makeDataset(1e8, train, (i, b, row) => train.read(i % 640, b, row));
            const onStep = ({ step }) => step === 20 ? console.log("last step") : undefined;
            await net.fit(train, { epochs: 3, batchSize: 32, validation: endless, onStep })`,
          interruptAt: "last step",
        },
        endless(
          `net.evaluate(s.makeDataset(1e8, train, (i, b, row) => train.read(i % 640, b, row)))`,
        ),
        endless(
          `net.predict(s.makeDataset(1e6, train, (i, b, row) => train.read(i % 640, b, row)))`,
        ),
        {
          source:
            `console.log("begun"); await new Promise((r) => setTimeout(r, 700)); await s.show("on")`,
          interruptAt: "begun",
        },
        `await s.show((await net.evaluate(test)).loss > 0)`,
      ]);
    const errorOf = ({ outputs }: Result) =>
      String(outputs.find(({ type }) => type === "error")?.content.evalue);
    for (const cell of [stopped!, queued!, validating!, evaluated!, predicted!]) {
      assertEquals(cell.reply, "error");
      assertStringIncludes(errorOf(cell), "stopped by the user");
      assert(!textOf(cell, "stdout").includes("never"));
      assertEquals(textOf(cell, "stderr"), "");
    }
    assertMatch(String(displaysOf(stopped!)[0]!["text/plain"]), /stopped by the user/);
    assertMatch(String(displaysOf(validating!)[0]!["text/plain"]), /stopped by the user/);
    assertStringIncludes(errorOf(stopped!), "a model keeps what it has learnt");
    assertEquals(displaysOf(queued!), []);
    assertEquals([next!.reply, textOf(next!)], ["ok", "undefined 40\n"]);
    assertStringIncludes(textOf(waiting!, "stderr"), "the kernel goes on");
    assertEquals(textOf(waiting!, "stdout"), "begun\non\n");
    assertEquals(textOf(last!), "true\n");
  },
});

Deno.test({
  name: "errors in the background are shown, and hold no cell up",
  ignore,
  fn: async () => {
    const wait = "await new Promise((r) => setTimeout(r, 50)); await s.show('on')";
    const [timer, rejection, value] = await runCells([
      `setTimeout(() => { throw new RangeError("in a timer") }, 5); ${wait}`,
      `Promise.reject(new TypeError("not awaited")); ${wait}`,
      `Promise.reject({ code: 7 }); ${wait}`,
    ]);
    for (const cell of [timer!, rejection!, value!]) {
      assertEquals([cell.reply, textOf(cell, "stdout")], ["ok", "on\n"]);
    }
    assertMatch(textOf(timer!, "stderr"), /RangeError: in a timer\n +at /);
    assertMatch(textOf(rejection!, "stderr"), /TypeError: not awaited\n +at /);
    assertStringIncludes(textOf(value!, "stderr"), "{ code: 7 }");
  },
});

Deno.test({
  name: "an error ends fit, and what was shown stays",
  ignore,
  fn: async () => {
    const [, diverged] = await runCells([
      prepare,
      `await net.fit(train, { epochs: 3, optimizer: s.sgd({ learningRate: 1e30 }) })`,
    ]);
    assertEquals(diverged!.reply, "error");
    const [left, ...others] = displaysOf(diverged!);
    assertEquals(others, []);
    assertMatch(String(left!["text/plain"]), /failed in epoch 1/);
    assert(!String(left!["text/html"]).includes("<progress"));
    const error = diverged!.outputs.find(({ type }) => type === "error");
    assertEquals(error!.content.ename, "DivergenceError");
  },
});

Deno.test({
  name: "nothing that show was awaited for is lost in 100 cells, and it comes in order",
  ignore,
  fn: async () => {
    const cells = Array.from(
      { length: 100 },
      (_, i) => `console.log("log ${i}"); await s.show("text ${i}", s.table([[${i}]]), ${i})`,
    );
    const results = await runCells(cells);
    results.forEach((result, i) => {
      assertEquals(textOf(result), `log ${i}\ntext ${i}\n${i}\n`);
      assertEquals(htmlOf(result).map((html) => html.includes(`>${i}</td>`)), [true]);
    });
  },
});

Deno.test({
  name: "values show themselves as a cell's last expression",
  ignore,
  fn: async () => {
    const [scalar, matrix, data, net, figure, summary] = await runCells([
      "s.tensor(NaN)",
      "s.tensor([[1, -2], [3, 4]])",
      "s.digits({ train: 8, test: 1 }).train",
      "s.sequential([4]).dense(3)",
      "s.plot.images(s.digits({ train: 8, test: 1 }).train, { title: 'Pending' })",
      "s.sequential([4]).dense(3).summary()",
    ].map((source) => ({ source, result: true })));
    assertEquals(displaysOf(scalar!), [{ "text/plain": "NaN" }]);
    assertStringIncludes(htmlOf(matrix!)[0]!, "f32 [2, 2]");
    assertStringIncludes(htmlOf(data!)[0]!, "data:image/");
    assertStringIncludes(htmlOf(net!)[0]!, "dense1");
    assertStringIncludes(htmlOf(figure!)[0]!, 'alt="Pending"');
    assertStringIncludes(htmlOf(summary!)[0]!, "dense1");
  },
});
