import { Node } from "../../lib/graph/node.ts";
import { opTable } from "../../lib/graph/table.ts";
import { compareFixture } from "../fixtures/compare.ts";
import { fixtures } from "../fixtures/load.ts";
import { adviseOnMissing } from "../fixtures/missing.ts";
import { Largest } from "../largest.ts";

const errors = new Largest("ops against PyTorch", 1e-5);
const records = fixtures("ops");

for (const [i, record] of records.entries()) {
  const name = `${record.op}: PyTorch's (record ${i})`;
  Deno.test(name, () => {
    const op = opTable.get(record.op)!;
    compareFixture(name, record, errors, (inputs) => new Node(op, inputs, record.attributes));
  });
}

// But for data from outside, a generator of bits that PyTorch does not have, a user's own gradient.
const wanted = new Set(opTable.keys()).difference(
  new Set(["leaf", "randomUniform", "withGradient"]),
);
adviseOnMissing(wanted, records.map(({ op }) => op), "op_records");
