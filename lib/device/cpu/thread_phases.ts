import type { EmittedPlan, EmittedStage } from "../../../kernels/cpu/emit.ts";
import type { Plan } from "../../compile/plan.ts";

/** Scratch memory up to this size is a launch's own, so that it can run beside others. */
const ownScratchLimit = 1 << 20;

/** Whether a launch shares the one large scratch memory, with all others that do. */
export const sharesScratch = (scratchBytes: number): boolean => scratchBytes > ownScratchLimit;

/** What was last done to a place, as the numbers of phases; -1 is before the first. */
interface Uses {
  written: number;
  read: number;
}

/**
 * The stages of a plan in phases: all stages of a phase may run at the same time, since none
 * touches what another writes. Each stage comes as early as the order of the launches lets it.
 */
export function phasesOf(
  plan: Plan,
  emitted: Pick<EmittedPlan, "stages" | "scratchBytes">,
): EmittedStage[][] {
  const phases: EmittedStage[][] = [];
  const places = new Map<string, Uses>();
  const usesOf = (place: string) => places.getOrInsert(place, { written: -1, read: -1 });
  const placeOf = (value: number) => {
    const { kind, index } = plan.values[value]!.place;
    return usesOf(`${kind} ${index}`);
  };
  // The phase of the stage before, within a launch.
  let launch = -1, previous = -1;
  for (const stage of emitted.stages) {
    if (stage.tasks === 0) continue;
    if (stage.launch !== launch) [launch, previous] = [stage.launch, -1];
    const { inputs, outputs } = plan.launches[launch]!;
    const reads = inputs.map(placeOf), writes = outputs.map(placeOf);
    if (sharesScratch(emitted.scratchBytes[launch]!)) writes.push(usesOf("scratch"));
    let phase = previous + 1;
    for (const { written } of reads) phase = Math.max(phase, written + 1);
    for (const { written, read } of writes) phase = Math.max(phase, written + 1, read + 1);
    for (const uses of reads) uses.read = Math.max(uses.read, phase);
    for (const uses of writes) uses.written = phase;
    (phases[phase] ??= []).push(stage);
    previous = phase;
  }
  return phases;
}
