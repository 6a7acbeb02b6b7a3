import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { tensor, zeros } from "../../../lib/tensor/create.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";
import { sequential } from "../../../lib/train/make_model.ts";
import { decisionBoundary } from "../../../lib/show/plot/decision_boundary.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

const points = { x: [[0, 0], [0, 1], [1, 0], [1, 1]], labels: [0, 0, 0, 1] };

/** 2x + y - 1.73, as a score. */
const score = (x: Tensor) => x.mul(tensor([2, 1])).sum(1).sub(1.73);

/** Each point of the grid with its class. */
function regions({ data }: Loose): { x: number; y: number; label: number }[] {
  const [{ x, y, z }] = data;
  return z.flatMap((row: number[], i: number) =>
    row.map((label, j) => ({ x: x[j], y: y[i], label }))
  );
}

Deno.test("decisionBoundary: a line is found where it is", async () => {
  const figure = await decisionBoundary(score, points, { resolution: 21, margin: 0.5 }) as Loose;
  for (const { x, y, label } of regions(figure)) assertEquals(label, 2 * x + y > 1.73 ? 1 : 0);
  const border = figure.data[1];
  let found = 0;
  border.x.forEach((x: number | null, i: number) => {
    if (x === null) return;
    assertAlmostEquals(2 * x + border.y[i], 1.73, 1e-4);
    found++;
  });
  assert(found >= 2 * 10, `${found} ends of pieces`);
  assertEquals([figure.data[0].x[0], figure.data[0].x.at(-1)], [-0.5, 1.5]);
  assertEquals(figure.data.slice(2).map(({ x }: Loose) => x.length), [3, 1]);
});

Deno.test("decisionBoundary: probabilities have their border at the threshold", async () => {
  const probability = (x: Tensor) => score(x).sigmoid().reshape([-1, 1]);
  const options = { resolution: 9, threshold: 0.5 };
  const [a, b] = [
    await decisionBoundary(probability, points, options),
    await decisionBoundary(score, points, { resolution: 9 }),
  ];
  assertEquals(regions(a), regions(b));
});

Deno.test("decisionBoundary: of several scores the greatest is the class", async () => {
  // Scores x, y and 0.6: the greatest decides.
  const scores = (x: Tensor) => x.matmul(tensor([[1, 0, 0], [0, 1, 0]])).add(tensor([0, 0, 0.6]));
  const figure = await decisionBoundary(scores, {
    x: tensor(points.x),
    labels: [0, 1, 2, 2],
  }, { resolution: 12, classes: ["right", "top", "rest"] }) as Loose;
  for (const { x, y, label } of regions(figure)) {
    const values = [x, y, 0.6], best = values.indexOf(Math.max(...values));
    if (Math.abs(x - y) > 1e-6) assertEquals(label, best);
  }
  assertEquals(figure.data.slice(2).map(({ name }: Loose) => name), ["right", "top", "rest"]);
});

Deno.test("decisionBoundary: a model is asked", async () => {
  const net = sequential([2]).dense(1, { name: "d" });
  net.weight("d.kernel").assign(Float32Array.of(1, 0));
  net.weight("d.bias").assign(Float32Array.of(-0.5));
  const labels = [-1, -1, 1, 1];
  const figure = await decisionBoundary(net, { x: points.x, labels }, { resolution: 8 }) as Loose;
  for (const { x, label } of regions(figure)) assertEquals(label, x > 0.5 ? 1 : 0);
  // The points of class -1 have the colour of the region where the score is low.
  assert(figure.data[2].marker.color !== figure.data[3].marker.color);
});

Deno.test("decisionBoundary: messages name the function and the argument", async () => {
  const bad = (predict: Loose, points: Loose, options: Loose = {}) => () =>
    decisionBoundary(predict, points, { resolution: 4, ...options });
  await assertRejects(
    bad(score, { x: [[1, 2, 3]], labels: [0] }),
    TypeError,
    "plot.decisionBoundary: points: x[0]",
  );
  await assertRejects(bad(score, { x: points.x, labels: [0] }), TypeError, "points: labels");
  await assertRejects(bad(() => zeros([3]), points), TypeError, "plot.decisionBoundary: predict");
  await assertRejects(bad(() => 1, points), TypeError, "expected a tensor");
  await assertRejects(bad(3, points), TypeError, "expected a model or a function");
  await assertRejects(bad(score, points, { res: 1 }), RangeError, "unknown option");
});
