/**
 * WGSL lets a store to a component touch the whole vector, and some compilers read it, change it and
 * write it back: what another invocation stored beside it meanwhile is lost. So memory that
 * invocations share is written by whole elements.
 */
import { assertEquals } from "@std/assert";
import { emit } from "../../../../kernels/webgpu/emit.ts";
import { compile } from "../../../../lib/compile/compile.ts";
import { largeCases } from "../../../cases/large.ts";
import { build, cases, gradientsOf } from "../../../cases.ts";

/** The stores into a part of an element of an array, maybe of arrays, that invocations share. */
function partialStores(code: string): string[] {
  const declaration = /var<(?:workgroup|storage, read_write)> (\w+): ((?:array<)+)/g;
  const shared = [...code.matchAll(declaration)];
  const levels = new Map(shared.map(([, name, arrays]) => [name!, arrays!.split("<").length - 1]));
  return code.split(/[;{}]/).map((statement) => statement.trim()).filter((statement) => {
    const name = /^\w+(?=\[)/.exec(statement)?.[0];
    if (name === undefined || !levels.has(name)) return false;
    let at = name.length;
    for (let level = levels.get(name)!; level > 0 && statement[at] === "["; level--) {
      let depth = 0;
      do {
        if (statement[at] === "[") depth++;
        if (statement[at] === "]") depth--;
        at++;
      } while (depth > 0);
    }
    return !/^\s*=[^=]/.test(statement.slice(at));
  });
}

Deno.test("stores of components are found", () => {
  const code = `var<workgroup> block: array<vec4f, 8>;
var<workgroup> rows: array<array<vec4f, 8>, 4>;
@group(0) @binding(0) var<storage, read_write> result: array<vec4f>;
fn f() { var own: array<vec4f, 2>; own[0][1] = 1.0; block[i / 4u] = vec4f(own[0][1]); if (c) {
  block[index[k] + i / 4u][i % 4u] = 1.0; result[i].y += 2.0; result[0] = block[1];
  rows[k][0] = block[0]; rows[k][0][1] = 1.0; } }`;
  assertEquals(partialStores(code), [
    "block[index[k] + i / 4u][i % 4u] = 1.0",
    "result[i].y += 2.0",
    "rows[k][0][1] = 1.0",
  ]);
});

for (const tiling of ["register", "workgroup"] as const) {
  Deno.test(`no kernel stores a component where another invocation stores beside it, ${tiling} tiling`, () => {
    const kinds = new Set<string>();
    for (const item of [...cases, ...largeCases]) {
      const built = build(item),
        plan = compile([built.output, ...gradientsOf(built)], built.leaves);
      for (const { kernel, inputs, outputs } of plan.launches) {
        if (outputs.every((number) => plan.values[number]!.size === 0)) continue;
        kinds.add(kernel.kind);
        for (const { code } of emit(kernel, { inputs, outputs }, tiling).dispatches) {
          assertEquals(partialStores(code), [], `${item.name}: ${kernel.kind}`);
        }
      }
    }
    assertEquals(kinds.size, 15, "every kind of kernel");
  });
}
