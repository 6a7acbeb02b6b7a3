import { assertEquals } from "@std/assert";
import { rateOf, Stopwatch } from "../../lib/core/stopwatch.ts";

Deno.test("a clock that jumps costs nothing but the time in which it jumps", () => {
  const { now } = performance;
  const year = 365 * 86_400_000;
  try {
    let time = 1000;
    performance.now = () => time;
    const watch = new Stopwatch();
    const readings = [10, year, 20, -year, -5, 30, 0].map((step) => {
      time += step;
      return watch.read();
    });
    assertEquals(readings, [10, 10, 30, 30, 30, 60, 60]);
  } finally {
    performance.now = now;
  }
});

Deno.test("a rate is a number also where no time has passed", () => {
  assertEquals([rateOf(6, 2), rateOf(6, 0), rateOf(0, 0)], [3, 0, 0]);
});
