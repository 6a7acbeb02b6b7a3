import type { FunctionBuilder, Local, Operand, Value } from "../wasm/assembler.ts";
import type { Arguments, KernelBuilder } from "./builder.ts";
import { call, i32, v128 } from "../wasm/instructions.ts";

/** Tasks of one sort; a stage may have several sorts, none of which needs what another writes. */
export interface Part {
  readonly tasks: number;
  /** Emits one task. */
  emit(f: FunctionBuilder, args: Arguments, task: Local<"i32">): void;
}

/** Stages in order, each of parts that may run at the same time. */
export type Stages = Part[][];

/** Adds a stage of these parts' tasks, in order. */
export function stageOf(builder: KernelBuilder, parts: readonly Part[]): void {
  const total = parts.reduce((sum, { tasks }) => sum + tasks, 0);
  if (total === 0) return;
  builder.stage(total, (f, args, begin, end) => {
    let start = 0;
    for (const part of parts) {
      const stop = start + part.tasks;
      const from = start;
      if (part.tasks > 0) {
        f.scope(() => {
          const first = f.local("i32", i32.select(i32.ltU(begin, from), from, begin));
          const last = f.local("i32", i32.minU(end, stop));
          f.count(first, last, 1, (task) => {
            f.scope(() => part.emit(f, args, f.local("i32", i32.sub(task, from))));
          });
        });
      }
      start = stop;
    }
  });
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
  const types = [...numbers, 0, 0, 0].map(() => "i32" as const);
  const fn = builder.module.function(types, (f, task, slot, ...addresses) =>
    emit(
      f,
      {
        input: (number) => addresses[number]!,
        output: (number) => addresses[inputs + number]!,
        scratch: addresses.at(-1)!,
      },
      task!,
      slot!,
    ));
  return Array.from({ length: Math.ceil(tasks / most) }, (_, wave) => ({
    tasks: Math.min(most, tasks - wave * most),
    emit: (f, args, slot) => {
      const addresses = numbers.map((number) =>
        number < inputs ? args.input(number) : args.output(number - inputs)
      );
      f.do(call(fn, i32.add(slot, wave * most), slot, ...addresses, args.scratch));
    },
  }));
}

/** Lays out scratch memory: each block starts at a multiple of 64 bytes and may be over-read by 64. */
export class Scratch {
  #bytes = 0;

  /** The offset of a new block. */
  reserve(bytes: number): number {
    const offset = this.#bytes;
    this.#bytes += Math.ceil(bytes / 64) * 64 + 64;
    return offset;
  }

  /** Bytes of all blocks. */
  get bytes(): number {
    return this.#bytes;
  }
}

/** Tasks for `units` pieces of work when one task should do about `perTask`. */
export function taskRanges(
  units: number,
  perTask: number,
): {
  tasks: number;
  /** The units of a task: from the first, up to but not the second. */
  range(f: FunctionBuilder, task: Value<"i32">): [Local<"i32">, Local<"i32">];
} {
  const size = Math.max(1, Math.floor(perTask));
  return {
    tasks: Math.ceil(units / size),
    range(f, task) {
      const from = f.local("i32", i32.mul(task, size));
      return [from, f.local("i32", i32.minU(i32.add(from, size), units))];
    },
  };
}

/**
 * Moves `count` floats, no more and no less: whole vectors, then one that overlaps the vector
 * before it. Without a source, zeros. The two must not overlap.
 */
export function moveFloats(
  f: FunctionBuilder,
  to: Value<"i32">,
  from: Value<"i32"> | undefined,
  count: number,
): void {
  if (count <= 0) return;
  const vector = (target: Value<"i32">, source: Value<"i32"> | undefined, offset: number) =>
    f.do(v128.store(target, source === undefined ? zero : v128.load(source, offset), offset));
  if (count < 4) {
    for (let lane = 0; lane < count; lane++) {
      f.do(i32.store(to, from === undefined ? 0 : i32.load(from, lane * 4), lane * 4));
    }
    return;
  }
  const whole = Math.floor(count / 4), unroll = 4;
  if (whole <= 2 * unroll) {
    for (let i = 0; i < whole; i++) vector(to, from, i * 16);
  } else {
    f.scope(() => {
      const target = f.local("i32", to);
      const source = from === undefined ? undefined : f.local("i32", from);
      const counter = f.local("i32", Math.floor(whole / unroll));
      f.repeat(() => {
        for (let i = 0; i < unroll; i++) vector(target, source, i * 16);
        f.increase(target, unroll * 16);
        if (source !== undefined) f.increase(source, unroll * 16);
        f.increase(counter, -1);
        return counter;
      });
      for (let i = 0; i < whole % unroll; i++) vector(target, source, i * 16);
    });
  }
  if (count % 4 !== 0) vector(to, from, count * 4 - 16);
}

const zero = v128.constant(new Array(16).fill(0));

/** A local that holds `base` plus the sum of some numbers times their steps. */
export function addressOf(
  f: FunctionBuilder,
  base: Operand<"i32">,
  ...terms: readonly (readonly [Value<"i32">, number])[]
): Local<"i32"> {
  const sum = terms.reduce<Operand<"i32">>(
    (address, [number, step]) => step === 0 ? address : i32.add(address, i32.mul(number, step)),
    base,
  );
  return f.local("i32", sum);
}

/** Quotient and remainder by a constant; the quotient is below `bound`. */
export function divide(
  f: FunctionBuilder,
  value: Value<"i32">,
  by: number,
  bound: number,
): [Value<"i32">, Value<"i32">] {
  if (bound === 1) return [i32.constant(0), value];
  if (by === 1) return [value, i32.constant(0)];
  return [f.local("i32", i32.divU(value, by)), f.local("i32", i32.remU(value, by))];
}
