import { Random } from "../../../../lib/core/random.ts";
import { gradients } from "../../../../lib/graph/gradient.ts";
import { leaf, type Node } from "../../../../lib/graph/node.ts";
import { gather } from "../../../../lib/graph/ops/gather.ts";
import { reduceSum } from "../../../../lib/graph/ops/reduce.ts";
import { multiply } from "../../../../lib/graph/ops/elementwise.ts";
import { difference, runOn } from "../../../device/compare.ts";
import { Largest } from "../../../largest.ts";
import { evaluate } from "../../../reference.ts";
import { testOnWebgpu } from "../run_kernel.ts";

const errors = new Largest("rows picked by many indices on webgpu", 1e-6);

for (const tiling of ["register", "workgroup"] as const) {
  for (const [rows, width, count] of [[1, 1, 200_000], [3, 2, 65_537], [50, 4, 100_001]] as const) {
    testOnWebgpu(`${count} indices into ${rows} rows, ${tiling} tiling`, async (device) => {
      const x = leaf([rows, width], "f32"), indices = leaf([count], "i32");
      const weights = leaf([count, width], "f32"), y = gather(x, indices);
      const roots = [y, ...gradients(reduceSum(multiply(y, weights)), [x])];
      const random = new Random(3);
      const data = new Map<Node, ArrayLike<number>>([
        [x, Float32Array.from({ length: rows * width }, () => random.uniform())],
        [indices, Int32Array.from({ length: count }, () => random.integer(rows))],
        // Equal numbers have equal rounding errors.
        [weights, new Float32Array(count * width).fill(0.1)],
      ]);
      const found = await runOn(device, { roots, leaves: [x, indices, weights], data });
      evaluate(roots, data).forEach((e, i) =>
        errors.check(difference(found[i]!, e, false), `${count} of ${rows}, root ${i}`)
      );
    }, tiling);
  }
}
