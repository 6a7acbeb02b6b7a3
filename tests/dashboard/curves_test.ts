/** Curves: read as a run writes them, thinned, smoothed, saved. */
import { assert, assertEquals } from "@std/assert";
import { csvOf } from "../../lib/dashboard/export_csv.ts";
import { MetricLines } from "../../lib/dashboard/metric_lines.ts";
import { matches } from "../../lib/dashboard/page/filter.ts";
import { smoothed } from "../../lib/dashboard/page/smooth.ts";
import { thinned } from "../../lib/dashboard/page/thin.ts";
import { RunView } from "../../lib/dashboard/run_view.ts";
import { inFolder } from "../folders.ts";
import { addLine, began, epochLine, progressLines, writeRun } from "./runs.ts";

Deno.test("thinned curves keep their ends and what sticks out", () => {
  const x = Array.from({ length: 10_000 }, (_, i) => i);
  const y = x.map((i) => i === 4321 ? 50 : Math.sin(i / 500));
  const places = thinned(x, y, 200);
  assertEquals([places.length, places[0], places.at(-1)], [200, 0, 9999]);
  assert(places.includes(4321));
  assertEquals(places.toSorted((a, b) => a - b), places);
  assertEquals(new Set(places).size, 200);
  // Between the points that are left, a line is near the curve.
  for (let i = 1; i < places.length; i++) {
    const [from, to] = [places[i - 1]!, places[i]!];
    if (from === 4321 || to === 4321) continue;
    const middle = Math.floor((from + to) / 2);
    if (middle === 4321) continue;
    const drawn = y[from]! + (y[to]! - y[from]!) * (middle - from) / (to - from);
    assert(Math.abs(drawn - y[middle]!) < 0.05, `at ${middle}`);
  }
  assertEquals(thinned([1, 2], [3, null], 10), [0, 1]);
});

Deno.test("smoothed curves begin where they begin, do not depend on how dense points are, keep gaps", () => {
  const line = (step: number) => Array.from({ length: 1000 / step + 1 }, (_, i) => i * step);
  const dense = line(1), wide = line(10), jump = (x: number) => x < 500 ? 0 : 1;
  const [a, b] = [dense, wide].map((x) => smoothed(x, x.map(jump), 0.99));
  for (const at of [0, 400, 600, 900]) {
    assert(Math.abs(a![at]! - b![at / 10]!) < 0.06, `${at}: ${a![at]} and ${b![at / 10]}`);
  }
  assert(a![600]! > 0.5 && a![600]! < 0.9);
  assertEquals(smoothed([0, 1, 2], [5, 5, 5], 0.9).map((value) => Math.round(value! * 1e9) / 1e9), [
    5,
    5,
    5,
  ]);
  assertEquals(smoothed([0, 1, 2], [1, null, 1], 0.9)[1], null);
  assertEquals(smoothed([0, 1], [1, 2], 0), [1, 2]);
});

Deno.test("lines are read as they come, whole ones only, from the beginning where the file is another", () =>
  inFolder(async (root) => {
    const folder = writeRun(root, "run", { lines: progressLines(3, 1) });
    const lines = new MetricLines(`${folder}/metrics.jsonl`);
    assert(await lines.read());
    assertEquals(await lines.read(), false);
    assertEquals(lines.series(100).loss!.step, [1, 2, 3]);
    assertEquals(lines.standing, { epoch: 1, step: 3, epochs: 1 });
    const text = JSON.stringify(epochLine(1, 4, 0.5)), path = `${folder}/metrics.jsonl`;
    Deno.writeTextFileSync(path, text.slice(0, 40), { append: true });
    assertEquals(await lines.read(), false);
    Deno.writeTextFileSync(path, `${text.slice(40)}\nno JSON\n`, { append: true });
    assert(await lines.read());
    const { loss, "validation/loss": validation } = lines.series(100);
    assertEquals([loss!.step.at(-1), loss!.value.at(-1)], [4, 0.5]);
    assertEquals([validation!.step, validation!.value], [[4], [0.55]]);
    assertEquals(lines.series(100, 2, 3).loss!.step, [1, 2, 3, 4]);
    Deno.removeSync(path);
    Deno.writeTextFileSync(
      path,
      `${JSON.stringify({ ...epochLine(1, 9, 2), loss: null, processes: [2, 4] })}\n`,
    );
    assert(await lines.read());
    const { loss: other, "ranks/1": rank } = lines.series(100);
    assertEquals([other!.value, rank!.value], [[null], [1250]]);
  }));

Deno.test("the time of a run leaves out the pauses before it was resumed", () =>
  inFolder(async (root) => {
    const at = (seconds: number) => ({ time: new Date(began + 1000 * seconds).toISOString() });
    const lines = [[10, 1], [20, 2], [1030, 3]].map(([seconds, step]) => ({
      ...epochLine(1, step!, 1),
      ...at(seconds!),
    }));
    const folder = writeRun(root, "run", { lines });
    const metrics = new MetricLines(`${folder}/metrics.jsonl`);
    await metrics.read([began, began + 1_020_000]);
    assertEquals(metrics.series(10).loss!.seconds, [10, 20, 30]);
    assertEquals(metrics.seconds, 30);
  }));

Deno.test("all points are saved as CSV, in which no text is a formula", () =>
  inFolder(async (root) => {
    writeRun(root, '=1+1, "x"', { lines: [epochLine(1, 5, 0.25)] });
    const run = new RunView(root, '=1+1, "x"');
    await run.refresh();
    const rows = csvOf(new Map([['=1+1, "x"', run]])).split("\r\n");
    assertEquals(rows[0], "run,metric,step,epoch,seconds,value");
    assertEquals(rows[1], `"'=1+1, ""x""",loss,5,1,5,0.25`);
    addLine(run.folder, epochLine(2, 9, 0.2));
    assert(await run.refresh());
    assertEquals(csvOf(new Map([["r", run]])).trimEnd().split("\r\n").length, 1 + 2 * 6);
  }));

Deno.test("a filter has words, comparisons and their contrary", () =>
  inFolder(async (root) => {
    writeRun(root, "small", {
      settings: { optimizer: "adam", learningRate: 0.01 },
      lines: [epochLine(1, 5, 0.3)],
    });
    Deno.writeTextFileSync(`${root}/small/tags.json`, '{"tags":["kept one"]}');
    const run = new RunView(root, "small");
    await run.refresh();
    const yes = [
      "",
      "SMALL adam",
      "optimizer:ad",
      "learning-rate<0.1",
      "learningRate=0.01",
      "top1>=0.9",
    ];
    const no = [
      "smaller",
      "optimizer=ad",
      "learning-rate>0.1",
      "-adam",
      "nothing:x",
      "status:died",
    ];
    for (const filter of [...yes, "tag:kept", "-tag:old", "validation/loss<1", "status:done"]) {
      assert(matches(run.summary, filter), filter);
    }
    for (const filter of no) assert(!matches(run.summary, filter), filter);
  }));
