/** What the notebooks keep in files beside them. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { cifarResnet, digits, ones, Random, sequential, shapes, vgg, zooEntry } from "../../mod.ts";
import { curves, ends, testAccuracy, trainingError } from "../../notebooks/histories/charts.ts";
import type { Arm } from "../../notebooks/histories/recorded.ts";
import { bentPlane } from "../../notebooks/parts/bent.ts";
import { blocksOf, withoutBlock } from "../../notebooks/parts/blocks.ts";
import { colourShares } from "../../notebooks/parts/colour.ts";
import { covarianceOf, eigenvectors } from "../../notebooks/parts/components.ts";
import { broken, polar } from "../../notebooks/parts/curves.ts";
import { connections } from "../../notebooks/parts/connections.ts";
import { fieldsInStages, fieldsOf } from "../../notebooks/parts/fields.ts";
import { type Trial, trialChart } from "../../notebooks/parts/granularity.ts";
import {
  gridOf,
  imageOf,
  kernelOf,
  ring,
  signed,
  slideStep,
  soFar,
  windows,
} from "../../notebooks/parts/grids.ts";
import { groupMeans } from "../../notebooks/parts/groups.ts";
import { leastSquares, solve } from "../../notebooks/parts/linear_equations.ts";
import { ends as endsOf, type Example, gatePicture } from "../../notebooks/parts/lines.ts";
import { onTheGround } from "../../notebooks/parts/paths.ts";
import { pictureOf, randomPieces, tenViews } from "../../notebooks/parts/pieces.ts";
import { windowPyramid } from "../../notebooks/parts/pyramid.ts";
import { raceChart, type Run, winnersOf } from "../../notebooks/parts/race.ts";
import { rubber } from "../../notebooks/parts/rubber.ts";
import { shifted } from "../../notebooks/parts/shifted.ts";
import { spots } from "../../notebooks/parts/spots.ts";

const near = (found: readonly number[], expected: readonly number[]) =>
  expected.forEach((value, i) => assertAlmostEquals(found[i]!, value, 1e-9));

Deno.test("linear equations are solved, also where a pivot is zero; least squares fits a line", () => {
  near(solve([[0, 2], [3, 1]], [4, 8]), [2, 2]);
  near(leastSquares([[0, 1], [1, 1], [2, 1]], [1, 3, 5]), [2, 1]);
  near(leastSquares([[1], [1]], [2, 4]), [3]);
});

Deno.test("the principal components of points on a line", () => {
  near(covarianceOf([[1, 2], [3, 6]]).flat(), [1, 2, 2, 4]);
  const [first, second] = eigenvectors([[1, 2], [2, 4]]);
  assertAlmostEquals(first!.value, 5);
  near(first!.vector, [1 / Math.sqrt(5), 2 / Math.sqrt(5)]);
  assertAlmostEquals(second!.value, 0, 1e-9);
});

Deno.test("grey filters have no share of colour, opposed channels all", () => {
  // One pixel, [1, 1, 3, 2]: the first filter is grey, the second red against blue.
  near(colourShares([0.5, 1, 0.5, 0, 0.5, -1], 2), [0, 1]);
});

Deno.test("means over groups, and curves", () => {
  assertEquals(groupMeans([1, 10, 4, 40, 5, 50], 2, [0, 1, 0]), [[3, 30], [4, 40]]);
  assertEquals(broken([0, 1, 2], [0, 0, 1]), { x: [0, 1, 2, 2, 2], y: [0, 0, 0, NaN, 1] });
  const { x, y } = polar([0, 90], [1, 2]);
  near(x, [1, 0, -1, 0]);
  near(y, [0, 2, 0, -2]);
});

Deno.test("grids become images and kernels, and grids again", async () => {
  const grid = [[1, 2], [3, 4]];
  assertEquals(await gridOf(imageOf(grid)), grid);
  assertEquals(kernelOf(grid).shape, [2, 2, 1, 1]);
  assert(`${windows(20, 5, 4)}`.includes("4 windows"), `${windows(20, 5, 4)}`);
  assert(`${windowPyramid(3, "pyramid")}`.includes("5 scatter"));
});

Deno.test("a step of a window that slides", () => {
  assertEquals(ring([[1, 2]]), [[0, 0, 0, 0], [0, 1, 2, 0], [0, 0, 0, 0]]);
  assertEquals([-2, 3].map(signed), ["(-2)", "3"]);
  assertEquals(soFar([[1, 2], [3, 4]], 1), [[1, 2], [NaN, NaN]]);
  const step = slideStep([[1, 2], [3, 4]], [[-2]], [[-6]], [[-2, -4], [-6, -8]], [1, 0]);
  assert(`${step}`.includes("(-6) = -6"), `${step}`);
});

Deno.test("receptive fields of layers with windows, in VGG by the names of its paper", () => {
  const net = sequential([8, 8, 1]).conv2d(2, 3, { name: "a" }).relu().maxPool2d(2, { name: "b" });
  assertEquals(fieldsOf(net).map(({ name, size }) => [name, size[0]]), [["a", 3], ["b", 4]]);
  const stages = fieldsInStages(vgg(11)).map(({ name }) => name);
  assertEquals(stages.slice(0, 6), ["conv1_1", "pool1", "conv2_1", "pool2", "conv3_1", "conv3_2"]);
});

Deno.test("the C3 of 1998 reads 60 pairs of maps, each map another set", () => {
  const read = connections(zooEntry("lenet5-1998").build());
  assertEquals(read.flat().reduce((a, b) => a + b), 60);
  const sets = Array.from({ length: 16 }, (_, map) => read.map((row) => row[map]).join());
  assertEquals(new Set(sets).size, 16);
});

Deno.test("shifted pictures, pieces of pictures, and ten views of each", () => {
  const { train } = digits({ train: 2, test: 1, seed: 1 });
  const [before, after] = [train, shifted(train, 3)].map((data) => data.get(1).inputs[0]!);
  for (let i = 0; i < 784; i++) assertEquals(after![i], i % 28 < 3 ? 0 : before![i - 3]);

  const pictures = shapes({ train: 3, test: 1, seed: 1 }).train;
  const pieces = randomPieces(pictures, 28, 6);
  assertEquals(pieces.inputs[0]!.shape, [28, 28, 3]);
  assertEquals(pieces.get(2).inputs[0], randomPieces(pictures, 28, 6).get(2).inputs[0]);
  const views = tenViews(pictures, 28), whole = pictureOf(pictures, 1);
  assertEquals(views.length, 30);
  // The first view of the second picture is its upper left corner.
  assertEquals(views.get(10).inputs[0]!.slice(0, 84), whole.data.slice(0, 84));
});

Deno.test("a bent plane, and a path that follows the ground", async () => {
  const net = sequential([2], { seed: 3 }).dense(2).tanh({ name: "bent" })
    .dense(1, { name: "output" });
  // Nine lines each way, the border, and two classes.
  const figure = await bentPlane(net, [[0, 0], [0, 1]], [0, 1]);
  assert(`${figure}`.includes("21 scatter"), `${figure}`);
  const path = onTheGround([[0, 0], [0.16, 0]]);
  near(path.flat(), [0, 0, 0.08, 0, 0.16, 0]);
});

Deno.test("the fastest of each kind wins the race; trials are drawn by task", () => {
  const run = (activation: "relu" | "tanh", epochs: number, finished: boolean): Run => ({
    activation,
    learningRate: 0.1,
    errors: new Array(epochs).fill(finished ? 0.2 : 0.5),
    finished,
  });
  const runs = [run("relu", 3, true), run("relu", 2, true), run("tanh", 1, false)];
  assertEquals(winnersOf(runs), [runs[1]!]);
  assert(`${raceChart(runs, 0.25)}`.includes("4 scatter"), `${raceChart(runs, 0.25)}`);
  const trial = (task: string, F: number, K: number): Trial => ({ task, F, K, right: F, work: K });
  const chart = trialChart([trial("a", 3, 8), trial("a", 5, 2), trial("b", 5, 8)]);
  assert(`${chart}`.includes("4 scatter"), `${chart}`);
});

Deno.test("a line's ends lie on it; weights of zero draw none", () => {
  const { x, y } = endsOf({ w: [3, 4], b: -5 });
  near(x.map((x1, i) => 3 * x1 + 4 * y[i]! - 5), [0, 0]);
  assertEquals(endsOf({ w: [0, 0], b: 1 }), { x: [NaN], y: [NaN] });
  const cases = [0, 1].map((x): Example => ({ point: [x, x], wanted: x as 0 | 1 }));
  const figure = gatePicture("AND", cases, { w: [1, 1], b: -2 });
  assert(`${figure}`.includes("AND: w = (1, 1), b = -2"));
});

Deno.test("rubber moves pixels by as much as it says", () => {
  const bend = rubber(new Random(1), 4, 1.5);
  const moves = Array.from({ length: 784 }, (_, i) => {
    const [x, y] = [i % 28, Math.floor(i / 28)], [u, v] = bend(x, y);
    return [u - x, v - y];
  });
  for (const axis of [0, 1]) {
    const square = moves.reduce((sum, move) => sum + move[axis]! ** 2, 0) / 784;
    assertAlmostEquals(Math.sqrt(square), 1.5, 1e-9);
  }
});

Deno.test("a spot turns the class round", () => {
  const { data, kinds } = spots(40, 1);
  assertEquals(new Set(kinds).size, 4);
  kinds.forEach((kind, i) => {
    const upright = kind % 2 === 0 ? 1 : 0, spot = kind < 2 ? 0 : 1;
    assertEquals(data.get(i).targets[0]![0], upright ^ spot);
  });
});

Deno.test("a block taken out of a net passes on what it gets, and is put back", async () => {
  for (const shortcuts of [true, false]) {
    const net = cifarResnet(20, { width: 0.25, inputShape: [8, 8, 3], shortcuts, seed: 1 });
    const blocks = blocksOf(net), x = ones([1, 8, 8, 3]);
    assertEquals(blocks.length, 9);
    const before = await (await net.predict(x)).data();
    const names = ["conv1.kernel", "bn2.gamma"].map((key) => `${blocks[1]}.${key}`);
    const inside = await withoutBlock(net, blocks[1]!, !shortcuts, async () => {
      const gamma = await net.weight(names[1]!).read();
      return { gamma: gamma[0]!, output: await (await net.predict(x)).data() };
    });
    assertAlmostEquals(inside.gamma, shortcuts ? 0 : 1, 1e-4);
    assert(inside.output.some((value, i) => value !== before[i]));
    assertEquals(await (await net.predict(x)).data(), before);
  }
});

Deno.test("recorded runs as curves, and their errors at the end as means over seeds", () => {
  const run = (arm: string, seed: number, top1: number): Arm => ({
    arm,
    seed,
    images: 10,
    train: { loss: 1, top1 },
    test: { loss: 1, top1: 0.5 },
    epochs: [{ epoch: 1, step: 5, loss: 1, top1, validationTop1: 0.5 }],
  });
  const arms = [run("a", 0, 0.75), run("a", 1, 0.25), run("b", 0, 0.5)];
  const [first, , last] = curves(
    arms,
    trainingError,
    ({ arm }) => arm === "a" ? { name: arm } : {},
  );
  assertEquals([first!.x, first!.y, first!.name], [[1], [25], "a"]);
  assertEquals([last!.name, last!.color], [undefined, "#c5ccd6"]);
  assertEquals(curves(arms, testAccuracy, () => ({}), "step")[0]!.x, [5]);
  assertEquals(ends({ command: "", test: 1, machine: "", arms }), [
    {
      run: "a",
      seeds: 2,
      "training error (%)": "50.0 (25.0 to 75.0)",
      "test error (%)": "50.0 (50.0 to 50.0)",
    },
    { run: "b", seeds: 1, "training error (%)": "50.0", "test error (%)": "50.0" },
  ]);
});
