import { type Block, partOf } from "../compile/parts.ts";
import type { Plan } from "../compile/plan.ts";
import type { Device, Executable, Storage } from "../device/device.ts";
import { median } from "./median.ts";

/** Where memory for a measurement comes from: of a runtime, in place of programs if need be. */
export type Allocate = (bytes: number) => Storage;

/** What was measured of a plan. */
export interface PlanTimes {
  /** The time of each launch, in milliseconds: medians over the repeats. */
  readonly launches: readonly number[];
  /** The time of the plan as one program. */
  readonly whole: number;
  /** The time that a wait for the device takes by itself, which the others do not have in them. */
  readonly wait: number;
}

/** What is measured, and how. */
export interface Measurement {
  /** The memory of the plan's bindings; what the plan updates there is changed. */
  readonly bound: readonly Storage[];
  readonly repeats: number;
  /** Called between launches: it throws to end the measurement. */
  readonly onLaunch?: () => void;
}

/** Milliseconds that a launch runs at least, again and again, where a wait takes no time. */
const leastTime = 1;

/** How many times as long as the wait after it. */
const leastWaits = 3;

/** Most runs of a launch in one repeat. */
const mostRuns = 1000;

/**
 * Measures each launch of a plan, and the plan as one program, on memory that they share. In each repeat
 * every launch has its turn after the ones before it, as in the program, so that all of them compute on
 * the numbers that they would have there; those that take less time than a wait for the device run
 * several times. What a launch would overwrite in place it writes elsewhere, so that each of its runs
 * does the same, and the two change places afterwards.
 */
export async function timePlan(
  device: Device,
  allocate: Allocate,
  plan: Plan,
  { bound, repeats, onLaunch = () => {} }: Measurement,
): Promise<PlanTimes> {
  using stack = new DisposableStack();
  const bindings = plan.bindings.length, spares = new Map<number, Storage[]>();
  // Whatever has changed places, all that was allocated here is given back.
  const own = (bytes: number) => {
    const storage = allocate(bytes);
    stack.defer(() => storage.release());
    return storage;
  };
  const bytesOf = (block: Block) => plan.bindings[block] ?? plan.slots[block - bindings]!;
  const blocks = [...bound, ...plan.slots.map(own)];
  const blockOf = (value: number): Block => {
    const { kind, index } = plan.values[value]!.place;
    return kind === "binding" ? index : bindings + index;
  };
  const load = (part: Plan): Executable => {
    const executable = device.load(part);
    stack.defer(() => executable.release());
    return executable;
  };
  const empty = load({ launches: [], values: [], slots: [], bindings: [], outputs: [] });
  const everything = partOf(plan, 0, plan.launches.length, blockOf);
  const whole = { executable: load(everything.plan), blocks: everything.blocks };
  const parts = plan.launches.map((_, i) => {
    const { blocks, replaced, plan: own } = partInstead(plan, i, blockOf);
    return { executable: load(own), blocks, replaced };
  });

  /** The time of so many runs, in milliseconds. */
  const time = async (executable: Executable, storages: readonly Storage[], runs: number) => {
    const began = performance.now();
    for (let run = 0; run < runs; run++) executable.run(storages);
    await device.finish();
    return performance.now() - began;
  };
  /** Storages of a size that launches write in place of what they would overwrite. */
  const spareFor = (bytes: number, number: number): Storage => {
    const list = spares.getOrInsertComputed(bytes, () => []);
    while (list.length <= number) list.push(own(bytes));
    return list[number]!;
  };
  /** The time of so many runs of a launch, after which the program goes `on` from its results. */
  const timePart = async (part: typeof parts[number], runs: number, on = true): Promise<number> => {
    const instead = part.replaced.map((block, i) => {
      const bytes = bytesOf(block);
      const number = part.replaced.slice(0, i).filter((b) => bytesOf(b) === bytes).length;
      return { block, bytes, number, storage: spareFor(bytes, number) };
    });
    const storages = part.blocks.map((block) =>
      block < 0 ? instead[~block]!.storage : blocks[block]!
    );
    const elapsed = await time(part.executable, storages, runs);
    if (on) {
      for (const { block, bytes, number, storage } of instead) {
        spares.get(bytes)![number] = blocks[block]!;
        blocks[block] = storage;
      }
    }
    return elapsed;
  };
  const timeWhole = () => time(whole.executable, whole.blocks.map((block) => blocks[block]!), 1);

  const waits: number[] = [], wholes: number[] = [], times = parts.map((): number[] => []);
  await timeWhole();
  for (let i = 0; i < 9; i++) waits.push(await time(empty, [], 1));
  // Whatever else the machine does makes a wait longer, and none shorter.
  const wait = Math.min(...waits), least = Math.max(leastTime, leastWaits * median(waits));
  // The first run of each compiles it on every thread; the second says how often it is to run.
  const runs: number[] = [];
  for (const part of parts) {
    onLaunch();
    await timePart(part, 1, false);
    const once = Math.max(await timePart(part, 1) - wait, least / mostRuns);
    runs.push(Math.ceil(least / once));
  }
  for (let repeat = 0; repeat < repeats; repeat++) {
    wholes.push(Math.max(0, await timeWhole() - wait));
    for (const [i, part] of parts.entries()) {
      onLaunch();
      const elapsed = await timePart(part, runs[i]!);
      times[i]!.push(Math.max(0, elapsed - wait) / runs[i]!);
    }
  }
  return { launches: times.map(median), whole: median(wholes), wait };
}

/**
 * A launch as a plan of its own. Blocks that it would overwrite in place while it reads them are
 * `replaced`: where it writes such a one is block ~i, i being its place among them.
 */
function partInstead(plan: Plan, launch: number, blockOf: (value: number) => Block) {
  const { inputs, outputs } = plan.launches[launch]!, read = new Set(inputs.map(blockOf));
  const replaced = [...new Set(outputs.map(blockOf))].filter((block) => read.has(block));
  const written = new Set(outputs);
  const elsewhere = (value: number) => {
    const block = blockOf(value), place = replaced.indexOf(block);
    return place >= 0 && written.has(value) ? ~place : block;
  };
  return { ...partOf(plan, launch, launch + 1, elsewhere), replaced };
}
