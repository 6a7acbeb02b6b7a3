import { assertEquals } from "@std/assert";
import {
  formatNumber,
  linearTicks,
  logTicks,
  niceStep,
} from "../../../lib/plotly_svg/axes/tick_steps.ts";

const labels = (ticks: readonly { text: string }[]) => ticks.map(({ text }) => text);

Deno.test("steps are 1, 2 or 5 times a power of ten", () => {
  assertEquals([0.11, 0.19, 0.3, 0.7, 1.4, 30, 7000].map(niceStep), [
    0.2,
    0.2,
    0.5,
    1,
    2,
    50,
    10000,
  ]);
});

Deno.test("a rough step that is round itself gives way to the next", () => {
  assertEquals([1, 2, 5, 0.2].map(niceStep), [2, 5, 10, 0.5]);
});

Deno.test("ticks stand at round numbers within the range", () => {
  assertEquals(linearTicks([-0.3, 1.04], 6).map(({ at }) => at), [0, 0.5, 1]);
  assertEquals(linearTicks([0, 1], 6).map(({ at }) => at), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assertEquals(labels(linearTicks([0, 1], 6)), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  // The same places, whichever end is first.
  assertEquals(linearTicks([1, 0], 6), linearTicks([0, 1], 6));
  assertEquals(labels(linearTicks([-2, 2], 5)), ["−2", "−1", "0", "1", "2"]);
});

Deno.test("a range that ends just before a round number has its tick", () => {
  assertEquals(linearTicks([0, 0.99998], 6).at(-1)!.at, 1);
  assertEquals(linearTicks([0, 0.99], 6).at(-1)!.at, 0.8);
});

Deno.test("large and small numbers share a letter for their power of ten", () => {
  assertEquals(labels(linearTicks([0, 40000], 5)), ["0", "10k", "20k", "30k", "40k"]);
  assertEquals(labels(linearTicks([0, 4000], 5)), ["0", "1000", "2000", "3000", "4000"]);
  assertEquals(labels(linearTicks([0, 2.5e6], 6)), ["0", "0.5M", "1M", "1.5M", "2M", "2.5M"]);
  assertEquals(labels(linearTicks([0, 4e-5], 5)), ["0", "10μ", "20μ", "30μ", "40μ"]);
});

Deno.test("steps and where they begin can be given", () => {
  assertEquals(linearTicks([0, 10], 5, 3, 1).map(({ at }) => at), [1, 4, 7, 10]);
  assertEquals(labels(linearTicks([0, 1], 5, 0.25)), ["0", "0.25", "0.5", "0.75", "1"]);
});

Deno.test("a logarithmic axis has its powers of ten", () => {
  assertEquals(labels(logTicks([-4, 2], 6)), ["100μ", "0.001", "0.01", "0.1", "1", "10", "100"]);
  assertEquals(logTicks([0, 6], 4).map(({ at }) => at), [0, 2, 4, 6]);
});

Deno.test("within a few powers of ten the digits between have ticks too", () => {
  const ticks = logTicks([0, 1.2], 6);
  assertEquals(labels(ticks), ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
  assertEquals(ticks.map(({ minor = false }) => minor), [false, ...Array(8).fill(true), false]);
  assertEquals(ticks[1]!.at, Math.log10(2));
  assertEquals(labels(logTicks([0, 2], 5)), ["1", "2", "5", "10", "2", "5", "100"]);
});

Deno.test("within less than a power of ten round numbers have ticks", () => {
  const ticks = logTicks([Math.log10(20), Math.log10(60)], 6);
  assertEquals(labels(ticks), ["20", "25", "30", "35", "40", "45", "50", "55", "60"]);
  assertEquals(ticks[4]!.at, Math.log10(40));
});

Deno.test("numbers are written with a real minus, and commas from five digits on", () => {
  assertEquals(formatNumber(-1234.5, 1, 0), "−1,234.5");
  assertEquals(formatNumber(2012, 0, 0), "2012");
  assertEquals(formatNumber(12345, 0, 0), "12,345");
  assertEquals(formatNumber(0.1 + 0.2, 3, 0), "0.3");
  assertEquals(formatNumber(1.5e-9, 10, -9), "1.5n");
  assertEquals(formatNumber(3e30, -30, 30), "3×10<sup>30</sup>");
});

Deno.test("no range, no ticks", () => {
  assertEquals(linearTicks([1, 1], 5), []);
  assertEquals(logTicks([2, 2], 5), []);
});

Deno.test("powers of ten can be written as such", () => {
  const power = (range: [number, number], step?: number | "D1" | "D2") =>
    labels(logTicks(range, 9, "power", step));
  assertEquals(power([-6.2, 2.1], 1), [
    "10<sup>−6</sup>",
    "10<sup>−5</sup>",
    "10<sup>−4</sup>",
    "10<sup>−3</sup>",
    "10<sup>−2</sup>",
    "10<sup>−1</sup>",
    "1",
    "10",
    "10<sup>2</sup>",
  ]);
  assertEquals(logTicks([0, 6], 9, "power", 2).map(({ at }) => at), [0, 2, 4, 6]);
  assertEquals(power([-3.1, -1.9], "D2"), [
    "10<sup>−3</sup>",
    "2",
    "5",
    "10<sup>−2</sup>",
  ]);
  assertEquals(power([-4, -3.5])[0], "1×10<sup>−4</sup>");
});
