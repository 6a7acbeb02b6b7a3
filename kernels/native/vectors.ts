import {
  type Address,
  type Assembler,
  Label,
  type VectorInstruction,
  type VectorRegister,
} from "./x86.ts";

/** Instructions of one width, so that one emitter serves AVX2 and AVX-512. */
export interface Vectors {
  /** Floats in a register, and registers. */
  readonly lanes: 8 | 16;
  readonly registers: 16 | 32;
  load(code: Assembler, to: VectorRegister, from: Address): void;
  store(code: Assembler, to: Address, from: VectorRegister): void;
  /** to = from. */
  copy(code: Assembler, to: VectorRegister, from: VectorRegister): void;
  /** All lanes of `to` = the float at `from`. */
  broadcast(code: Assembler, to: VectorRegister, from: Address | Label): void;
  /** to += x * y, rounded once. */
  multiplyAdd(code: Assembler, to: VectorRegister, x: VectorRegister, y: VectorRegister): void;
  /** to -= x * y, rounded once. */
  multiplySubtract(code: Assembler, to: VectorRegister, x: VectorRegister, y: VectorRegister): void;
  /**
   * to += x * y, where y is one float for all lanes; undefined where that takes a register, by
   * `broadcast`.
   */
  readonly multiplyAddBroadcast:
    | ((code: Assembler, to: VectorRegister, x: VectorRegister, y: Address) => void)
    | undefined;
  /** to = x op y; of two numbers neither of which is larger, `maximum` is y. */
  compute(
    code: Assembler,
    op: keyof typeof arithmetic,
    to: VectorRegister,
    x: VectorRegister,
    y: VectorRegister | Address,
  ): void;
  zero(code: Assembler, to: VectorRegister): void;
  /**
   * Prepares stores of the first `lanes` lanes, and loads too if there will be some; may use rcx and the
   * register `free`.
   */
  mask(code: Assembler, lanes: number, free: VectorRegister, loads: boolean): Mask;
}

/** Loads and stores of the first lanes; the others are not touched, and 0 once loaded. */
export interface Mask {
  load(to: VectorRegister, from: Address): void;
  /** `from` holds anything afterwards. */
  store(to: Address, from: VectorRegister): void;
  /** Emits the constants that it needs, behind the code. */
  finish(): void;
}

const instruction = (
  prefix: VectorInstruction["prefix"],
  map: VectorInstruction["map"],
  opcode: number,
): VectorInstruction => ({ prefix, map, opcode });

const vmovupsLoad = instruction("none", "0F", 0x10), vmovupsStore = instruction("none", "0F", 0x11);
const vbroadcastss = instruction("66", "0F38", 0x18);
const vfmadd231ps = instruction("66", "0F38", 0xb8);
const vfnmadd231ps = instruction("66", "0F38", 0xbc);
const vxorps = instruction("none", "0F", 0x57);
const arithmetic = {
  add: instruction("none", "0F", 0x58),
  multiply: instruction("none", "0F", 0x59),
  subtract: instruction("none", "0F", 0x5c),
  maximum: instruction("none", "0F", 0x5f),
} as const;
const vmaskmovps = instruction("66", "0F38", 0x2c), vextractf128 = instruction("66", "0F3A", 0x19);
const vmovlps = instruction("none", "0F", 0x13), vmovss = instruction("F3", "0F", 0x11);
const vextractps = instruction("66", "0F3A", 0x17);
const vpxord = instruction("66", "0F", 0xef);

/** 256 bits: AVX2 and FMA. */
export const avx2: Vectors = {
  lanes: 8,
  registers: 16,
  load: (code, to, from) => code.vex(vmovupsLoad, to, 0, from),
  store: (code, to, from) => code.vex(vmovupsStore, from, 0, to),
  copy: (code, to, from) => code.vex(vmovupsLoad, to, 0, from),
  broadcast: (code, to, from) => code.vex(vbroadcastss, to, 0, from),
  multiplyAdd: (code, to, x, y) => code.vex(vfmadd231ps, to, x, y),
  multiplySubtract: (code, to, x, y) => code.vex(vfnmadd231ps, to, x, y),
  multiplyAddBroadcast: undefined,
  compute: (code, op, to, x, y) => code.vex(arithmetic[op], to, x, y),
  zero: (code, to) => code.vex(vxorps, to, to, to),
  mask(code, lanes, free, loads) {
    // The sign of each lane says whether it counts.
    const signs = new Label();
    if (loads) code.vex(vmovupsLoad, free, 0, signs);
    return {
      load: (to, from) => code.vex(vmaskmovps, to, free, from),
      store: (to, from) => storeFirst(code, to, from, lanes),
      finish() {
        if (!loads) return;
        code.align(32);
        code.place(signs);
        code.words(Array.from({ length: 8 }, (_, lane) => lane < lanes ? -1 : 0));
      },
    };
  },
};

/** Stores lanes in parts: a masked store takes AMD's processors as long as ten others. */
function storeFirst(code: Assembler, to: Address, from: VectorRegister, lanes: number): void {
  const behind = (bytes: number) => ({ ...to, displacement: to.displacement + bytes });
  const rest = lanes % 4, place = lanes - rest;
  if (lanes >= 4) code.vexPart(vmovupsStore, to, from);
  if (lanes > 4) code.vexPart(vextractf128, from, from, { constant: 1, length: 1 });
  if (rest >= 2) code.vexPart(vmovlps, behind(place * 4), from);
  if (rest === 1) code.vexPart(vmovss, behind(place * 4), from);
  if (rest === 3) code.vexPart(vextractps, behind(place * 4 + 8), from, { constant: 2 });
}

const whole = { unit: 64 } as const, single = { unit: 4 } as const;
/** The mask register that is in use. */
const mask = 1;

/** 512 bits: AVX-512F, of the whole family. */
export const avx512: Vectors = {
  lanes: 16,
  registers: 32,
  load: (code, to, from) => code.evex(vmovupsLoad, to, 0, from, whole),
  store: (code, to, from) => code.evex(vmovupsStore, from, 0, to, whole),
  copy: (code, to, from) => code.evex(vmovupsLoad, to, 0, from, whole),
  broadcast: (code, to, from) => code.evex(vbroadcastss, to, 0, from, single),
  multiplyAdd: (code, to, x, y) => code.evex(vfmadd231ps, to, x, y, whole),
  multiplySubtract: (code, to, x, y) => code.evex(vfnmadd231ps, to, x, y, whole),
  multiplyAddBroadcast: (code, to, x, y) =>
    code.evex(vfmadd231ps, to, x, y, { unit: 4, broadcasts: true }),
  compute: (code, op, to, x, y) => code.evex(arithmetic[op], to, x, y, whole),
  // Not vxorps, which is of AVX-512DQ at this width.
  zero: (code, to) => code.evex(vpxord, to, to, to, whole),
  mask(code, lanes) {
    code.constant("rcx", 2 ** lanes - 1);
    code.kmovw(mask, "rcx");
    return {
      load: (to, from) => code.evex(vmovupsLoad, to, 0, from, { unit: 64, mask, zeroes: true }),
      store: (to, from) => code.evex(vmovupsStore, from, 0, to, { unit: 64, mask }),
      finish() {},
    };
  },
};
