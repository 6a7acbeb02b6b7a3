import { assertEquals } from "@std/assert";
import { ones } from "../../lib/tensor/create.ts";
import { gelu } from "../../lib/tensor/functions/activation.ts";
import { record } from "../../lib/tensor/tracing.ts";
import { topologicalOrder } from "../../lib/graph/node.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";

/** The ops without inputs that a tensor was computed from. */
const sourcesOf = ({ node }: Tensor) =>
  topologicalOrder([node]).filter(({ inputs }) => inputs.length === 0).map(({ op }) => op.name);

Deno.test("a number is data, but part of the formula in a program that is recorded", () => {
  const x = ones([2]);
  assertEquals(sourcesOf(x.mul(0.5)), ["literal", "leaf"]);
  assertEquals(sourcesOf(record(() => x.mul(0.5))), ["literal", "literal"]);
  assertEquals(sourcesOf(record(() => gelu(x))).includes("leaf"), false);
  assertEquals(sourcesOf(x.mul(0.5)), ["literal", "leaf"], "afterwards");
});

Deno.test("recording ends where a function fails", () => {
  try {
    record(() => {
      throw new Error("stop");
    });
  } catch {
    assertEquals(sourcesOf(ones([2]).add(3)), ["literal", "leaf"]);
  }
});
