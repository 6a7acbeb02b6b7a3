/**
 * The register tile in machine code: some rows of A by some vectors of columns of B, kept in registers
 * while summing. One call goes through several tiles, and for each through several panels of B.
 *
 * A is called as a C function (System V): the arguments' words in rdi, the address of the shared
 * memory, which all addresses among them are relative to, in rsi. Nothing checks bounds.
 *
 * @module
 */

import {
  mostTableRows,
  tailWord,
  type TileArgument,
  tileArguments,
  type TileBlock,
} from "./block.ts";
import { isOneChain } from "./order.ts";
import { Panel, type TilePlaces } from "./panel.ts";
import { loadsOf, tailRegisters } from "./tail.ts";
import { avx2, avx512, type Mask, type Vectors } from "./vectors.ts";
import { type Address, Assembler, at, Label, type Register } from "./x86.ts";

/** Registers that hold a table's entries: free ones, then those that belong to the caller. */
const free: readonly Register[] = ["rdx", "rdi", "r8", "r9", "r10", "r11"];
const callers: readonly Register[] = ["rbx", "rbp", "r12", "r13", "r14", "r15"];

/** Emits a tile. */
export function emitTile(block: TileBlock): Uint8Array<ArrayBuffer> {
  return new TileEmitter(block).emit();
}

/** Variables on the stack, in this order; counters of loops follow. */
const variables = [
  "arguments",
  "a",
  "base",
  "b0",
  "b",
  "result0",
  "result",
  "tiles",
  "panels",
  "resume",
] as const;

class TileEmitter {
  readonly #code = new Assembler();
  readonly #block: TileBlock;
  readonly #vectors: Vectors;
  readonly #oneChain: boolean;
  /** Registers with a table's entries. */
  readonly #entries: readonly Register[];
  readonly #masks: Mask[] = [];
  readonly #places: TilePlaces;

