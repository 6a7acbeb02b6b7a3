import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { cameraOf } from "../../../lib/plotly_svg/scene/camera.ts";
import { draw, pathParts, tags, texts, written } from "../read.ts";

const box = { x: 0, y: 0, width: 200, height: 100 };

Deno.test("the origin is in the middle, up is up, and the far is small", () => {
  const { project } = cameraOf({ camera: { eye: { x: 0, y: -2, z: 0 } } }, box);
  const middle = project([0, 0, 0]);
  assertEquals([middle.x, middle.y, middle.depth], [100, 50, 2]);
  // 45 degrees from the lowest to the highest.
  assertAlmostEquals(project([0, 0, 2 * Math.tan(Math.PI / 8)]).y, 0, 1e-9);
  assert(project([1, 0, 0]).x > 100);
  const near = project([0.5, -1, 0]), far = project([0.5, 1, 0]);
  assertAlmostEquals((near.x - 100) / (far.x - 100), 3, 1e-9);
  assert(near.depth < far.depth);
});

Deno.test("an orthographic camera makes nothing smaller", () => {
  const camera = { eye: { x: 0, y: -2, z: 0 }, projection: { type: "orthographic" } };
  const { project } = cameraOf({ camera }, box);
  assertAlmostEquals(project([0.5, -1, 0]).x, project([0.5, 1, 0]).x, 1e-9);
});

/** The quadrangles of surfaces, which alone are closed paths. */
const facesOf = (svg: string) => tags(svg, "path").filter(({ d }) => d!.endsWith("z"));

const ramp = Array.from({ length: 5 }, (_, y) => Array.from({ length: 4 }, (_, x) => x + y));

Deno.test("a surface has its quadrangles, from the farthest to the nearest", () => {
  const scene = { camera: { eye: { x: 0, y: -2, z: 1 } } };
  const svg = draw([{ type: "surface", z: ramp, colorscale: "Greys", showscale: false }], {
    scene,
  });
  const faces = facesOf(svg);
  assertEquals(faces.length, 3 * 4);
  // The eye is at low y: rows come from the last, which is higher up in the picture and lighter.
  const first = pathParts(faces[0]!.d!)[0]!, last = pathParts(faces.at(-1)!.d!)[0]!;
  assert(first[0]![1] < last[0]![1], `${first[0]} before ${last[0]}`);
  const grey = (color: string) => parseInt(color.slice(1, 3), 16);
  assert(grey(faces[0]!.fill!) > grey(faces.at(-1)!.fill!));
});

Deno.test("a large surface is thinned, and a missing number is a hole", () => {
  const large = Array.from({ length: 200 }, (_, y) => Array.from({ length: 300 }, (_, x) => x * y));
  const count = (z: unknown) => facesOf(draw([{ type: "surface", z, showscale: false }])).length;
  assertEquals(count(large), 1024);
  assertEquals(
    count(ramp.map((row, y) => row.map((v, x) => x === 1 && y === 1 ? null : v))),
    12 - 4,
  );
});

Deno.test("a surface of any size is at most 80 KB", () => {
  const wild = Array.from(
    { length: 300 },
    (_, y) => Array.from({ length: 300 }, (_, x) => x * y % 97),
  );
  const layout = { width: 1200, height: 900 };
  const length = draw([{ type: "surface", z: wild, showscale: false }], layout).length;
  assert(length <= 80 * 1024, `${length} characters`);
});

Deno.test("the legend names paths in space", () => {
  const path = (name: string) => ({ type: "scatter3d", x: [0, 1], y: [0, 1], z: [0, 1], name });
  const svg = draw([path("Descent"), path("Momentum")], { showlegend: true });
  assert(written(svg, "Momentum").y > written(svg, "Descent").y);
});

Deno.test("lines and points in space lie in front of what is behind them", () => {
  const surface = { type: "surface", z: [[0, 0], [0, 0]], x: [0, 1], y: [0, 1], showscale: false };
  const path = {
    type: "scatter3d",
    mode: "lines+markers",
    x: [0.2, 0.8],
    y: [0.5, 0.5],
    z: [0.5, 0.5],
    line: { color: "#ff0000" },
    marker: { color: "#00ff00" },
  };
  const svg = draw([path, surface]);
  assert(svg.indexOf("#ff0000") > svg.indexOf('z"'));
  assertEquals(tags(svg, "circle").filter(({ fill }) => fill === "#00ff00").length, 2);
});

Deno.test("the three axes have ticks and titles", () => {
  const svg = draw([{ type: "surface", z: ramp, showscale: false }], {
    width: 500,
    height: 400,
    scene: {
      xaxis: { title: { text: "w1" } },
      yaxis: { title: { text: "w2" } },
      zaxis: { title: { text: "loss" }, type: "log" },
    },
  });
  const [w1, w2, loss] = ["w1", "w2", "loss"].map((text) => written(svg, text));
  assert(loss!.x < w1!.x || loss!.x < w2!.x);
  assert(w1!.y > loss!.y && w2!.y > loss!.y);
  assert(texts(svg).some(({ text }) => text === "5"), "a power of ten's digit");
});
