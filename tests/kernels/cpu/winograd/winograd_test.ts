import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../../lib/core/random.ts";
import { type Shape, sizeOf } from "../../../../lib/core/shape.ts";
import type { ConvolutionKernel, Expression } from "../../../../lib/graph/kernel.ts";
import { convolutionShape } from "../../../../lib/graph/ops/conv2d.ts";
import { filteringOf } from "../../../../kernels/cpu/winograd/choice.ts";
import { jobOf } from "../../../../kernels/cpu/winograd/job.ts";
import { partition } from "../../../../kernels/cpu/winograd/mod.ts";
import { f2, f4 } from "../../../../kernels/cpu/winograd/transform.ts";
import { Largest } from "../../../largest.ts";
import { expectedOf, type Four, resultShape } from "../convolution/expected.ts";
import { runKernel } from "../run_kernel.ts";

/** What the documentation promises, by the largest result. */
const errors = new Largest("convolutions by minimal filtering", 1e-5);

const random = new Random(11);

/** Numbers as activations and weights are: some below 0 where they are not cut off there. */
const normals = (size: number, cut = false) =>
  Float32Array.from({ length: size }, () => {
    const value = random.normal();
    return cut ? Math.max(0, value) : value;
  });

type Kind = "conv2d" | "conv2dInputGradient";

function kernelOf(
  kind: Kind,
  image: Four,
  filters: number,
  padding: Four = [1, 1, 1, 1],
): ConvolutionKernel {
  const kernel: Four = [3, 3, image[3], filters];
  const geometry = { stride: [1, 1], padding, dilation: [1, 1], groups: 1 } as const;
  return { kind, image, kernel, geometry, output: convolutionShape(image, kernel, geometry) };
}

/** relu(result + column + element), as behind a block with a shortcut. */
const tailOf = (shape: Shape): Expression => ({
  steps: [
    { kind: "result", dtype: "f32" },
    { kind: "load", input: 2, view: { offset: 0, strides: [0, 1] }, dtype: "f32" },
    { kind: "apply", op: "add", operands: [0, 1], attributes: {}, dtype: "f32" },
    { kind: "load", input: 3, view: { offset: 0, strides: [shape.at(-1)!, 1] }, dtype: "f32" },
    { kind: "apply", op: "add", operands: [2, 3], attributes: {}, dtype: "f32" },
    { kind: "apply", op: "relu", operands: [4], attributes: {}, dtype: "f32" },
  ],
  stores: [{ step: 5, dtype: "f32" }],
});

/** Checks a convolution and the gradient for its image, plain and with a tail that works in place. */
function check(image: Four, filters: number, padding?: Four): void {
  for (const kind of ["conv2d", "conv2dInputGradient"] as const) {
    const plain = kernelOf(kind, image, filters, padding), shape = resultShape(plain);
    const columns = shape.at(-1)!, name = `${kind} [${image}] -> ${filters}, padding [${padding}]`;
    assert(filteringOf(jobOf(plain)!, false) !== undefined, `${name} is not computed this way`);
    const a = normals(sizeOf(kind === "conv2d" ? plain.image : plain.output), true);
    const b = normals(sizeOf(plain.kernel));
    const outputs = [{ dtype: "f32", size: sizeOf(shape) } as const];
    const expected = expectedOf(plain, a, b), scale = expected.reduce(largest, 0);
    const compare = (found: ArrayLike<number>, of: (sum: number, at: number) => number) => {
      const error = expected.reduce((most, sum, at) => largest(most, found[at]! - of(sum, at)), 0);
      errors.check(error / scale, name);
    };
    compare(runKernel(plain, [a, b], outputs, { winograd: true })[0]!, (sum) => sum);
    const [bias, shortcut] = [normals(columns), normals(sizeOf(shape))];
    const withTail = { ...plain, tail: tailOf(shape) };
    const [found] = runKernel(withTail, [a, b, bias, shortcut], outputs, {
      winograd: true,
      inPlace: 3,
    });
    compare(found!, (sum, at) => Math.max(0, sum + bias[at % columns]! + shortcut[at]!));
  }
}

const largest = (most: number, value: number) => Math.max(most, Math.abs(value));

