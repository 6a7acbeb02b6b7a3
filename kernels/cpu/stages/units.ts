import type { FunctionBuilder, Integer, Local } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import type { Arguments, KernelBuilder } from "./builder.ts";
import type { Part } from "./parts.ts";

/** The numbers of block `block`, each of `size` of `count` numbers: the first, and after the last. */
export function rangeOf(
  f: FunctionBuilder,
  block: Integer,
  size: number,
  count: number,
): [Local<"i32">, Local<"i32">] {
  const from = f.local(i32.mul(block, size));
  return [from, f.local(i32.minU(i32.add(from, size), count))];
}

/** Tasks for `units` pieces of work when one task should do about `perTask`. */
export function taskRanges(units: number, perTask: number): {
  tasks: number;
  /** The units of a task: from the first, up to but not the second. */
  range(f: FunctionBuilder, task: Integer): [Local<"i32">, Local<"i32">];
} {
  const size = Math.max(1, Math.floor(perTask));
  return { tasks: Math.ceil(units / size), range: (f, task) => rangeOf(f, task, size, units) };
}

/**
 * The tasks for `units` pieces of work, about `perTask` in each. `begin` emits what a task does first,
 * and returns what emits one unit.
 */
export function partOfUnits(
  units: number,
  perTask: number,
  begin: (f: FunctionBuilder, args: Arguments) => (unit: Local<"i32">) => void,
): Part {
  const { tasks, range } = taskRanges(units, perTask);
  return {
    tasks,
    emit(f, args, task) {
      const [first, last] = range(f, task);
      f.count(first, last, 1, begin(f, args));
    },
  };
}

/**
 * Adds a stage for `units` pieces of work, about `perTask` in each task. `begin` emits what its
 * function does first, and returns what emits one unit.
 */
export function stageOfUnits(
  builder: KernelBuilder,
  units: number,
  perTask: number,
  begin: (f: FunctionBuilder, args: Arguments) => (unit: Local<"i32">) => void,
): void {
  const size = Math.max(1, Math.round(perTask));
  builder.stage(Math.ceil(units / size), (f, args, first, end) => {
    const emit = begin(f, args);
    const from = f.local(i32.mul(first, size));
    f.count(from, f.local(i32.minU(i32.mul(end, size), units)), 1, emit);
  });
}
