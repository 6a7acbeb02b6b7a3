import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { contour } from "../../../lib/show/plot/contour.ts";
import { surface } from "../../../lib/show/plot/surface.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

const bowl = {
  f: (x: number, y: number) => x * x + y * y,
  x: [-1, 1],
  y: [0, 2],
  resolution: 5,
} as const;

Deno.test("contour: a function on a grid, a row for each y", () => {
  const { data, layout } = contour(bowl, { levels: 4 }) as Loose;
  assertThrows(() => contour(bowl, { levels: 201 }), RangeError, "plot.contour: levels");
  const [{ x, y, z, contours }] = data;
  assertEquals([x, y], [[-1, -0.5, 0, 0.5, 1], [0, 0.5, 1, 1.5, 2]]);
  assertEquals([z[0][0], z[4][2], z[1][3]], [1, 4, 0.5]);
  assertEquals([contours.start, contours.end, contours.size], [0, 4, 2]); // heights from 0 to 5
  assertEquals([layout.xaxis.range, layout.yaxis.range], [[-1, 1], [0, 2]]);
});

Deno.test("contour: paths, bare or with names", () => {
  const path: [number, number][] = [[1, 2], [0.5, 1], [0, 0]];
  const one = contour(bowl, { path }) as Loose;
  assertEquals([one.data[1].x, one.data[1].y], [[1, 0.5, 0], [2, 1, 0]]);
  const two = contour(bowl, {
    path: [{ name: "plain", points: path }, { name: "momentum", points: path }],
  }) as Loose;
  assertEquals(two.data.slice(1).map(({ name }: Loose) => name), ["plain", "momentum"]);
  assertEquals(two.layout.showlegend, true);
  assert(two.data[1].line.color !== two.data[2].line.color);
});

Deno.test("contour: logarithms, and heights that are cut off", () => {
  const grid = { x: [0, 1], y: [0, 1], z: [[1, 10], [100, 0]] };
  const { data } = contour(grid, { log: true, zLabel: "loss" }) as Loose;
  assertEquals(data[0].z, [[0, 1], [2, null]]);
  assert(data[0].colorbar.title.text.includes("loss"));
  const cut = contour(grid, { zRange: [1, 50] }) as Loose;
  assertEquals(cut.data[0].z, [[1, 10], [50, 1]]);
});

Deno.test("surface: the path lies on the surface, a little above", () => {
  const path: [number, number][] = [[0.3, 0.7], [0, 0]];
  const { data, layout } = surface(bowl, { path, zLabel: "loss" }) as Loose;
  assertEquals(data.map(({ type }: Loose) => type), ["surface", "scatter3d"]);
  const lift = data[1].z[1];
  assert(lift > 0 && lift < 0.2);
  assertAlmostEquals(data[1].z[0] - lift, 0.09 + 0.49, 1e-6);
  assertEquals(layout.scene.zaxis.title.text, "loss");
});

Deno.test("surface: heights between the points of a grid are interpolated", () => {
  const grid = { x: [0, 2], y: [0, 1, 5], z: [[0, 2], [1, 3], [5, 7]] }; // x + y
  const { data } = surface(grid, { path: [[0.5, 3], [9, 9]] }) as Loose;
  assertAlmostEquals(data[1].z[0], 3.5 + 0.015 * 7, 1e-6);
  assertEquals(data[1].z[1], null); // outside
});

Deno.test("contour: messages name the function and the argument", () => {
  const bad = (landscape: Loose, options: Loose = {}) => () => contour(landscape, options);
  assertThrows(bad({ x: [0, 1], y: [0, 1], z: [[1, 2]] }), TypeError, "plot.contour: landscape: z");
  assertThrows(bad({ x: [1, 0], y: [0, 1], z: [[1, 2], [1, 2]] }), RangeError, "landscape: x");
  assertThrows(
    bad({ ...bowl, f: () => Promise.resolve(1) }),
    TypeError,
    "compute the heights first",
  );
  assertThrows(bad({ ...bowl, f: () => NaN }), RangeError, "plot.contour: expected finite heights");
  assertThrows(bad(bowl, { path: [[1, 2], [1]] }), TypeError, "plot.contour: path[1]");
  assertThrows(bad(bowl, { lvls: 2 }), RangeError, 'did you mean "levels"?');
  assertThrows(() => surface(null as Loose), TypeError, "plot.surface: landscape");
});
