/**
 * Milliseconds that the dashboard takes to draw a run of 10,000 points, and from a line in its file to the
 * point in the chart, in Chromium:
 *
 *     deno run -A tests/dashboard/measure.ts [points]
 *
 * @module
 */
import { serveDashboard } from "../../lib/dashboard/server.ts";
import { Folder } from "../images/files.ts";
import { expectInPage, openBrowser, openPage } from "../notebooks/browser.ts";
import { addLine, epochLine, progressLines, writeRun } from "./runs.ts";

/** Times that are measured. */
const rounds = 15;

/**
 * Hides the run and shows it again; from there until its curves are fetched and drawn. The page has none
 * of it: the server is asked anew, since a line was added.
 */
const round = `(async () => {
  const box = document.querySelector(".runs input"), chart = '[data-metric="loss"] .js-plotly-plot';
  const drawn = () => document.querySelector(chart)?._fullData?.length > 0 &&
    document.querySelector(chart + " .scatterlayer path.js-line") !== null;
  const until = async (isDone) => {
    while (!isDone()) await new Promise((done) => requestAnimationFrame(done));
  };
  const fetching = performance.now();
  const series = await (await fetch("/api/series?run=run")).json();
  const fetched = performance.now() - fetching;
  box.click();
  await until(() => !drawn());
  await new Promise((done) => setTimeout(done, 500));
  const began = performance.now();
  box.click();
  await until(drawn);
  return { fetched, drawn: performance.now() - began, points: series.loss.step.length };
})()`;

/** Waits until the chart has a point at a step. */
const arrival = (step: number) =>
  `(async () => {
  const chart = document.querySelector('[data-metric="loss"] .js-plotly-plot');
  while (chart._fullData[0]?.x.at(-1) !== ${step}) {
    await new Promise((done) => requestAnimationFrame(done));
  }
})()`;

const count = Number(Deno.args[0] ?? 10_000);
using runs = new Folder(), other = new Folder();
const folder = writeRun(runs.path, "run", { lines: progressLines(count) });
await using dashboard = serveDashboard(runs.path, 0);
await using browser = await openBrowser(other.path, []);
const page = await openPage(browser.context, `${dashboard.address}#curves`);
await expectInPage(page, `document.querySelector('[data-metric="loss"] .js-line') !== null`, true);
await page.evaluate(`{
  const field = document.querySelector(".toolbar input[type=search]");
  field.value = "loss";
  field.dispatchEvent(new Event("input"));
}`);
await expectInPage(page, `document.querySelectorAll(".card").length`, 1);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const measured: { fetched: number; drawn: number; points: number }[] = [];
for (let i = 0; i < rounds; i++) {
  measured.push(await page.evaluate(round) as typeof measured[number]);
}
const delays: number[] = [];
for (let step = count + 1; step <= count + rounds; step++) {
  const began = performance.now();
  addLine(folder, epochLine(10, step, 0.1));
  await page.evaluate(arrival(step));
  delays.push(performance.now() - began);
}
const of = (name: "fetched" | "drawn") => {
  const values = measured.map((one) => one[name]);
  return `${median(values).toFixed(0)} ms (${Math.min(...values).toFixed(0)} to ${
    Math.max(...values).toFixed(0)
  })`;
};
console.log(`${count} points, thinned to ${measured[0]!.points}; median of ${rounds}:`);
const [delay, longest] = [median(delays), Math.max(...delays)];
console.log(`fetched in ${of("fetched")}, drawn in ${of("drawn")}`);
console.log(`a line is drawn after ${delay.toFixed(0)} ms (at most ${longest.toFixed(0)})`);
await page.close();
