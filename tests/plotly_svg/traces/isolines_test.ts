import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type GridPoint, isolines, isorings } from "../../../lib/plotly_svg/traces/isolines.ts";

const table = (n: number, f: (x: number, y: number) => number) =>
  Array.from({ length: n }, (_, y) => Array.from({ length: n }, (_, x) => f(x, y)));

/** The area of a ring: positive or negative, as it goes around. */
const area = (ring: readonly GridPoint[]) =>
  ring.reduce((sum, [x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length]!;
    return sum + (x * ny - nx * y) / 2;
  }, 0);

Deno.test("the line around a hill is a ring at its radius", () => {
  const lines = isolines(table(21, (x, y) => -Math.hypot(x - 10, y - 10)), -6);
  assertEquals(lines.length, 1);
  assert(lines[0]!.closed);
  for (const [x, y] of lines[0]!.points) assertAlmostEquals(Math.hypot(x - 10, y - 10), 6, 0.03);
});

Deno.test("a line that meets the border ends there", () => {
  const [line, ...others] = isolines(table(5, (x) => x), 1.25);
  assertEquals(others, []);
  assertEquals(line!.closed, false);
  assertEquals(line!.points.map(([x]) => x), [1.25, 1.25, 1.25, 1.25, 1.25]);
  assertEquals(line!.points.map(([, y]) => y).sort(), [0, 1, 2, 3, 4]);
});

Deno.test("rings enclose all that is high, up to the border", () => {
  const rings = isorings(table(5, (x) => x), 1.5);
  assertEquals(rings.length, 1);
  assertAlmostEquals(Math.abs(area(rings[0]!)), 2.5 * 4, 1e-9);
  assertEquals(isorings(table(5, (x) => x), 5), []);
  assertAlmostEquals(Math.abs(area(isorings(table(5, (x) => x), -1)[0]!)), 16, 1e-9);
});

Deno.test("a hole goes around the other way", () => {
  const rings = isorings(table(21, (x, y) => Math.hypot(x - 10, y - 10)), 5);
  const areas = rings.map(area).sort((a, b) => Math.abs(a) - Math.abs(b));
  assertEquals(rings.length, 2);
  assert(Math.sign(areas[0]!) !== Math.sign(areas[1]!));
  assertAlmostEquals(Math.abs(areas[0]!), Math.PI * 25, 1.5);
  assertAlmostEquals(Math.abs(areas[1]!), 400, 1e-9);
});

Deno.test("at a saddle the mean decides which corners belong together", () => {
  assertEquals(isorings([[1, 0], [0, 1]], 0.4).length, 1);
  assertEquals(isorings([[1, 0], [0, 1]], 0.6).length, 2);
  assertEquals(isorings([[0, 1], [1, 0]], 0.4).length, 1);
  assertEquals(isorings([[0, 1], [1, 0]], 0.6).length, 2);
});

Deno.test("where a number is missing there is no line, and no high ground", () => {
  const holed = table(9, (x, y) => x === 4 && y === 4 ? NaN : x);
  const [first, second] = isolines(holed, 4.5);
  assertEquals([first!.closed, second!.closed], [false, false]);
  const whole = Math.abs(area(isorings(table(9, (x) => x), 2)[0]!));
  const less = isorings(holed, 2).map(area).reduce((a, b) => a + b, 0);
  assert(Math.abs(less) < whole, `${less} of ${whole}`);
});
