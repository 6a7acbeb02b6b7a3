import { assert, assertEquals } from "@std/assert";
import { opTable } from "../lib/graph/table.ts";
import { build, cases, gradientsOf } from "./cases.ts";
import { evaluate, rules } from "./reference.ts";

for (const name of opTable.keys()) {
  Deno.test(`${name}: has a rule in the reference, and examples`, () => {
    assert(name in rules, "add a rule to tests/reference.ts");
    assert(cases.some(({ op }) => op === name), "add examples to tests/cases/");
  });
}

for (const item of cases) {
  Deno.test(`${item.name}: reference`, () => {
    const built = build(item);
    for (const result of evaluate([built.output, ...gradientsOf(built)], built.data)) {
      assert(!result.some(Number.isNaN), "NaN");
    }
  });
}

Deno.test("the reference and the cases name no op that is not in the table", () => {
  for (const name of Object.keys(rules)) assert(opTable.has(name), name);
  for (const { op } of cases) assert(op === undefined || opTable.has(op), op);
});

Deno.test("cases have different names", () => {
  const names = cases.map((item) => item.name);
  assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
});
