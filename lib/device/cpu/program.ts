import { emitPlan, type EmittedPlan, writtenBindings } from "../../../kernels/cpu/emit.ts";
import type { Target } from "../../../kernels/cpu/target.ts";
import type { Place, Plan } from "../../compile/plan.ts";
import { DeviceError } from "../../core/errors.ts";
import type { SharedMemory } from "./shared_memory.ts";
import { phasesOf, sharesScratch } from "./thread_phases.ts";

/** A plan in the shared memory, as the threads read it (see `commands`). */
export interface LoadedProgram {
  readonly number: number;
  readonly address: number;
  /** Bindings whose numbers are prepared for the runs after, and those that a run writes. */
  readonly constants: readonly number[];
  readonly written: readonly number[];
  /** Every block that it holds, itself included. */
  readonly blocks: readonly number[];
  /** Keeps V8's compiled code alive, which the threads find again by the module's bytes. */
  readonly module: WebAssembly.Module;
}

let programs = 0;

/** A plan's kernels for a target; for WebAssembly alone, where the native code of one cannot be made. */
function emittedFor(plan: Plan, target: Target): EmittedPlan {
  try {
    return emitPlan(plan, target);
  } catch (error) {
    // By its name, since its class is not loaded where there is no native code.
    if (!(error instanceof Error && error.name === "NativeCodeError")) throw error;
    const { native: _, ...portable } = target;
    return emitPlan(plan, portable);
  }
}

/** Compiles a plan for a target and lays it out in memory. A DeviceError says so where there is no room. */
export function loadProgram(
  plan: Plan,
  target: Target,
  memory: SharedMemory,
): LoadedProgram {
  const emitted = emittedFor(plan, target);
  const module = new WebAssembly.Module(emitted.bytes);
  const blocks: number[] = [];
  const allocate = (bytes: number, purpose: string) => {
    const address = memory.allocate(bytes, purpose);
    blocks.push(address);
    return address;
  };
  try {
    const slots = plan.slots.map((bytes, slot) =>
      allocate(bytes, nameAt(plan, "slot", slot) ?? "a program")
    );
    const shared = Math.max(0, ...emitted.scratchBytes.filter(sharesScratch));
    const commonScratch = shared > 0 ? allocate(shared, "a kernel's scratch memory") : 0;

    const patches: number[] = [];
    const addressOf = (value: number, argument: number) => {
      const { place } = plan.values[value]!;
      if (place.kind === "slot") return slots[place.index]!;
      patches.push(argument, place.index);
      return 0;
    };
    // Each launch's arguments, one after another: inputs, outputs, scratch, what is kept.
    const lengths = plan.launches.map(({ inputs, outputs }) => inputs.length + outputs.length + 2);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    let argument = allocate(total * 4, "a program's arguments");
    const args = plan.launches.map(({ inputs, outputs }, launch) => {
      const start = argument;
      for (const value of [...inputs, ...outputs]) {
        memory.words[argument >>> 2] = addressOf(value, argument);
        argument += 4;
      }
      const scratch = emitted.scratchBytes[launch]!;
      memory.words[argument >>> 2] = sharesScratch(scratch)
        ? commonScratch
        : scratch > 0
        ? allocate(scratch, "a kernel's scratch memory")
        : 0;
      argument += 4;
      const kept = emitted.keptBytes[launch]!;
      memory.words[argument >>> 2] = kept > 0 ? allocate(kept, "packed weights") : 0;
      argument += 4;
      return start;
    });

    const code = allocate(emitted.bytes.length, "a program's code");
    memory.bytes.set(emitted.bytes, code);
    const phases = phasesOf(plan, emitted);
    const number = programs++;
    const words = [number, code, emitted.bytes.length, patches.length / 2, ...patches];
    words.push(phases.length);
    for (const stages of [emitted.preparations, ...phases]) {
      words.push(stages.length);
      for (const { fn, tasks, launch } of stages) words.push(fn, tasks, args[launch]!, launch);
    }
    const address = allocate(words.length * 4, "a program");
    memory.words.set(words, address >>> 2);
    const { constants } = emitted, written = [...writtenBindings(plan)];
    return { number, address, constants, written, blocks, module };
  } catch (error) {
    for (const block of blocks) memory.free(block);
    throw error;
  }
}

/** What lies at a place, in words. */
const nameAt = ({ values }: Plan, kind: Place["kind"], index: number) =>
  values.find(({ place }) => place.kind === kind && place.index === index)?.name;

/**
 * Checks what a run is given against the plan: enough bytes, and nothing that is written given twice
 * (`places` are the storages' addresses).
 */
export function checkBindings(
  plan: Plan,
  places: readonly number[],
  bytes: readonly number[],
): void {
  if (bytes.length !== plan.bindings.length) {
    throw new DeviceError(
      `cpu: expected ${plan.bindings.length} bindings, found ${bytes.length}`,
    );
  }
  const nameOf = (binding: number) => nameAt(plan, "binding", binding);
  plan.bindings.forEach((needed, index) => {
    if (bytes[index]! < needed) {
      throw new DeviceError(
        `cpu: binding ${index} (${nameOf(index)}) holds ${bytes[index]} bytes; expected at least ` +
          `${needed}`,
      );
    }
  });
  if (new Set(places).size === places.length) return;
  for (const { outputs } of plan.launches) {
    for (const value of outputs) {
      const { kind, index } = plan.values[value]!.place;
      if (kind !== "binding") continue;
      const other = places.findIndex((place, i) => place === places[index] && i !== index);
      if (other >= 0) {
        throw new DeviceError(
          `cpu: binding ${index} (${
            nameOf(index)
          }) is written and has the storage of binding ${other} (${
            nameOf(other)
          }); give each its own`,
        );
      }
    }
  }
}
