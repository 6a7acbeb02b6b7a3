import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as activation from "../../../lib/tensor/functions/activation.ts";
import { gradients } from "../../../lib/graph/gradient.ts";
import { leaf } from "../../../lib/graph/node.ts";
import { reduceSum } from "../../../lib/graph/ops/reduce.ts";
import type { Tensor } from "../../../lib/tensor/tensor.ts";
import { onNodes } from "../../nodes.ts";
import { evaluate } from "../../reference.ts";

/** The values and the slopes of a function at some numbers. */
function at(f: (x: Tensor) => Tensor, numbers: number[]): { values: number[]; slopes: number[] } {
  const x = leaf([numbers.length], "f32"), y = onNodes(f)(x);
  const found = evaluate([y, ...gradients(reduceSum(y), [x])], new Map([[x, numbers]]));
  const [values, slopes] = found.map((list) => [...list].map((n) => n + 0)); // no -0
  return { values: values!, slopes: slopes! };
}

Deno.test("a step is 1 from 0 on, and teaches nothing", () => {
  assertEquals(at(activation.step, [-1, 0, 1]), { values: [0, 1, 1], slopes: [0, 0, 0] });
});

Deno.test("large numbers do not overflow, nor do their gradients", () => {
  const far = [-1000, 1000];
  assertEquals(at(activation.softplus, far), { values: [0, 1000], slopes: [0, 1] });
  assertEquals(at((x) => activation.elu(x), far), { values: [-1, 1000], slopes: [0, 1] });
  assertEquals(at(activation.silu, far), { values: [0, 1000], slopes: [0, 1] });
  assertEquals(at((x) => activation.gelu(x), far), { values: [0, 1000], slopes: [0, 1] });
  assertEquals(at((x) => activation.softmax(x), far).values, [0, 1]);
  assertEquals(at((x) => activation.logSoftmax(x), far).values, [-2000, 0]);
});

Deno.test("softplus has the slope of a half at 0", () => {
  const { values, slopes } = at(activation.softplus, [0]);
  assertAlmostEquals(values[0]!, Math.LN2, 1e-8);
  assertEquals(slopes, [0.5]);
});

Deno.test("elu has the slope of alpha at 0, to which both its sides lead if alpha is 1", () => {
  assertEquals(at((x) => activation.elu(x), [0]), { values: [0], slopes: [1] });
  assertEquals(at((x) => activation.elu(x, 0.5), [0]), { values: [0], slopes: [0.5] });
});

Deno.test("softmax sums to 1 along its axis", () => {
  const x = leaf([2, 3], "f32"), data = new Map([[x, [1, 2, 3, -1, 5, 0]]]);
  const [rows, columns] = evaluate([
    onNodes((x) => activation.softmax(x))(x),
    onNodes((x) => activation.softmax(x, 0))(x),
  ], data);
  assertAlmostEquals(rows![0]! + rows![1]! + rows![2]!, 1, 1e-12);
  assertAlmostEquals(columns![1]! + columns![4]!, 1, 1e-12);
});
