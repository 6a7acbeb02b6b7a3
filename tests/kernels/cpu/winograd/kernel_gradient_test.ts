import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../../lib/core/random.ts";
import { sizeOf } from "../../../../lib/core/shape.ts";
import type { ConvolutionKernel } from "../../../../lib/graph/kernel.ts";
import { convolutionShape } from "../../../../lib/graph/ops/conv2d.ts";
import { filtersKernelGradient } from "../../../../kernels/cpu/winograd/choice.ts";
import { jobOf } from "../../../../kernels/cpu/winograd/job.ts";
import { partition } from "../../../../kernels/cpu/winograd/kernel_gradient.ts";
import { Largest } from "../../../largest.ts";
import { expectedOf, type Four } from "../convolution/expected.ts";
import { runKernel } from "../run_kernel.ts";

/** What the documentation promises, by the largest result. */
const errors = new Largest("gradients for kernels by minimal filtering", 1e-5);

const random = new Random(12);

/** Numbers as activations (none below 0) and gradients are. */
const normals = (size: number, cut = false) =>
  Float32Array.from({ length: size }, () => {
    const value = random.normal();
    return cut ? Math.max(0, value) : value;
  });

function kernelOf(image: Four, filters: number, padding: Four = [1, 1, 1, 1]): ConvolutionKernel {
  const kernel: Four = [3, 3, image[3], filters];
  const geometry = { stride: [1, 1], padding, dilation: [1, 1], groups: 1 } as const;
  const output = convolutionShape(image, kernel, geometry);
  return { kind: "conv2dKernelGradient", image, kernel, geometry, output };
}

/** Checks a gradient against sums in f64, of all instructions, and what it is without filtering. */
function check(image: Four, filters: number, padding?: Four): void {
  const kernel = kernelOf(image, filters, padding);
  const name = `[${image}] -> ${filters}, padding [${padding}]`;
  assert(filtersKernelGradient(jobOf(kernel)!), `${name} is not computed this way`);
  const given = [normals(sizeOf(kernel.image), true), normals(sizeOf(kernel.output))] as const;
  const outputs = [{ dtype: "f32", size: sizeOf(kernel.kernel) } as const];
  const expected = expectedOf(kernel, ...given), scale = expected.reduce(largest, 0);
  const [found] = runKernel(kernel, given, outputs, { winograd: true });
  const [direct] = runKernel(kernel, given, outputs);
  assert(
    found!.some((value, at) => value !== direct![at]),
    `${name}: nothing is computed otherwise`,
  );
  const error = expected.reduce((most, sum, at) => largest(most, found![at]! - sum), 0);
  errors.check(error / scale, name);
}

const largest = (most: number, value: number) => Math.max(most, Math.abs(value));

/** Images of even and odd sizes with their filters, and how they are cut. */
const cuts: readonly (readonly [image: Four, filters: number, cut: string])[] = [
  [[4, 12, 12, 16], 16, "together, 1 unit"],
  [[2, 13, 30, 80], 40, "together, 1 unit"],
  [[3, 27, 31, 40], 70, "together, 2 units"],
  [[40, 3, 3, 16], 16, "together, 1 unit"],
  [[17, 15, 31, 16], 20, "15 chunks, 15 units"],
  [[17, 15, 31, 48], 20, "9 chunks, 18 units"],
  // The last unit is not full, and the last chunk has fewer.
  [[53, 17, 22, 40], 33, "16 chunks, 47 units"],
];

Deno.test("cpu winograd: gradients for kernels, of tiles together and in chunks", () => {
  for (const [image, filters, cut] of cuts) {
    const { inChunks, chunks, units } = partition(jobOf(kernelOf(image, filters))!);
    const found = `${inChunks ? `${chunks} chunks` : "together"}, ${units} unit`;
    assertEquals(units === 1 ? found : `${found}s`, cut, `${image}`);
    check(image, filters);
  }
});

Deno.test("cpu winograd: gradients for kernels whose channels fill no vector, no panel, and several", () => {
  check([2, 16, 16, 17], 19);
  check([2, 16, 16, 18], 35);
  check([2, 15, 14, 63], 16);
  check([2, 15, 14, 16], 81);
  check([20, 17, 18, 19], 17);
});

Deno.test("cpu winograd: gradients for kernels, with padding on each side, none, and more than windows reach", () => {
  check([4, 14, 15, 16], 16, [0, 0, 0, 0]);
  check([3, 14, 15, 16], 16, [2, 2, 2, 2]);
  check([3, 14, 15, 16], 16, [0, 2, 1, 3]);
  check([3, 10, 13, 16], 16, [4, 0, 0, 5]);
});

Deno.test("cpu winograd: gradients for kernels of random sizes, paddings and channels", () => {
  for (let checked = 0; checked < 12;) {
    const size = () => 1 + random.integer(24), channels = () => 16 + random.integer(40);
    const image = [1 + random.integer(8), size(), size(), channels()] as const;
    const padding = [0, 0, 0, 0].map(() => random.integer(4)) as unknown as Four;
    const [, height, width] = image, [top, bottom, left, right] = padding;
    if (height + top + bottom < 3 || width + left + right < 3) continue;
    const filters = channels();
    if (!filtersKernelGradient(jobOf(kernelOf(image, filters, padding))!)) continue;
    check(image, filters, padding);
    checked++;
  }
});

Deno.test("cpu winograd: the promised error of gradients for kernels, with sums over 50,000 pixels", () => {
  check([49, 32, 32, 16], 16);
});

Deno.test("cpu winograd: gradients for kernels that are no such ones, or not faster", () => {
  const choice = (image: Four, filters = image[3], changes: Partial<ConvolutionKernel> = {}) => {
    const job = jobOf({ ...kernelOf(image, filters), ...changes });
    return job !== undefined && filtersKernelGradient(job);
  };
  const { geometry } = kernelOf([8, 56, 56, 64], 64);
  assertEquals(choice([8, 56, 56, 64]), true);
  assertEquals(choice([8, 56, 56, 64], 64, { geometry: { ...geometry, stride: [1, 2] } }), false);
  assertEquals(choice([8, 56, 56, 15], 64), false);
  assertEquals(choice([8, 56, 56, 64], 15), false);
  // Few tiles, tiles that are less than half full, and more than there should be memory for.
  assertEquals(choice([8, 7, 7, 512]), true);
  assertEquals(choice([7, 7, 7, 512]), false);
  assertEquals(choice([128, 4, 4, 32]), true);
  assertEquals(choice([128, 2, 2, 32]), false);
  assertEquals(choice([64, 28, 28, 512]), false);
});