/** Images of even and odd sizes, and how they are cut. */
const cuts: readonly (readonly [image: Four, cut: string])[] = [
  [[1, 32, 32, 16], "4, together"],
  [[2, 13, 14, 20], "4, together"],
  [[1, 17, 90, 16], "4, together"],
  [[9, 7, 7, 16], "4, together"],
  [[40, 3, 3, 16], "4, together"],
  [[64, 1, 2, 16], "4, together"],
  [[1, 16, 16, 16], "2, together"],
  [[1, 13, 15, 16], "2, together"],
  // The last block is not full.
  [[5, 29, 31, 16], "4, in blocks"],
];

Deno.test("cpu winograd: images of even and odd sizes, together and in blocks", () => {
  for (const [image, cut] of cuts) {
    const job = jobOf(kernelOf("conv2d", image, 16))!, filtering = filteringOf(job, false)!;
    const { inBlocks } = partition(job, filtering);
    assertEquals(`${filtering.outputs}, ${inBlocks ? "in blocks" : "together"}`, cut, `${image}`);
    check(image, 16);
  }
});

Deno.test("cpu winograd: channels that fill no vector, no panel, and several", () => {
  check([2, 13, 13, 17], 19);
  check([2, 13, 13, 18], 35);
  check([2, 13, 13, 63], 16);
  check([2, 13, 13, 16], 81);
});

Deno.test("cpu winograd: channels that fill vectors of 8 and of 16, with tiles cut off at edges", () => {
  check([2, 13, 14, 24], 32);
  check([1, 18, 33, 32], 40);
});

Deno.test("cpu winograd: padding on each side, none, and more than windows reach", () => {
  check([3, 14, 15, 16], 16, [0, 0, 0, 0]);
  check([3, 14, 15, 16], 16, [2, 2, 2, 2]);
  check([3, 14, 15, 16], 16, [0, 2, 1, 3]);
  check([3, 10, 13, 16], 16, [4, 0, 0, 5]);
});

Deno.test("cpu winograd: columns to the left of an image that lies where memory begins", () => {
  check([3, 10, 13, 272], 16, [1, 1, 4, 0]);
});

Deno.test("cpu winograd: random sizes, paddings and channels", () => {
  for (let checked = 0; checked < 12;) {
    const size = () => 1 + random.integer(24), channels = () => 16 + random.integer(40);
    const image = [1 + random.integer(4), size(), size(), channels()] as const;
    const padding = [0, 0, 0, 0].map(() => random.integer(4)) as unknown as Four;
    const [, height, width] = image, [top, bottom, left, right] = padding;
    if (height + top + bottom < 3 || width + left + right < 3) continue;
    const filters = channels(), kernel = kernelOf("conv2d", image, filters, padding);
    const jobs = [kernel, { ...kernel, kind: "conv2dInputGradient" } as const].map(jobOf);
    if (jobs.some((job) => filteringOf(job!, false) === undefined)) continue;
    check(image, filters, padding);
    checked++;
  }
});

Deno.test("cpu winograd: the promised error, with sums over 512 channels", () => {
  check([2, 16, 16, 512], 16);
  check([1, 16, 16, 512], 16);
});

Deno.test("cpu winograd: what is no such convolution, or not faster", () => {
  const kernel = kernelOf("conv2d", [2, 56, 56, 64], 64);
  const choice = (changes: Partial<ConvolutionKernel>, keeps = true) => {
    const job = jobOf({ ...kernel, ...changes });
    return job && filteringOf(job, keeps);
  };
  const { geometry } = kernel;
  assertEquals(choice({}), f4);
  assertEquals(choice({ geometry: { ...geometry, stride: [2, 1] } }), undefined);
  assertEquals(choice({ geometry: { ...geometry, dilation: [1, 2] } }), undefined);
  assertEquals(choice({ geometry: { ...geometry, groups: 2 } }), undefined);
  assertEquals(choice({ kernel: [3, 5, 64, 64] }), undefined);
  assertEquals(choice({ image: [0, 56, 56, 64], output: [0, 56, 56, 64] }), undefined);
  const sized = (n: number, size: number, channels: number, keeps = true) =>
    choice(kernelOf("conv2d", [n, size, size, channels], channels), keeps);
  assertEquals(sized(1, 56, 15), undefined);
  // Few tiles: smaller ones, whose weights are fewer; and where these are transformed each time, none.
  assertEquals(sized(1, 14, 512), f2);
  assertEquals(sized(1, 7, 512), f2);
  assertEquals(sized(1, 7, 512, false), undefined);
  assertEquals(sized(1, 6, 512), undefined);
  assertEquals(sized(16, 7, 512), f4);
  assertEquals(sized(1, 28, 1024), undefined);
});
