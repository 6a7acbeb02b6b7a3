import type { Target } from "../target.ts";
import type { FunctionBuilder, FunctionIndex, Local, ModuleBuilder } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";
import { Scratch } from "./scratch.ts";

/**
 * Work that any number of threads share: a function of type (arguments, begin, end) that does the
 * tasks begin to end - 1, in any order. The number of tasks is set by the shape, never by the number
 * of threads, and tasks write disjoint memory; so the result has the same bits on any machine.
 */
interface Stage {
  readonly fn: FunctionIndex;
  readonly tasks: number;
}

/** Addresses of a launch's buffers, in variables that are set where the function begins. */
export interface Arguments {
  /** The launch's input `number`. */
  input(number: number): Local<"i32">;
  /** The launch's output `number`. */
  output(number: number): Local<"i32">;
  /** Memory of `scratchBytes` bytes, for what one stage leaves to the next. */
  readonly scratch: Local<"i32">;
  /** Memory that keeps what preparations leave there, from run to run. */
  readonly kept: Local<"i32">;
}

/** Arguments whose addresses are in these variables: inputs, outputs, scratch memory, what is kept. */
export const argumentsIn = (addresses: readonly Local<"i32">[], inputs: number): Arguments => ({
  input: (number) => addresses[number]!,
  output: (number) => addresses[inputs + number]!,
  scratch: addresses.at(-2)!,
  kept: addresses.at(-1)!,
});

/** What a kernel's emitter fills: stages, which run one after another, and scratch memory. */
export class KernelBuilder {
  readonly stages: Stage[] = [];
  /** Bytes that the stages share; an emitter sets it. */
  scratchBytes = 0;

  /**
   * Stages before the others that need nothing but constants. They run at the same time, and only when
   * one of these has changed.
   */
  readonly preparations: Stage[] = [];
  /** Lays out the memory of what they make. */
  readonly kept = new Scratch();

  /**
   * A kernel in `module` whose launches have so many inputs and outputs. No run changes the inputs
   * whose numbers are `constants`, though they may change between runs.
   */
  constructor(
    readonly module: ModuleBuilder,
    readonly inputs: number,
    readonly outputs: number,
    readonly target: Target,
    readonly constants: readonly number[] = [],
  ) {}

  /** Adds a stage of `tasks` tasks; `body` emits the function that does those from begin to end - 1. */
  stage(
    tasks: number,
    body: (f: FunctionBuilder, args: Arguments, begin: Local<"i32">, end: Local<"i32">) => void,
    to = this.stages,
  ): void {
    const fn = this.module.function(["i32", "i32", "i32"], (f, block, begin, end) => {
      const count = this.inputs + this.outputs + 2;
      const addresses = Array.from({ length: count }, (_, i) => f.local(i32.load(block, i * 4)));
      body(f, argumentsIn(addresses, this.inputs), begin, end);
    });
    this.module.export(fn);
    to.push({ fn, tasks });
  }
}
