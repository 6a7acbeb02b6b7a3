/**
 * Machine code for a `VectorLoop`. It is called as a tile is: the arguments' words in rdi (pointers, then
 * how many runs), the address of the shared memory, which they are relative to, in rsi.
 *
 * Values live in registers. Where there are too few, the one that is needed last of all is put on the
 * stack, or made again if it is a constant.
 *
 * @module
 */

import { mostPointers, operandsOf, runsWord, type Value, type VectorLoop } from "./vector_loop.ts";
import { avx2, avx512, type Vectors } from "./vectors.ts";
import { type Address, Assembler, at, Label, type Register } from "./x86.ts";

/** Registers of the pointers: none that belongs to the caller. The arguments' own come last. */
const pointers: readonly Register[] = ["rax", "rdx", "r8", "r9", "r10", "r11", "rdi", "rsi"];

/** Emits a loop. */
export function emitVectorLoop(loop: VectorLoop): Uint8Array<ArrayBuffer> {
  const { instructions, steps, length, moves } = loop,
    vectors = instructions === "avx2" ? avx2 : avx512;
  if (moves.length > mostPointers) {
    throw new RangeError(
      `a loop over vectors has at most ${mostPointers} pointers, not ${moves.length}`,
    );
  }
  if (length <= 0 || length % vectors.lanes !== 0) {
    throw new RangeError(`a run has whole vectors of ${vectors.lanes} numbers, not ${length}`);
  }
  const body = new Body(vectors, steps),
    code = new Assembler(),
    moving = pointers.slice(0, moves.length);
  // Spilled vectors are aligned: the caller's stack is kept in rbp.
  code.push("rbp");
  code.move("rbp", "rsp");
  const frame = 64 + body.spilledBytes;
  code.addConstant("rsp", -frame);
  code.and("rsp", -64);
  const runs = at("rsp");
  code.move32("rcx", at("rdi", 4 * runsWord));
  code.store(runs, "rcx");
  moving.forEach((register, pointer) => {
    const last = register === "rsi" ? "rcx" : register;
    if (register !== "rdi") code.move32(last, at("rdi", 4 * pointer));
    if (register !== "rdi" && register !== "rsi") code.add(register, "rsi");
  });
  if (moving.includes("rdi")) {
    code.move32("rdi", at("rdi", 4 * moving.indexOf("rdi")));
    code.add("rdi", "rsi");
  }
  if (moving.includes("rsi")) code.add("rsi", "rcx");
  const nextRun = new Label(), nextVector = new Label();
  code.place(nextRun);
  code.constant("rcx", length / vectors.lanes);
  code.align(32);
  code.place(nextVector);
  body.emit(code);
  for (const register of moving) code.addConstant(register, vectors.lanes * 4);
  code.decrease("rcx");
  code.jumpIf("notZero", nextVector);
  moving.forEach((register, pointer) => code.addConstant(register, moves[pointer]! - length * 4));
  code.decrease(runs);
  code.jumpIf("notZero", nextRun);
  code.vzeroupper();
  code.move("rsp", "rbp");
  code.pop("rbp");
  code.constant("rax", 1);
  code.return();
  body.finish(code);
  return code.code;
}

/** What is emitted once it is known how much of the stack is used. */
type Instruction = (code: Assembler) => void;

/** The steps for one vector, with a register for each value. */
class Body {
  readonly #vectors: Vectors;
  readonly #instructions: Instruction[] = [];
  /** Where each value is read, in order. */
  readonly #uses: number[][];
  /** The value in each register, and each value's register and place on the stack. */
  readonly #held: (Value | undefined)[];
  readonly #registers = new Map<Value, number>();
  readonly #places = new Map<Value, number>();
  readonly #freePlaces: number[] = [];
  #placeCount = 0;
  /** Constants behind the code, by the step that makes them. */
  readonly #constants = new Map<Value, { readonly label: Label; readonly value: number }>();

