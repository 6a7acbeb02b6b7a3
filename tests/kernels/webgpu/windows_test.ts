/** Values over what an adapter binds at once: maps and products run in parts, each on a window of them. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { compile } from "../../../lib/compile/compile.ts";
import { DeviceError } from "../../../lib/core/errors.ts";
import { Random } from "../../../lib/core/random.ts";
import { sizeOf } from "../../../lib/core/shape.ts";
import { createWebgpuDevice } from "../../../lib/device/webgpu/webgpu.ts";
import { leaf, type Node } from "../../../lib/graph/node.ts";
import * as e from "../../../lib/graph/ops/elementwise.ts";
import { matmul } from "../../../lib/graph/ops/matmul.ts";
import { transpose } from "../../../lib/graph/ops/layout.ts";
import { webgpuTest } from "../../device/adapter.ts";
import { difference, runOn } from "../../device/compare.ts";
import { Largest } from "../../largest.ts";
import { evaluate } from "../../reference.ts";

const errors = new Largest("values in parts on webgpu against the reference", 1e-5);

/** Bytes that are bound at once: 4,096 elements, or two thirds of a window of 100 rows of 60. */
const bound = 16_384;

const f32 = (...shape: number[]) => leaf(shape, "f32");
const large = f32(200, 60), other = f32(200, 60), bias = f32(60), few = f32(3, 200);
const scalar = f32(), short = f32(5, 200), right = f32(5, 60), wide = f32(3, 60), row = f32(200);

/** What reads or makes a value of 12,000 elements. */
const roots: Readonly<Record<string, Node>> = {
  "a map, with what broadcasts": e.relu(e.add(e.multiply(large, scalar), bias)),
  "a product with a large right operand": matmul(few, large),
  "the same with a tail": e.tanh(e.multiply(e.add(matmul(few, large), bias), wide)),
  "the same, transposed on the left": e.add(matmul(transpose(f32(200, 3), [1, 0]), large), wide),
  "by the right operand's rows": matmul(wide, transpose(large, [1, 0])),
  "the same with a tail by columns": e.add(matmul(wide, transpose(large, [1, 0])), row),
  "a large result": matmul(transpose(short, [1, 0]), right),
  "a large result of rows": matmul(f32(200, 7), f32(7, 60)),
  "an update in its tail": e.subtract(
    large,
    e.multiply(scalar, e.add(matmul(transpose(short, [1, 0]), right), e.scale(other, 0.1))),
  ),
};

for (const tiling of ["register", "workgroup"] as const) {
  Deno.test(webgpuTest(`values over the limit run in parts, ${tiling} tiling`, async () => {
    const device = await createWebgpuDevice({ tiling, bound });
    const random = new Random(5);
    for (const [name, root] of Object.entries(roots)) {
      const leaves = new Set<Node>();
      const visit = (node: Node): void => {
        if (node.op.kind === "leaf") leaves.add(node);
        node.inputs.forEach(visit);
      };
      visit(root);
      const data = new Map([...leaves].map((node) => [
        node,
        Float32Array.from({ length: sizeOf(node.shape) }, () => random.uniform(-1, 1)),
      ]));
      assert([...leaves, root].some(({ shape }) => sizeOf(shape) * 4 > bound), name);
      assertEquals(compile([root], [...leaves]).launches.length, 1, name);
      const [found] = await runOn(device, { roots: [root], leaves: [...leaves], data });
      const [expected] = evaluate([root], data);
      errors.check(difference(found!, expected!, false), `${name}, ${tiling} tiling`);
    }
    const across = e.add(transpose(large, [1, 0]), row);
    const run = () => runOn(device, { roots: [across], leaves: [large, row], data: new Map() });
    await assertRejects(run, DeviceError, "binds at most");
    await device.close();
  }));
}
