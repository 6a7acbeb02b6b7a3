import { assert, assertEquals } from "@std/assert";
import { opTable } from "../lib/graph/table.ts";
import { build, cases, gradientsOf } from "./cases.ts";
import { evaluate, rules } from "./reference.ts";

Deno.test("every op of the table has a rule in the reference and examples", () => {
  const examples = new Set(cases.map((item) => item.op));
  for (const name of opTable.keys()) {
    assert(name in rules, `${name}: add a rule to tests/reference.ts`);
    assert(examples.has(name), `${name}: add examples to tests/cases/`);
  }
});

Deno.test("the reference and the cases name no op that is not in the table", () => {
  for (const name of Object.keys(rules)) assert(opTable.has(name), name);
  for (const { op } of cases) assert(op === undefined || opTable.has(op), op);
});

Deno.test("cases have different names", () => {
  const names = cases.map((item) => item.name);
  assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
});

Deno.test("every case is computed", () => {
  for (const item of cases) {
    const built = build(item);
    const results = evaluate([built.output, ...gradientsOf(built)], built.data);
    for (const result of results) {
      assert(!result.some(Number.isNaN), `${item.name}: NaN`);
    }
  }
});
