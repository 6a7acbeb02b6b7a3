/**
 * Parts of a plan, each a plan of its own: programs that exchange numbers in their midst are cut there,
 * and a profile looks at every launch by itself.
 *
 * @module
 */
import { bytesPerElement } from "../core/dtype.ts";
import type { Launch } from "../graph/kernel.ts";
import type { Place, Plan, PlannedValue } from "./plan.ts";

/** Memory of a run: what is bound comes first, then what the parts of a program share. */
export type Block = number;

/** Some launches as a plan of their own, and the blocks that it binds. */
export interface PlanPart {
  readonly plan: Plan;
  readonly blocks: readonly Block[];
}

/**
 * The launches from number `start` up to `end` as a plan of their own. Values of which `blockOf` gives no
 * block lie in memory of the part alone.
 */
export function partOf(
  plan: Plan,
  start: number,
  end: number,
  blockOf: (value: number) => Block | undefined,
): PlanPart {
  const values: PlannedValue[] = [], blocks: Block[] = [], bindings: number[] = [];
  const numbers = new Map<number, number>(),
    slots: number[] = [],
    slotOf = new Map<number, number>(),
    changing = new Set<number>();
  const place = (value: number): Place => {
    const { place: { kind, index: own }, size, dtype } = plan.values[value]!;
    const block = blockOf(value), bytes = size * bytesPerElement[dtype];
    if (block === undefined) {
      const slot = slotOf.getOrInsertComputed(own, () => slots.push(plan.slots[own]!) - 1);
      return { kind: "slot", index: slot };
    }
    let index = blocks.indexOf(block);
    if (index < 0) {
      index = blocks.push(block) - 1;
      bindings.push(0);
    }
    bindings[index] = Math.max(bindings[index]!, bytes);
    if (kind === "slot" || isWritten(plan, own)) changing.add(index);
    return { kind: "binding", index };
  };
  const numberOf = (value: number) =>
    numbers.getOrInsertComputed(
      value,
      () => values.push({ ...plan.values[value]!, place: place(value) }) - 1,
    );
  const launches = plan.launches.slice(start, end).map((launch): Launch => ({
    ...launch,
    inputs: launch.inputs.map(numberOf),
    outputs: launch.outputs.map(numberOf),
  }));
  const part = { launches, values, slots, bindings, outputs: [], changing: [...changing] };
  return { plan: { ...part, whole: plan }, blocks };
}

const written = new WeakMap<Plan, ReadonlySet<number>>();

/** Whether a launch or an exchange of a plan writes a binding. */
function isWritten(plan: Plan, binding: number): boolean {
  return written.getOrInsertComputed(plan, () => {
    const made = plan.launches.flatMap(({ outputs }) => outputs);
    const received = (plan.exchanges ?? []).map(({ output }) => output);
    const places = [...made, ...received].map((value) => plan.values[value]!.place);
    return new Set(places.filter(({ kind }) => kind === "binding").map(({ index }) => index));
  }).has(binding);
}
