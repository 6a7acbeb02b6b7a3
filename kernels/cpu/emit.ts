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

/** Kernels that pack an input for their tiles: its number. */
const packs: Readonly<Partial<Record<Kernel["kind"], number>>> = {
  matmul: 1,
  conv2d: 1,
  conv2dInputGradient: 1,
};

/** A plan as one WebAssembly module and the list of calls that run it. */
export interface EmittedPlan {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly stages: readonly EmittedStage[];
  /** Bytes of scratch memory that each launch needs, from its first stage to its last. */
  readonly scratchBytes: readonly number[];
  /**
   * Stages to be run before the others, at the same time: at the first run, and when other numbers than
   * before are in a binding of `constants`.
   */
  readonly preparations: readonly EmittedStage[];
  readonly constants: readonly number[];
  /** Bytes of memory that each launch keeps what was prepared in, from run to run. */
  readonly keptBytes: readonly number[];
}

/** Bindings that launches write. */
export function writtenBindings({ launches, values }: Plan): Set<number> {
  const places = launches.flatMap(({ outputs }) => outputs.map((value) => values[value]!.place));
  return new Set(places.filter(({ kind }) => kind === "binding").map(({ index }) => index));
}

/** Emits the kernels of a plan; launches with equal kernels share their functions. */
export function emitPlan(plan: Plan, target: Target): EmittedPlan {
  const module = new ModuleBuilder({ callsNative: target.native !== undefined });
  const emitted = new Map<string, KernelBuilder>();
  const stages: EmittedStage[] = [];
  const scratchBytes: number[] = [];
  const preparations: EmittedStage[] = [], keptBytes: number[] = [];
  const constants = new Set<number>();
  const changing = new Set([...writtenBindings(plan), ...plan.changing ?? []]);
  plan.launches.forEach(({ kernel, inputs, outputs }, launch) => {
    const packed = packs[kernel.kind];
    const { kind, index } = plan.values[inputs[packed ?? 0] ?? 0]!.place;
    const isConstant = packed !== undefined && kind === "binding" && !changing.has(index);
    const key = keyOf([inputs.length, outputs.length, kernel, isConstant]);
    const builder = emitted.getOrInsertComputed(key, () => {
      const given = isConstant ? [packed] : [];
      const builder = new KernelBuilder(module, inputs.length, outputs.length, target, given);
      emit(builder, kernel);
      return builder;
    });
    scratchBytes.push(builder.scratchBytes);
    keptBytes.push(builder.kept.bytes);
    for (const { fn, tasks } of builder.stages) stages.push({ fn: fn.index, tasks, launch });
    for (const { fn, tasks } of builder.preparations) {
      preparations.push({ fn: fn.index, tasks, launch });
      constants.add(index);
    }
  });
  const bytes = module.encode();
  return { bytes, stages, scratchBytes, preparations, constants: [...constants], keptBytes };
}

function emit(builder: KernelBuilder, kernel: Kernel): void {
  const emitter = emitters[kernel.kind] as (builder: KernelBuilder, kernel: Kernel) => void;
  emitter(builder, kernel);
}
