import { keyOf } from "../../lib/compile/key.ts";
import type { Plan } from "../../lib/compile/plan.ts";
import type { Kernel } from "../../lib/graph/kernel.ts";
import { emitters } from "./emitters.ts";
import { KernelBuilder } from "./stages/builder.ts";
import type { Target } from "./target.ts";
import { ModuleBuilder } from "./wasm/assembler.ts";

/** A stage of a launch: an exported function ("f" and its number) and how many tasks it has. */
export interface EmittedStage {
  readonly fn: number;
  readonly tasks: number;
  /** The launch in the plan that it belongs to. */
  readonly launch: number;
}

/** A plan as one WebAssembly module and the list of calls that run it. */
export interface EmittedPlan {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly stages: readonly EmittedStage[];
  /** Bytes of scratch memory that each launch needs, from its first stage to its last. */
  readonly scratchBytes: readonly number[];
}

/** Emits the kernels of a plan; launches with equal kernels share their functions. */
export function emitPlan(plan: Plan, target: Target): EmittedPlan {
  const module = new ModuleBuilder({ callsNative: target.native !== undefined });
  const emitted = new Map<string, KernelBuilder>();
  const stages: EmittedStage[] = [];
  const scratchBytes: number[] = [];
  plan.launches.forEach(({ kernel, inputs, outputs }, launch) => {
    const key = keyOf([inputs.length, outputs.length, kernel]);
    const builder = emitted.getOrInsertComputed(key, () => {
      const builder = new KernelBuilder(module, inputs.length, outputs.length, target);
      emit(builder, kernel);
      return builder;
    });
    scratchBytes.push(builder.scratchBytes);
    for (const { fn, tasks } of builder.stages) stages.push({ fn: fn.index, tasks, launch });
  });
  return { bytes: module.encode(), stages, scratchBytes };
}

function emit(builder: KernelBuilder, kernel: Kernel): void {
  const emitter = emitters[kernel.kind] as (builder: KernelBuilder, kernel: Kernel) => void;
  emitter(builder, kernel);
}
