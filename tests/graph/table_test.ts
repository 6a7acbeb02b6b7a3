import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { leafOp } from "../../lib/graph/node.ts";
import { conv2dOp } from "../../lib/graph/ops/conv2d.ts";
import { opTable } from "../../lib/graph/table.ts";

Deno.test("the table finds ops by their own names", () => {
  for (const [name, op] of opTable) assertEquals(op.name, name);
  assertStrictEquals(opTable.get("conv2d"), conv2dOp as unknown);
  assertStrictEquals(opTable.get("leaf"), leafOp as unknown);
});

Deno.test("every module of ops is in the table", async () => {
  const folder = new URL("../../lib/graph/ops/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    const module = await import(new URL(name, folder).href);
    for (const [key, value] of Object.entries(module)) {
      if (!key.endsWith("Op")) continue;
      assertStrictEquals(opTable.get((value as { name: string }).name), value, key);
      assertEquals((value as { name: string }).name, key.slice(0, -2));
    }
  }
});

Deno.test("ops that are one kernel each say what they cost, or cost nothing", () => {
  const counted = [...opTable.values()].filter((op) => op.multiplyAdds).map((op) => op.name);
  assertEquals(counted.sort(), [
    "conv2d",
    "conv2dInputGradient",
    "conv2dKernelGradient",
    "matmul",
  ]);
  const kinds = new Set([...opTable.values()].map((op) => op.kind));
  assert(kinds.has("view") && kinds.has("alias") && kinds.has("generator"));
});
