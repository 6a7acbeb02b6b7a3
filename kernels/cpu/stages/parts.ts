import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import { call, i32 } from "../wasm/instructions.ts";
import { type Arguments, argumentsIn, type KernelBuilder } from "./builder.ts";
import type { Scratch } from "./scratch.ts";

/** Tasks of one sort; a stage may have several sorts, none of which needs what another writes. */
export interface Part {
  readonly tasks: number;
  /** Emits one task. */
  emit(f: FunctionBuilder, args: Arguments, task: Local<"i32">): void;
}

/** Stages in order, each of parts that may run at the same time. */
export type Stages = Part[][];

/** Adds stages to a kernel, with the scratch memory that they share. */
export function addStages(builder: KernelBuilder, stages: Stages, scratch: Scratch): void {
  for (const parts of stages) addStage(builder, parts);
  builder.scratchBytes = scratch.bytes;
}

/** Adds a stage that needs nothing but constants, and writes memory that is kept. */
export function addPreparation(builder: KernelBuilder, part: Part): void {
  addStage(builder, [part], builder.preparations);
}

/** Adds a stage of these parts' tasks, in order. */
function addStage(builder: KernelBuilder, parts: readonly Part[], to = builder.stages): void {
  const total = parts.reduce((sum, { tasks }) => sum + tasks, 0);
  if (total === 0) return;
  builder.stage(total, (f, args, begin, end) => {
    let start = 0;
    for (const part of parts) {
      const stop = start + part.tasks;
      const from = start;
      if (part.tasks > 0) {
        f.scope(() => {
          const first = f.local(i32.select(i32.ltU(begin, from), from, begin));
          const last = f.local(i32.minU(end, stop));
          f.count(first, last, 1, (task) => {
            f.scope(() => part.emit(f, args, f.local(i32.sub(task, from))));
          });
        });
      }
      start = stop;
    }
  }, to);
}

/**
 * Tasks with scratch memory of their own, in waves: each wave is a stage of at most `most` tasks,
 * which take the memory over from the wave before. `emit` is given a task and its place in the wave.
 */
export function wavesOf(
  builder: KernelBuilder,
  tasks: number,
  most: number,
  emit: (f: FunctionBuilder, args: Arguments, task: Local<"i32">, slot: Local<"i32">) => void,
): Part[] {
  const { inputs, outputs } = builder;
  const numbers = Array.from({ length: inputs + outputs }, (_, number) => number);
  const types = [...numbers, 0, 0, 0, 0].map(() => "i32" as const);
  const fn = builder.module.function(
    types,
    (f, task, slot, ...addresses) => emit(f, argumentsIn(addresses, inputs), task!, slot!),
  );
  return Array.from({ length: Math.ceil(tasks / most) }, (_, wave) => ({
    tasks: Math.min(most, tasks - wave * most),
    emit: (f, args, slot) => {
      const addresses = numbers.map((number) =>
        number < inputs ? args.input(number) : args.output(number - inputs)
      );
      f.do(call(fn, i32.add(slot, wave * most), slot, ...addresses, args.scratch, args.kept));
    },
  }));
}
