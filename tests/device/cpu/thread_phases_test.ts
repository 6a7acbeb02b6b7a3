import { assertEquals } from "@std/assert";
import type { Kernel } from "../../../lib/graph/kernel.ts";
import type { Plan } from "../../../lib/compile/plan.ts";
import { phasesOf } from "../../../lib/device/cpu/thread_phases.ts";

/** Launches as [inputs, outputs] over slots of the same numbers; `stages` lists each launch's. */
function schedule(launches: [number[], number[]][], scratch: number[] = [], stages?: number[]) {
  const plan: Plan = {
    launches: launches.map(([inputs, outputs]) => ({
      kernel: { kind: "map" } as unknown as Kernel,
      inputs,
      outputs,
    })),
    values: Array.from(
      { length: 10 },
      (_, index) => ({ size: 1, dtype: "f32", place: { kind: "slot", index }, name: "" }),
    ),
    slots: [],
    bindings: [],
    outputs: [],
  };
  const emitted: Parameters<typeof phasesOf>[1] = {
    scratchBytes: launches.map((_, launch) => scratch[launch] ?? 0),
    stages: (stages ?? launches.map((_, launch) => launch)).map((launch) => ({
      fn: 0,
      tasks: 1,
      launch,
    })),
  };
  return phasesOf(plan, emitted).map((phase) => phase.map(({ launch }) => launch));
}

Deno.test("schedule: what is independent shares a phase", () => {
  assertEquals(schedule([[[0], [1]], [[0], [2]], [[1, 2], [3]], [[0], [4]]]), [[0, 1, 3], [2]]);
});

Deno.test("schedule: no write before earlier reads and writes of the same place", () => {
  assertEquals(schedule([[[0], [1]], [[1], [2]], [[3], [1]], [[4], [1]]]), [[0], [1], [2], [3]]);
});

Deno.test("schedule: an update in place waits for readers, and later readers for it", () => {
  assertEquals(schedule([[[0], [1]], [[0], [0]], [[0], [2]]]), [[0], [1], [2]]);
});

Deno.test("schedule: stages of a launch follow each other; large scratch memory is one at a time", () => {
  assertEquals(schedule([[[0], [1]], [[2], [3]]], [8, 8], [0, 0, 1]), [[0, 1], [0]]);
  const large = 1 << 24;
  assertEquals(schedule([[[0], [1]], [[2], [3]]], [large, large], [0, 0, 1]), [[0], [0], [1]]);
});
