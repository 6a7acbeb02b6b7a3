import { assert } from "@std/assert";
import { Node } from "../../lib/graph/node.ts";
import { opTable } from "../../lib/graph/table.ts";
import { compareFixture } from "../fixtures/compare.ts";
import { fixtures } from "../fixtures/load.ts";

Deno.test("every op and its gradients are those of PyTorch", () => {
  let largest = 0;
  const records = fixtures("ops"), seen = new Set<string>();
  for (const [i, record] of records.entries()) {
    const op = opTable.get(record.op)!;
    const name = `${record.op} (record ${i})`;
    seen.add(record.op);
    const error = compareFixture(name, record, (inputs) => new Node(op, inputs, record.attributes));
    largest = Math.max(largest, error);
  }
  console.log(
    `ops against PyTorch: ${records.length} records, largest error ${largest.toExponential(1)}`,
  );
  // Data from outside, a generator of bits that PyTorch does not have, and a user's own gradient.
  const without = new Set(["leaf", "randomUniform", "withGradient"]);
  for (const op of opTable.keys()) {
    assert(seen.has(op) || without.has(op), `${op}: add a record to tests/fixtures/generate.py`);
  }
});
