/** A dimension of a dispatch has 65,535 workgroups at most: more threads than those have are folded. */
import { assertEquals } from "@std/assert";
import { leaf, type Node } from "../../../../lib/graph/node.ts";
import { gather } from "../../../../lib/graph/ops/gather.ts";
import { pad } from "../../../../lib/graph/ops/layout.ts";
import { argmax, reduceSum } from "../../../../lib/graph/ops/reduce.ts";
import { runOn } from "../../../device/compare.ts";
import { testOnWebgpu } from "../run_kernel.ts";

const rows = 65_536 * 64 + 3, cycle = 251;
const x = leaf([rows, 2], "f32"), indices = leaf([rows], "i32"), table = leaf([cycle], "f32");
const data = new Map<Node, ArrayLike<number>>([
  [x, Float32Array.from({ length: rows * 2 }, (_, i) => i % 2 === 0 ? (i / 2) % cycle : 100)],
  [indices, Int32Array.from({ length: rows }, (_, i) => i % cycle)],
  [table, Float32Array.from({ length: cycle }, (_, i) => 3 * i)],
]);

/** What each op gives at a row, for some thousand rows in all and the last ones. */
const ops: readonly [string, Node, (row: number) => number][] = [
  ["reduce", reduceSum(x, [1]), (row) => row % cycle + 100],
  ["argmax", argmax(x, 1), (row) => row % cycle < 100 ? 1 : 0],
  ["gather", gather(table, indices), (row) => 3 * (row % cycle)],
  ["pad", pad(indices, [1], [0], [0], 7), (row) => row === 0 ? 7 : (row - 1) % cycle],
];

for (const [name, root, expected] of ops) {
  testOnWebgpu(`${name} in more than 65,535 workgroups`, async (device) => {
    const leaves = root.inputs;
    const [found] = await runOn(device, { roots: [root], leaves, data });
    for (let row = 0; row < rows; row += row < rows - 100 ? 997 : 1) {
      assertEquals(found![row], expected(row), `row ${row}`);
    }
  });
}
