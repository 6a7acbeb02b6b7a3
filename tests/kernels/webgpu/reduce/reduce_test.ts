import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../../lib/core/random.ts";
import { leaf, type Node } from "../../../../lib/graph/node.ts";
import { argmax, reduceMax, reduceSum } from "../../../../lib/graph/ops/reduce.ts";
import { runOn } from "../../../device/compare.ts";
import { Largest } from "../../../largest.ts";
import { testOnWebgpu, type WebgpuDevice } from "../run_kernel.ts";

const tilings = ["register", "workgroup"] as const;
const errors = new Largest("sums of many numbers on webgpu, relative to the sum", 1e-6);

/** The result of an op on data of a shape. */
async function result(
  device: WebgpuDevice,
  shape: readonly number[],
  data: Float32Array,
  op: (x: Node) => Node,
): Promise<number[]> {
  const x = leaf(shape, "f32");
  const [numbers] = await runOn(device, {
    roots: [op(x)],
    leaves: [x],
    data: new Map([[x, data]]),
  });
  return Array.from(numbers!);
}

/** The sums of the rows of a matrix, in f64. */
function sumsOfRows(data: Float32Array, length: number): number[] {
  return Array.from({ length: data.length / length }, (_, row) => {
    let sum = 0;
    for (let k = 0; k < length; k++) sum += data[row * length + k]!;
    return sum;
  });
}

/** The matrix whose rows are the columns of another. */
function transposed(data: Float32Array, length: number): Float32Array {
  const rows = data.length / length;
  return data.map((_, i) => data[(i % rows) * length + Math.floor(i / rows)]!);
}

const contents = {
  // Equal numbers have equal rounding errors, which add up where sums are long chains.
  "equal numbers": () => 0.1,
  "random numbers": (random: Random) => random.uniform(),
  "large numbers, apart by little": (_: Random, i: number) => 3e3 + i % 3,
};

for (const tiling of tilings) {
  for (const [name, content] of Object.entries(contents)) {
    // More than 65,535 in a row is more than a software adapter lets a loop do.
    const sizes = [[1, 1_000_003], [3, 65_537], [2, 200_000], [70_000, 19]] as const;
    for (const [rows, length] of sizes) {
      testOnWebgpu(`${rows} sums of ${length} ${name}, ${tiling} tiling`, async (device) => {
        const random = new Random(7);
        const data = Float32Array.from({ length: rows * length }, (_, i) => content(random, i));
        const expected = sumsOfRows(data, length);
        const check = (found: number[], how: string) => {
          assertEquals(found.length, rows);
          const worst = Math.max(
            ...expected.slice(0, 1000).map((e, i) => Math.abs(found[i]! / e - 1)),
          );
          errors.check(worst, `${rows} x ${length} ${name}, ${how}`);
        };
        const columns = transposed(data, length);
        check(await result(device, [rows, length], data, (x) => reduceSum(x, [1])), "rows");
        check(await result(device, [length, rows], columns, (x) => reduceSum(x, [0])), "columns");
      }, tiling);
    }
  }

  testOnWebgpu(`extremes at the end of long rows and columns, ${tiling} tiling`, async (device) => {
    for (const length of [65_535, 65_537, 131_075, 1_000_003]) {
      const data = new Float32Array(2 * length).fill(-1);
      // The first of two that are equal; and NaN, which is larger than all.
      data[length - 3] = data[length - 1] = 5;
      data[2 * length - 2] = NaN;
      data[2 * length - 1] = 9;
      const columns = transposed(data, length), expected = [length - 3, length - 2];
      const rows = [2, length];
      assertEquals(await result(device, rows, data, (x) => argmax(x, 1)), expected);
      assertEquals(await result(device, rows, data, (x) => reduceMax(x, [1])), [5, NaN]);
      const across = await result(device, rows.toReversed(), columns, (x) => argmax(x, 0));
      assertEquals(across, expected);
    }
  }, tiling);

  testOnWebgpu(`a sum of nothing but -0 keeps its sign, ${tiling} tiling`, async (device) => {
    for (const length of [1, 3, 70, 5000]) {
      const data = new Float32Array(2 * length).fill(-0);
      data[0] = 0;
      const found = await result(device, [2, length], data, (x) => reduceSum(x, [1]));
      assert(Object.is(found[0], 0) && Object.is(found[1], -0), `${length}: ${found}`);
    }
  }, tiling);
}
