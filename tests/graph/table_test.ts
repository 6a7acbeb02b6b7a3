import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { leafOp } from "../../lib/graph/node.ts";
import { conv2dOp } from "../../lib/graph/ops/conv2d.ts";
import { opTable } from "../../lib/graph/table.ts";

Deno.test("the table finds ops by their own names", () => {
  for (const [name, op] of opTable) assertEquals(op.name, name);
  assertStrictEquals(opTable.get("conv2d"), conv2dOp as unknown);
  assertStrictEquals(opTable.get("leaf"), leafOp as unknown);
});

/** What a module of ops may export, as far as this test asks. */
type Exported = { readonly name: string; readonly op?: { readonly name: string } };

Deno.test("every module of ops is in the table", async () => {
  const folder = new URL("../../lib/graph/ops/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    const module = await import(new URL(name, folder).href);
    for (const [key, value] of Object.entries<Exported>(module)) {
      // A row is exported under its name and "Op", or stands in the function that makes its nodes.
      const op = key.endsWith("Op") ? value : value.op;
      if (op === undefined) continue;
      assertStrictEquals(opTable.get(op.name), op, key);
      assertEquals(op.name, key.replace(/Op$/, ""));
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

Deno.test("every op but those without inputs has a gradient, which may say that there is none", () => {
  const without = [...opTable.values()].filter((op) => op.gradient === undefined);
  assertEquals(without.map(({ name }) => name).sort(), ["iota", "leaf", "literal"]);
});
