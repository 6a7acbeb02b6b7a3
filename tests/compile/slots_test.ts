import { assert, assertEquals } from "@std/assert";
import { bytesPerElement } from "../../lib/core/dtype.ts";
import { Random } from "../../lib/core/random.ts";
import { compile } from "../../lib/compile/compile.ts";
import { assignSlots } from "../../lib/compile/slots.ts";
import type { Plan } from "../../lib/compile/plan.ts";
import { gradients } from "../../lib/graph/gradient.ts";
import { leaf } from "../../lib/graph/node.ts";
import * as e from "../../lib/graph/ops/elementwise.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import { fusions } from "../device/compare.ts";
import { randomGraph } from "../device/random_graph.ts";

Deno.test("values that are alive together never share a slot", () => {
  const random = new Random(5);
  for (let round = 0; round < 50; round++) {
    const lives = Array.from({ length: 1 + random.integer(40) }, () => {
      const first = random.integer(30);
      return { bytes: 4 * random.integer(50), first, last: first + random.integer(8) };
    });
    const { slotOf, bytes } = assignSlots(lives);
    lives.forEach((a, i) => {
      assert(bytes[slotOf[i]!]! >= a.bytes);
      lives.forEach((b, k) => {
        const together = a.first <= b.last && b.first <= a.last;
        assert(i === k || !together || slotOf[i] !== slotOf[k]);
      });
    });
  }
  assertEquals(assignSlots([]), { slotOf: [], bytes: [] });
});

/** Checks that no value of a plan is overwritten while it is still to be read. */
function checkPlan({ launches, values, slots, bindings }: Plan): void {
  const first = new Map<number, number>(), last = new Map<number, number>();
  launches.forEach(({ inputs, outputs }, time) => {
    for (const i of outputs) {
      assert(!first.has(i), `value ${i} is computed twice`);
      first.set(i, time);
    }
    for (const i of inputs) assert(first.has(i) || values[i]!.place.kind === "binding");
    for (const i of [...inputs, ...outputs]) last.set(i, time);
  });
  values.forEach(({ place, size, dtype }, i) => {
    const room = place.kind === "slot" ? slots[place.index]! : bindings[place.index]!;
    assert(size * bytesPerElement[dtype] <= room);
    values.forEach(({ place: other }, k) => {
      if (i >= k || place.kind !== "slot" || other.kind !== "slot") return;
      if (place.index !== other.index) return;
      assert(last.get(i)! < first.get(k)! || last.get(k)! < first.get(i)!, `${i} and ${k} overlap`);
    });
  });
}

Deno.test("plans of random graphs keep every value until its last reader", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const graph = randomGraph(seed, true);
    const roots = [...graph.roots, ...gradients(graph.loss, graph.variables)];
    for (const fusion of fusions) checkPlan(compile(roots, graph.leaves, { fusion }));
  }
});

Deno.test("a chain needs two slots however long it is", () => {
  const x = leaf([8, 8], "f32");
  let y = x;
  for (let i = 0; i < 50; i++) y = e.tanh(matmul(y, x));
  const { slots, launches } = compile([y], [x]);
  assertEquals([launches.length, slots], [50, [256, 256]]);
});
