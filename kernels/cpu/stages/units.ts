import type { FunctionBuilder, Local, Value } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";

/** The numbers of block `block`, each of `size` of `count` numbers: the first, and after the last. */
export function rangeOf(
  f: FunctionBuilder,
  block: Value<"i32">,
  size: number,
  count: number,
): [Local<"i32">, Local<"i32">] {
  const from = f.local("i32", i32.mul(block, size));
  return [from, f.local("i32", i32.minU(i32.add(from, size), count))];
}

/** Tasks for `units` pieces of work when one task should do about `perTask`. */
export function taskRanges(units: number, perTask: number): {
  tasks: number;
  /** The units of a task: from the first, up to but not the second. */
  range(f: FunctionBuilder, task: Value<"i32">): [Local<"i32">, Local<"i32">];
} {
  const size = Math.max(1, Math.floor(perTask));
  return { tasks: Math.ceil(units / size), range: (f, task) => rangeOf(f, task, size, units) };
}

/** Loops over the units begin * perTask to end * perTask - 1, of which there are `units`. */
export function overUnits(
  f: FunctionBuilder,
  begin: Value<"i32">,
  end: Value<"i32">,
  perTask: number,
  units: number,
  body: (unit: Local<"i32">) => void,
): void {
  const first = f.local("i32", i32.mul(begin, perTask));
  const last = f.local("i32", i32.minU(i32.mul(end, perTask), units));
  f.count(first, last, 1, body);
}
