/**
 * A small x86-64 assembler: what a register tile needs of integer code, of AVX2 and FMA (VEX) and of
 * AVX-512 (EVEX). Operands are in the order of Intel's manual: what is written comes first.
 *
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 *
 * @module
 */

const registers = [
  ..."rax rcx rdx rbx rsp rbp rsi rdi".split(" "),
  ..."r8 r9 r10 r11 r12 r13 r14 r15".split(" "),
] as readonly Register[];

/** A register for addresses and counters. */
export type Register =
  | ("rax" | "rcx" | "rdx" | "rbx" | "rsp" | "rbp" | "rsi" | "rdi")
  | ("r8" | "r9" | "r10" | "r11" | "r12" | "r13" | "r14" | "r15");

/** A vector register, by its number: ymm0 to ymm15, zmm0 to zmm31. */
export type VectorRegister = number;

/** Memory at a register, plus another one, plus a constant number of bytes. */
export interface Address {
  readonly base: Register;
  readonly index?: Register;
  readonly displacement: number;
}

/** The memory at `base` plus `displacement` bytes. */
export const at = (base: Register, displacement = 0): Address => ({ base, displacement });

/** A place in the code: where it is, once that is known, and which 4 bytes wait for it. */
export class Label {
  position: number | undefined;
  readonly uses: number[] = [];
}

/** What an instruction may read: a register (by number), memory, or constants in the code. */
type Operand = number | Address | Label;

/** The conditions of jumps, by their codes. */
const conditions = { zero: 4, notZero: 5 } as const;
export type Condition = keyof typeof conditions;

/** Mandatory prefixes of vector instructions, by their codes. */
const prefixes = { none: 0, "66": 1, F3: 2 } as const;
/** Tables of instructions, by their codes. */
const maps = { "0F": 1, "0F38": 2, "0F3A": 3 } as const;

/** A vector instruction, as both encodings have it. */
export interface VectorInstruction {
  readonly prefix: keyof typeof prefixes;
  readonly map: keyof typeof maps;
  readonly opcode: number;
}

/** What an EVEX instruction says besides. */
export interface EvexOptions {
  /** Bytes that a displacement of one byte counts in: those of the memory operand. */
  readonly unit: 4 | 64;
  /** The mask register, 1 to 7, and whether lanes without their bit become 0. */
  readonly mask?: number;
  readonly zeroes?: boolean;
  /** Whether one number of memory goes to all lanes. */
  readonly broadcasts?: boolean;
}

