import type { MatmulKernel } from "../../../lib/graph/kernel.ts";
import type { Arguments, KernelBuilder } from "../stages/builder.ts";
import { productStages } from "./mod.ts";
import { accumulationStages } from "./strategy_long_sum.ts";
import { Scratch, stageOf } from "../stages/parts.ts";

/** Columns of both operands up to which some hundred rows of them stay in the cache unpacked. */
const narrow = 640;

/** Products of matrices [batch, m, k] and [batch, k, n], either of which may be transposed. */
export function emitMatmul(builder: KernelBuilder, kernel: MatmulKernel): void {
  const { batch, m, n, k, transposeA, transposeB } = kernel;
  const scratch = new Scratch();
  const groups = { count: batch, a: m * k * 4, b: k * n * 4, result: m * n * 4, column: 0 };
  const shape = batch === 1 ? [m, n] : [batch, m, n];
  const operands = {
    a: (args: Arguments) => args.input(0),
    b: (args: Arguments) => args.input(1),
  };
  // The gradient of a weight is a sum over examples, as a convolution kernel's is over pixels.
  const stages = transposeA && !transposeB && m + n <= narrow
    ? accumulationStages(builder, scratch, {
      ...operands,
      groups,
      taps: [],
      rows: m,
      columns: n,
      pixels: [{ count: k, a: m * 4, b: n * 4 }],
      resultStride: n * 4,
      shape,
      tail: kernel.tail,
    })
    : productStages(builder, scratch, {
      ...operands,
      groups,
      rows: [{ count: m, a: transposeA ? 4 : k * 4, result: n * 4 }],
      reduction: [{ count: k, a: transposeA ? m * 4 : 4, b: transposeB ? 4 : n * 4 }],
      columns: { count: n, b: transposeB ? k * 4 : 4 },
      packA: transposeA,
      resultOffset: 0,
      shape,
      tail: kernel.tail,
    });
  for (const parts of stages) stageOf(builder, parts);
  builder.scratchBytes = scratch.bytes;
}