  constructor(vectors: Vectors, steps: VectorLoop["steps"]) {
    this.#vectors = vectors;
    this.#held = new Array(vectors.registers).fill(undefined);
    this.#uses = steps.map(() => []);
    steps.forEach((step, number) => {
      for (const value of operandsOf(step)) this.#uses[value]!.push(number);
    });
    steps.forEach((_, number) => this.#step(steps, number));
  }

  get spilledBytes(): number {
    return this.#placeCount * this.#vectors.lanes * 4;
  }

  emit(code: Assembler): void {
    for (const instruction of this.#instructions) instruction(code);
  }

  /** Emits the constants, behind the code. */
  finish(code: Assembler): void {
    const bits = new Int32Array(1), floats = new Float32Array(bits.buffer);
    for (const { label, value } of this.#constants.values()) {
      floats[0] = value;
      code.place(label);
      code.words([...bits]);
    }
  }

  #step(steps: VectorLoop["steps"], number: number): void {
    const step = steps[number]!, vectors = this.#vectors;
    if (step.op === "constant") {
      this.#constants.set(number, { label: new Label(), value: step.value });
      return;
    }
    const operands = operandsOf(step), busy = new Set<number>();
    const [a, b, c] = operands.map((value) => {
      const register = this.#registers.get(value) ?? this.#bring(value, number, busy);
      busy.add(register);
      return register;
    }) as [number, number, number];
    // What is read for the last time makes room for what comes out.
    for (const value of operands) {
      if (this.#uses[value]!.at(-1) === number) this.#release(value);
    }
    if (step.op === "store") {
      this.#write((code) => vectors.store(code, addressOf(step), a));
      return;
    }
    if (step.op === "load") {
      const to = this.#take(number, number, busy);
      this.#write((code) => vectors.load(code, to, addressOf(step)));
      return;
    }
    if ("c" in step) {
      // It is added to the last operand, or to a copy of that.
      const isOver = this.#held[c] === undefined;
      const to = isOver ? this.#keep(number, c) : this.#take(number, number, busy);
      this.#write((code) => {
        if (!isOver) vectors.copy(code, to, c);
        vectors[step.op](code, to, a, b);
      });
      return;
    }
    const over = [a, b].find((register) => this.#held[register] === undefined);
    const to = over === undefined ? this.#take(number, number, busy) : this.#keep(number, over);
    this.#write((code) => vectors.compute(code, step.op, to, a, b));
  }

  #write(instruction: Instruction): void {
    this.#instructions.push(instruction);
  }

  /** Has a register hold a value. */
  #keep(value: Value, register: number): number {
    this.#held[register] = value;
    this.#registers.set(value, register);
    return register;
  }

  /** A register for a value: a free one, or that of what is not needed for the longest time. */
  #take(value: Value, step: number, busy: ReadonlySet<number>): number {
    const free = this.#held.findIndex((held, register) =>
      held === undefined && !busy.has(register)
    );
    if (free >= 0) return this.#keep(value, free);
    const nextUse = (held: Value) => this.#uses[held]!.find((use) => use > step) ?? Infinity;
    let chosen = -1, furthest = -1;
    this.#held.forEach((held, register) => {
      if (busy.has(register)) return;
      const use = nextUse(held!);
      if (use > furthest) [chosen, furthest] = [register, use];
    });
    const other = this.#held[chosen]!;
    if (!this.#constants.has(other) && !this.#places.has(other)) {
      const place = this.#freePlaces.pop() ?? this.#placeCount++;
      this.#places.set(other, place);
      this.#write((code) => this.#vectors.store(code, this.#spilled(place), chosen));
    }
    this.#registers.delete(other);
    return this.#keep(value, chosen);
  }

  /** Brings a value into a register that is in none. */
  #bring(value: Value, step: number, busy: ReadonlySet<number>): number {
    const to = this.#take(value, step, busy), constant = this.#constants.get(value);
    if (constant !== undefined) {
      this.#write((code) => this.#vectors.broadcast(code, to, constant.label));
    } else {
      const place = this.#places.get(value)!;
      this.#write((code) => this.#vectors.load(code, to, this.#spilled(place)));
    }
    return to;
  }

  /** Lets go of a value's register and of its place on the stack. */
  #release(value: Value): void {
    const register = this.#registers.get(value), place = this.#places.get(value);
    if (register !== undefined) this.#held[register] = undefined;
    if (place !== undefined) this.#freePlaces.push(place);
    this.#registers.delete(value);
    this.#places.delete(value);
  }

  #spilled(place: number): Address {
    return at("rsp", 64 + place * this.#vectors.lanes * 4);
  }
}

const addressOf = ({ pointer, offset }: { readonly pointer: number; readonly offset: number }) =>
  at(pointers[pointer]!, offset);