/** Instructions that do nothing, by their lengths, as the manual recommends them. */
const nothing: readonly (readonly number[])[] = [
  [],
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
  [0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
];

const numberOf = (register: Register) => registers.indexOf(register);
const isByte = (value: number) => value >= -128 && value <= 127;

/** Code while it is written. */
export class Assembler {
  readonly #code: number[] = [];
  /** Labels that are used and have no place yet. */
  readonly #open = new Set<Label>();

  /** The bytes, once all labels have their places. */
  get code(): Uint8Array<ArrayBuffer> {
    if (this.#open.size > 0) throw new RangeError(`x86: ${this.#open.size} labels have no place`);
    return Uint8Array.from(this.#code);
  }

  /** Bytes so far. */
  get length(): number {
    return this.#code.length;
  }

  /** Gives a label its place: here. */
  place(label: Label): void {
    label.position = this.#code.length;
    this.#open.delete(label);
    for (const use of label.uses) this.#patch(use, label.position);
  }

  /** Fills up with instructions that do nothing, to a multiple of `to` bytes. */
  align(to: number): void {
    for (let missing = -this.#code.length & (to - 1); missing > 0;) {
      const instruction = nothing[Math.min(missing, nothing.length - 1)]!;
      this.#code.push(...instruction);
      missing -= instruction.length;
    }
  }

  /** Constants of 32 bits, with sign. */
  words(values: readonly number[]): void {
    for (const value of values) this.#word(value);
  }

  /** to = from, 64 bits. */
  move(to: Register, from: Register | Address): void {
    this.#general(1, [0x8b], numberOf(to), operandOf(from));
  }

  /** to = from, 32 bits without sign. */
  move32(to: Register, from: Register | Address): void {
    this.#general(0, [0x8b], numberOf(to), operandOf(from));
  }

  /** Memory of 64 bits = from. */
  store(to: Address, from: Register): void {
    this.#general(1, [0x89], numberOf(from), to);
  }

  /** Memory of 32 bits = from. */
  store32(to: Address, from: Register): void {
    this.#general(0, [0x89], numberOf(from), to);
  }

  /** to = a constant without sign: of 32 bits, or of 64. */
  constant(to: Register, value: number | bigint): void {
    const number = numberOf(to);
    if (typeof value === "number") {
      if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) throw unencodable(value);
      if (number > 7) this.#code.push(0x41);
      this.#code.push(0xb8 | number & 7);
      this.#word(value | 0);
    } else {
      this.#code.push(0x48 | number >> 3, 0xb8 | number & 7);
      for (let i = 0n; i < 64n; i += 8n) this.#code.push(Number(value >> i & 255n));
    }
  }

  /** to += from, 64 bits. */
  add(to: Register, from: Register | Address): void {
    this.#general(1, [0x03], numberOf(to), operandOf(from));
  }

  /** to -= from, 64 bits. */
  subtract(to: Register, from: Register | Address): void {
    this.#general(1, [0x2b], numberOf(to), operandOf(from));
  }

  /** to += a constant, 64 bits; nothing, where that is 0. */
  addConstant(to: Register | Address, value: number): void {
    if (value !== 0) this.#immediate(1, 0, to, value);
  }

  /** to -= 1, 64 bits, for a condition. */
  decrease(to: Register | Address): void {
    this.#immediate(1, 5, to, 1);
  }

  /** Compares memory of 32 bits with a constant, for a condition. */
  compare32(a: Address, value: number): void {
    this.#immediate(0, 7, a, value);
  }

  /** Compares memory of 64 bits with a constant, for a condition. */
  compare(a: Address, value: number): void {
    this.#immediate(1, 7, a, value);
  }

  /** to *= a constant, 32 bits. */
  multiply32(to: Register, value: number): void {
    this.#general(0, [0x69], numberOf(to), numberOf(to));
    this.#word(value);
  }

  /** to &= a constant with sign, 64 bits, for a condition. */
  and(to: Register, value: number): void {
    this.#immediate(1, 4, to, value);
  }

  /** to &= a constant, 32 bits, for a condition. */
  and32(to: Register, value: number): void {
    this.#immediate(0, 4, to, value);
  }

  /** to >>= bits, 32 bits without sign, for a condition. */
  shiftRight32(to: Register, bits: number): void {
    this.#general(0, [0xc1], 5, numberOf(to));
    this.#code.push(bits);
  }

  push(register: Register): void {
    if (numberOf(register) > 7) this.#code.push(0x41);
    this.#code.push(0x50 | numberOf(register) & 7);
  }

  pop(register: Register): void {
    if (numberOf(register) > 7) this.#code.push(0x41);
    this.#code.push(0x58 | numberOf(register) & 7);
  }

  return(): void {
    this.#code.push(0xc3);
  }

  jump(to: Label): void {
    this.#code.push(0xe9);
    this.#relative(to);
  }

  jumpIf(condition: Condition, to: Label): void {
    this.#code.push(0x0f, 0x80 | conditions[condition]);
    this.#relative(to);
  }

  /** Goes on at the address in a register. */
  jumpTo(register: Register): void {
    this.#general(0, [0xff], 4, numberOf(register));
  }

  /** What the processor can do: leaf rax, subleaf rcx; into rax, rbx, rcx and rdx. */
  cpuid(): void {
    this.#code.push(0x0f, 0xa2);
  }

  /** Which registers the system saves: rcx of them; into rax and rdx. */
  xgetbv(): void {
    this.#code.push(0x0f, 0x01, 0xd0);
  }

  /** Ends the use of wide registers, which would slow down code that does not know of them. */
  vzeroupper(): void {
    this.#code.push(0xc5, 0xf8, 0x77);
  }

  /** Mask register `mask` = the low 16 bits of a register. */
  kmovw(mask: number, from: Register): void {
    this.#vex({ prefix: "none", map: "0F", opcode: 0x92 }, mask, 0, numberOf(from), 0);
  }

  /** A vector instruction of 256 bits: `to`, a second register or 0, and what it reads. */
  vex(
    instruction: VectorInstruction,
    to: VectorRegister,
    second: VectorRegister,
    from: VectorRegister | Address | Label,
  ): void {
    this.#vex(instruction, to, second, from, 1);
  }

  /**
   * A vector instruction of 128 bits (or of 256, where it takes half of one) that writes `to` from a
   * register; some take a constant of one byte.
   */
  vexPart(
    instruction: VectorInstruction,
    to: VectorRegister | Address,
    from: VectorRegister,
    { constant, length = 0 }: { readonly constant?: number; readonly length?: 0 | 1 } = {},
  ): void {
    this.#vex(instruction, from, 0, to, length);
    if (constant !== undefined) this.#code.push(constant);
  }

  #vex(
    { prefix, map, opcode }: VectorInstruction,
    to: number,
    second: number,
    from: Operand,
    length: 0 | 1,
  ): void {
    checkRegisters(16, to, second, from);
    const [index, base] = highBits(from);
    this.#code.push(
      0xc4,
      (to >> 3 ^ 1) << 7 | (index ^ 1) << 6 | (base ^ 1) << 5 | maps[map],
      (second ^ 15) << 3 | length << 2 | prefixes[prefix],
      opcode,
    );
    this.#operand(to, from);
  }

  /** A vector instruction of 512 bits: `to`, a second register or 0, and what it reads. */
  evex(
    { prefix, map, opcode }: VectorInstruction,
    to: VectorRegister,
    second: VectorRegister,
    from: VectorRegister | Address | Label,
    { unit, mask = 0, zeroes = false, broadcasts = false }: EvexOptions,
  ): void {
    checkRegisters(32, to, second, from);
    // The fifth bit of a register that is read is where memory has its index.
    const [index, base] = typeof from === "number" ? [from >> 4, from >> 3 & 1] : highBits(from);
    this.#code.push(
      0x62,
      (to >> 3 & 1 ^ 1) << 7 | (index ^ 1) << 6 | (base ^ 1) << 5 | (to >> 4 ^ 1) << 4 | maps[map],
      (second & 15 ^ 15) << 3 | 4 | prefixes[prefix],
      Number(zeroes) << 7 | 2 << 5 | Number(broadcasts) << 4 | (second >> 4 ^ 1) << 3 | mask,
      opcode,
    );
    this.#operand(to, from, unit);
  }

  /** An integer instruction: its prefix (for 64 bits, and registers from r8 on), opcode, operands. */
  #general(wide: 0 | 1, opcode: readonly number[], register: number, operand: Operand): void {
    const [index, base] = highBits(operand);
    const prefix = 0x40 | wide << 3 | register >> 3 << 2 | index << 1 | base;
    if (prefix !== 0x40) this.#code.push(prefix);
    this.#code.push(...opcode);
    this.#operand(register, operand);
  }

  /** An integer instruction of the first group, with a constant of one byte or four. */
  #immediate(wide: 0 | 1, number: number, to: Register | Address, value: number): void {
    this.#general(wide, [isByte(value) ? 0x83 : 0x81], number, operandOf(to));
    if (isByte(value)) this.#code.push(value & 255);
    else this.#word(value);
  }

  /** The ModRM byte and what follows it; `unit` is what a displacement of one byte counts in. */
  #operand(register: number, operand: Operand, unit = 1): void {
    const field = (register & 7) << 3;
    if (typeof operand === "number") {
      this.#code.push(0xc0 | field | operand & 7);
    } else if (operand instanceof Label) {
      this.#code.push(field | 5);
      this.#relative(operand);
    } else {
      const { index, displacement } = operand, base = numberOf(operand.base) & 7;
      const steps = displacement / unit, isShort = Number.isInteger(steps) && isByte(steps);
      // Without a displacement, rbp and r13 would mean something else.
      const mode = displacement === 0 && base !== 5 ? 0 : isShort ? 1 : 2;
      const hasIndex = index !== undefined || base === 4;
      if (index === "rsp") throw new RangeError("x86: rsp cannot be an index");
      this.#code.push(mode << 6 | field | (hasIndex ? 4 : base));
      if (hasIndex) this.#code.push((index === undefined ? 4 : numberOf(index) & 7) << 3 | base);
      if (mode === 1) this.#code.push(steps & 255);
      if (mode === 2) this.#word(displacement);
    }
  }

  /** The distance to a label, from the end of an instruction that ends with it. */
  #relative(label: Label): void {
    const use = this.#code.length;
    label.uses.push(use);
    this.#code.push(0, 0, 0, 0);
    if (label.position === undefined) this.#open.add(label);
    else this.#patch(use, label.position);
  }

  #patch(use: number, position: number): void {
    const distance = position - (use + 4);
    for (let i = 0; i < 4; i++) this.#code[use + i] = distance >> 8 * i & 255;
  }

  #word(value: number): void {
    if (value !== (value | 0)) throw unencodable(value);
    this.#code.push(value & 255, value >> 8 & 255, value >> 16 & 255, value >> 24 & 255);
  }
}

const unencodable = (value: number) =>
  new RangeError(`x86: ${value} has no place in an instruction`);

const operandOf = (operand: Register | Address) =>
  typeof operand === "string" ? numberOf(operand) : operand;

/** The fourth bits of the index and of the base, or of a register. */
function highBits(operand: Operand): readonly [index: number, base: number] {
  if (typeof operand === "number") return [0, operand >> 3];
  if (operand instanceof Label) return [0, 0];
  const { base, index } = operand;
  return [index === undefined ? 0 : numberOf(index) >> 3, numberOf(base) >> 3];
}

/** Fails where an operand is a register that there is not. It is asked of every instruction: no lists. */
function checkRegisters(count: number, to: number, second: number, from: Operand): void {
  const isThere = (register: number) => register >= 0 && register < count;
  if (isThere(to) && isThere(second) && (typeof from !== "number" || isThere(from))) return;
  const found = [to, second, from].find((operand) =>
    typeof operand === "number" && !isThere(operand)
  );
  throw new RangeError(`x86: expected a register from 0 to ${count - 1}, found ${found}`);
}