  constructor(block: TileBlock) {
    this.#block = block;
    this.#vectors = block.instructions === "avx2" ? avx2 : avx512;
    this.#oneChain = isOneChain(block.order);
    const { rows, vectors, rowStride, tail = [] } = block, most = this.#vectors.registers;
    // With one vector of columns, AVX-512 reads a row's number where it is multiplied.
    const others = vectors === 1 && most === 32 ? 1 : vectors + 1, needed = rows * vectors + others;
    if (rows * vectors + (tail.length > 0 ? tailRegisters : 0) > most) {
      throw new RangeError(
        `a tile of ${rows} rows by ${vectors} vectors has no registers for a tail`,
      );
    }
    if (rows < 1 || vectors < 1 || needed > most) {
      throw new RangeError(
        `a tile of ${rows} rows by ${vectors} vectors needs ${needed} registers`,
      );
    }
    if (rowStride === "table" && rows > mostTableRows) {
      throw new RangeError(`a tile of rows in a table has at most ${mostTableRows}, not ${rows}`);
    }
    if (tail.length > 0 && (!this.#oneChain || rowStride === "table")) {
      throw new RangeError("a tile with a tail has one chain, and no table of rows");
    }
    this.#entries = rowStride === "table" ? [...free, ...callers].slice(0, rows) : [];
    this.#places = {
      a: this.#variable(rowStride === "table" ? "base" : "a"),
      b: this.#variable("b"),
      result: this.#variable("result"),
      resume: this.#variable("resume"),
      arguments: this.#variable("arguments"),
      count: 4 * tileArguments.indexOf("count"),
      counter: (number) => at("rsp", 8 * (variables.length + number)),
      entries: this.#entries,
      tail: loadsOf(tail).map((_, load) => at("rsp", 8 * (this.#scalars + load))),
      firstColumn: this.#variable("result0"),
    };
  }

  get #width(): number {
    return this.#block.vectors * this.#vectors.lanes;
  }

  /** Variables of the tile and counters of its loops, before those of the tail. */
  get #scalars(): number {
    const { outer, parts } = this.#block.order;
    const depth = outer.length + 1 + Math.max(...parts.map(({ loops }) => loops.length));
    return variables.length + depth;
  }

  emit(): Uint8Array<ArrayBuffer> {
    const code = this.#code, saved = this.#entries.slice(free.length);
    const frame = 8 * (this.#scalars + this.#places.tail.length);
    for (const register of saved) code.push(register);
    code.addConstant("rsp", -frame);
    this.#begin();
    this.#loopOfTiles();
    code.vzeroupper();
    code.addConstant("rsp", frame);
    for (const register of saved.toReversed()) code.pop(register);
    code.constant("rax", 1);
    code.return();
    for (const mask of this.#masks) mask.finish();
    return code.code;
  }

  #variable(name: typeof variables[number]): Address {
    return at("rsp", 8 * variables.indexOf(name));
  }

  /** register = an argument; the address of the arguments is in `from`. */
  #argument(register: Register, name: TileArgument, from: Register): void {
    this.#code.move32(register, at(from, 4 * tileArguments.indexOf(name)));
  }

  #begin(): void {
    const code = this.#code;
    code.store(this.#variable("arguments"), "rdi");
    for (
      const [name, variable] of [["a", "a"], ["base", "base"], ["b", "b0"], [
        "result",
        "result0",
      ]] as const
    ) {
      this.#argument("rax", name, "rdi");
      code.add("rax", "rsi");
      code.store(this.#variable(variable), "rax");
    }
    this.#argument("rax", "tiles", "rdi");
    code.store(this.#variable("tiles"), "rax");
    loadsOf(this.#block.tail ?? []).forEach(({ along }, load) => {
      code.move32("rax", at("rdi", 4 * (tailWord + load)));
      code.add("rax", "rsi");
      if (along === "result") code.subtract("rax", this.#variable("result0"));
      code.store(this.#places.tail[load]!, "rax");
    });
  }

  #loopOfTiles(): void {
    const code = this.#code, { rows, tileStride, resultStride } = this.#block;
    const next = new Label();
    code.place(next);
    code.move("rcx", this.#variable("arguments"));
    this.#argument("rax", "panels", "rcx");
    code.store(this.#variable("panels"), "rax");
    for (const [from, to] of [["b0", "b"], ["result0", "result"]] as const) {
      code.move("rax", this.#variable(from));
      code.store(this.#variable(to), "rax");
    }
    if (this.#entries.length > 0) {
      code.move("rcx", this.#variable("a"));
      this.#entries.forEach((register, row) => code.move32(register, at("rcx", 4 * row)));
    }
    this.#loopOfPanels();
    code.addConstant(this.#variable("a"), tileStride);
    code.addConstant(this.#variable("result0"), rows * resultStride);
    code.decrease(this.#variable("tiles"));
    code.jumpIf("notZero", next);
  }

  #loopOfPanels(): void {
    const code = this.#code, { panelStride, lastColumns, resumable } = this.#block;
    const next = new Label(), whole = new Label(), done = new Label();
    code.place(next);
    code.move("rcx", this.#variable("arguments"));
    if (resumable) {
      this.#argument("rax", "resume", "rcx");
      code.store(this.#places.resume, "rax");
    } else if (!this.#oneChain) {
      code.constant("rax", 0);
      code.store(this.#places.resume, "rax");
    }
    if (lastColumns !== this.#width) {
      code.compare32(at("rcx", 4 * tileArguments.indexOf("last")), 0);
      code.jumpIf("zero", whole);
      code.compare(this.#variable("panels"), 1);
      code.jumpIf("notZero", whole);
      this.#panel(lastColumns);
      code.jump(done);
    }
    code.place(whole);
    this.#panel(this.#width);
    code.place(done);
    code.addConstant(this.#variable("b"), panelStride);
    code.addConstant(this.#variable("result"), this.#width * 4);
    code.decrease(this.#variable("panels"));
    code.jumpIf("notZero", next);
  }

  #panel(columns: number): void {
    const panel = new Panel(this.#code, this.#block, this.#vectors, this.#places, columns);
    this.#masks.push(...panel.emit());
  }
}
