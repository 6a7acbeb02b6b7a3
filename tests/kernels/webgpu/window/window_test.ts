import { assertEquals } from "@std/assert";
import type { WindowKernel } from "../../../../lib/graph/kernel.ts";
import { sizeOf } from "../../../../lib/core/shape.ts";
import { windowCount } from "../../../../lib/graph/ops/conv2d.ts";
import type { WindowGeometry } from "../../../../lib/graph/kernel.ts";
import { gradients } from "../../../../lib/graph/gradient.ts";
import { leaf } from "../../../../lib/graph/node.ts";
import { reduceSum } from "../../../../lib/graph/ops/reduce.ts";
import { windowMax, windowSum } from "../../../../lib/graph/ops/window.ts";
import { difference, runOn } from "../../../device/compare.ts";
import { Largest } from "../../../largest.ts";
import { evaluate } from "../../../reference.ts";
import { integers } from "../../cpu/reference.ts";
import { runKernel, testOnWebgpu } from "../run_kernel.ts";

type Four = readonly [number, number, number, number];

/** Calls `visit` with the positions of each window's elements, in the order of rows. */
function windows(
  [count, height, width, channels]: Four,
  [, rows, columns]: Four,
  { window, stride, padding }: WindowGeometry,
  visit: (window: number, elements: number[]) => void,
): void {
  for (let at = 0; at < count * rows * columns * channels; at++) {
    const channel = at % channels, column = Math.floor(at / channels) % columns;
    const row = Math.floor(at / channels / columns) % rows;
    const image = Math.floor(at / channels / columns / rows);
    const elements: number[] = [];
    for (let j = 0; j < window[0]; j++) {
      for (let i = 0; i < window[1]; i++) {
        const y = row * stride[0] - padding[0] + j, x = column * stride[1] - padding[2] + i;
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        elements.push(((image * height + y) * width + x) * channels + channel);
      }
    }
    visit(at, elements);
  }
}

const geometries: Readonly<Record<string, WindowGeometry>> = {
  "disjoint": { window: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0] },
  "disjoint, unequal": { window: [3, 2], stride: [3, 2], padding: [0, 0, 0, 0] },
  "overlapping": { window: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0] },
  "padded": { window: [3, 2], stride: [1, 2], padding: [2, 1, 1, 0] },
  "gaps": { window: [2, 1], stride: [3, 2], padding: [0, 0, 0, 0] },
  "large": { window: [5, 6], stride: [2, 1], padding: [1, 2, 0, 3] },
};

for (const [name, geometry] of Object.entries(geometries)) {
  testOnWebgpu(`pooling and its gradients, ${name}`, async (device) => {
    const image: Four = [2, 9, 8, 3];
    const { window, stride, padding } = geometry;
    const output: Four = [
      2,
      windowCount(9, window[0], stride[0], padding[0] + padding[1]),
      windowCount(8, window[1], stride[1], padding[2] + padding[3]),
      3,
    ];
    // Small whole numbers tie often, so that it matters which maximum is the first.
    const x = integers(1, sizeOf(image)).map((value) => value % 3);
    const g = integers(2, sizeOf(output));
    const maxima = new Float32Array(g.length), sums = new Float32Array(g.length);
    const maxGradient = new Float32Array(x.length), sumGradient = new Float32Array(x.length);
    windows(image, output, geometry, (at, elements) => {
      const values = elements.map((i) => x[i]!);
      maxima[at] = Math.max(...values);
      sums[at] = values.reduce((a, b) => a + b, 0);
      maxGradient[elements[values.indexOf(maxima[at]!)]!]! += g[at]!;
      for (const i of elements) sumGradient[i]! += g[at]!;
    });
    const run = async (
      kind: WindowKernel["kind"],
      inputs: Float32Array<ArrayBuffer>[],
      size: number,
    ) => {
      const kernel = { kind, image, output, geometry };
      const [result] = await runKernel(device, kernel, inputs, [{ dtype: "f32", size }]);
      // -0 and 0 are equal here.
      return Array.from(result!, (value) => value + 0);
    };
    const plain = (values: Float32Array) => Array.from(values, (value) => value + 0);
    assertEquals(await run("windowMax", [x], g.length), plain(maxima));
    assertEquals(await run("windowSum", [x], g.length), plain(sums));
    assertEquals(
      await run("windowMaxGradient", [x, maxima, g], x.length),
      plain(maxGradient),
    );
    assertEquals(await run("windowSumGradient", [g], x.length), plain(sumGradient));
  });
}

// Windows of more elements than a software adapter lets a loop do.
const sides: readonly (readonly [string, readonly number[], WindowGeometry])[] = [
  ["one", [1, 300, 300, 1], { window: [300, 300], stride: [1, 1], padding: [0, 0, 0, 0] }],
  ["a long line", [2, 1, 70_001, 1], {
    window: [1, 70_000],
    stride: [1, 1],
    padding: [0, 0, 0, 0],
  }],
  ["some, padded", [1, 280, 290, 1], {
    window: [270, 281],
    stride: [20, 30],
    padding: [9, 1, 0, 40],
  }],
];
const errors = new Largest("pooling over large windows on webgpu", 1e-6);

for (const [name, shape, geometry] of sides) {
  testOnWebgpu(`windows over 65,535 elements: ${name}`, async (device) => {
    const images = leaf(shape, "f32");
    const [maxima, sums] = [windowMax(images, geometry), windowSum(images, geometry)];
    const [maxGradient] = gradients(reduceSum(maxima), [images]);
    const [sumGradient] = gradients(reduceSum(sums), [images]);
    const roots = [maxima, sums, maxGradient!, sumGradient!];
    // The same few numbers throughout: the first of the largest counts, which is far from the end.
    const data = new Map([[
      images,
      Float32Array.from({ length: sizeOf(shape) }, (_, i) => (i * 31 % 97) / 10),
    ]]);
    const found = await runOn(device, { roots, leaves: [images], data });
    const expected = evaluate(roots, data);
    expected.forEach((e, i) => errors.check(difference(found[i]!, e, false), `${name}, ${i}`));
  });
}
