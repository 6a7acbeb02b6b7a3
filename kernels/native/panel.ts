import { distanceOf, isOneChain, type Loop, type Part } from "./order.ts";
import type { Mask, Vectors } from "./vectors.ts";
import { type Address, type Assembler, at, Label, type Register } from "./x86.ts";
import { evaluateTail, loadsOf, tailRegisters, type TileTail } from "./tail.ts";
import type { TileBlock } from "./block.ts";

/** Multiply-adds that a loop has written out, about. */
const bodySize = 112;

/** Where a tile finds what its sums need. */
export interface TilePlaces {
  /** Variables in memory: where A (or what a table's entries are added to), B and the result begin. */
  readonly a: Address;
  readonly b: Address;
  readonly result: Address;
  /** Not 0 where the next chain is added to the result. */
  readonly resume: Address;
  /** What runtime loops count by: 32 bits at this offset from where `arguments` says. */
  readonly arguments: Address;
  readonly count: number;
  /** Memory for the counters of loops. */
  counter(number: number): Address;
  /** Registers with the entries of rows in a table; none where rows are evenly spaced. */
  readonly entries: readonly Register[];
  /** Variables for the loads of the tail: how far behind the result they are, or from its columns. */
  readonly tail: readonly Address[];
  /** Variable: where the result's first column is in the tile's first row. */
  readonly firstColumn: Address;
}

/** Registers that point to what a tail loads: rows are in no table, so they are free. */
const tailPointers: readonly Register[] = ["rdx", "rdi", "r8", "r9", "r10", "r11"];

/** How far the pointers have moved. */
interface Moved {
  readonly a: number;
  readonly b: number;
}

const still: Moved = { a: 0, b: 0 };

/** Emits the sums of one tile by one panel of B. rax walks A, rsi walks B, rcx counts. */
export class Panel {
  readonly #code: Assembler;
  readonly #block: TileBlock;
  readonly #vectors: Vectors;
  readonly #places: TilePlaces;
  /** Columns, and the vectors that hold them. */
  readonly #columns: number;
  readonly #count: number;
  /** Counters in use. */
  #counters = 0;

  constructor(
    code: Assembler,
    block: TileBlock,
    vectors: Vectors,
    places: TilePlaces,
    columns: number,
  ) {
    this.#code = code;
    this.#block = block;
    this.#vectors = vectors;
    this.#places = places;
    this.#columns = columns;
    this.#count = Math.ceil(columns / vectors.lanes);
  }

  /** Emits it; returns the masks that have constants behind the code. */
  emit(): readonly Mask[] {
    const code = this.#code, { order } = this.#block, masks: Mask[] = [];
    code.move("rax", this.#places.a);
    code.move("rsi", this.#places.b);
    if (isOneChain(order)) {
      this.#zero();
      this.#nest(order.parts[0]!.loops);
      masks.push(...this.#putAway());
      return masks;
    }
    const chain = (loops: readonly Loop[]) => {
      this.#zero();
      const moved = this.#nest(loops), { a, b } = distanceOf(loops[0]!);
      this.#move(a - moved.a, b - moved.b);
      masks.push(...this.#putAway());
      code.constant("rcx", 1);
      code.store(this.#places.resume, "rcx");
    };
    this.#around(order.outer, () => {
      for (const { times, loops } of order.parts) {
        if (times === 1) chain(loops);
        else this.#repeat({ count: times, runtime: false }, () => chain(loops));
      }
      return order.parts.map(distanceOfPart).reduce((sum, { a, b }) => ({
        a: sum.a + a,
        b: sum.b + b,
      }));
    });
    return masks;
  }

  get #sums(): number {
    return this.#block.rows * this.#count;
  }

  #zero(): void {
    for (let sum = 0; sum < this.#sums; sum++) this.#vectors.zero(this.#code, sum);
  }

  /** Emits `body` for a loop's counts, which are at least 1; its counter is in memory. */
  #repeat({ count, runtime }: Pick<Loop, "count" | "runtime">, body: () => void): void {
    const code = this.#code, counter = this.#places.counter(this.#counters++), again = new Label();
    if (runtime) this.#loadCount(count);
    else code.constant("rcx", count);
    code.store(counter, "rcx");
    code.place(again);
    body();
    code.decrease(counter);
    code.jumpIf("notZero", again);
    this.#counters--;
  }

  /** rcx = what runtime loops count by, so many times. */
  #loadCount(times: number): void {
    this.#code.move("rcx", this.#places.arguments);
    this.#code.move32("rcx", at("rcx", this.#places.count));
    if (times !== 1) this.#code.multiply32("rcx", times);
  }

  /** Emits `body` within loops, outermost first; it moves the pointers so far. */
  #around([loop, ...inner]: readonly Loop[], body: () => Moved): Moved {
    if (loop === undefined) return body();
    this.#repeat(loop, () => {
      const moved = this.#around(inner, body);
      this.#move(loop.a - moved.a, loop.b - moved.b);
    });
    return distanceOf(loop);
  }

  /** Emits the loops of a chain, outermost first. */
  #nest(loops: readonly Loop[]): Moved {
    const [loop, ...inner] = loops;
    if (loop === undefined) return still;
    const steps = loops.reduce((product, { count }) => product * count, 1);
    if (loops.every(({ runtime }) => !runtime) && steps * this.#sums <= bodySize) {
      this.#writeOut(loops, 0, 0);
      return still;
    }
    return inner.length === 0
      ? this.#innermost(loop)
      : this.#around([loop], () => this.#nest(inner));
  }

  #innermost({ count, runtime, a, b }: Loop): Moved {
    const code = this.#code, most = Math.max(2, Math.floor(bodySize / this.#sums));
    /** Loops as often as rcx says, so many steps at a time. */
    const rounds = (steps: number) => {
      const again = new Label();
      code.align(32);
      code.place(again);
      this.#writeOut([{ count: steps, runtime, a, b }], 0, 0);
      this.#move(steps * a, steps * b);
      code.decrease("rcx");
      code.jumpIf("notZero", again);
    };
    if (runtime) {
      // Some at a time, then the rest one by one.
      const bits = most >= 4 ? 2 : 1, single = new Label(), done = new Label();
      this.#loadCount(count);
      code.shiftRight32("rcx", bits);
      code.jumpIf("zero", single);
      rounds(2 ** bits);
      code.place(single);
      this.#loadCount(count);
      code.and32("rcx", 2 ** bits - 1);
      code.jumpIf("zero", done);
      rounds(1);
      code.place(done);
      return still;
    }
    const unroll = unrollOf(count, Math.min(8, most)), whole = Math.floor(count / unroll);
    code.constant("rcx", whole);
    rounds(unroll);
    this.#writeOut([{ count: count - whole * unroll, runtime, a, b }], 0, 0);
    return distanceOf({ count: whole * unroll, runtime, a, b });
  }

  #move(a: number, b: number): void {
    this.#code.addConstant("rax", a);
    this.#code.addConstant("rsi", b);
  }

  /** Each step along the loops, one after the other, from offsets in A and in B. */
  #writeOut([loop, ...inner]: readonly Loop[], a: number, b: number): void {
    if (loop === undefined) return this.#step(a, b);
    for (let i = 0; i < loop.count; i++) this.#writeOut(inner, a + i * loop.a, b + i * loop.b);
  }

  /** sums += a column of A times a row of B. */
  #step(a: number, b: number): void {
    const code = this.#code, vectors = this.#vectors, { lanes, multiplyAddBroadcast } = vectors;
    const count = this.#count, columns = this.#sums, first = columns + count;
    for (let vector = 0; vector < count; vector++) {
      vectors.load(code, columns + vector, at("rsi", b + vector * lanes * 4));
    }
    for (let row = 0; row < this.#block.rows; row++) {
      const number = this.#rowOfA(row, a);
      if (count === 1 && multiplyAddBroadcast !== undefined) {
        multiplyAddBroadcast(code, row, columns, number);
        continue;
      }
      // As many registers in turn as there are: the next number need not wait.
      const factor = first + row % (vectors.registers - first);
      vectors.broadcast(code, factor, number);
      for (let vector = 0; vector < count; vector++) {
        vectors.multiplyAdd(code, row * count + vector, factor, columns + vector);
      }
    }
  }

  #rowOfA(row: number, offset: number): Address {
    const { rowStride } = this.#block, index = this.#places.entries[row];
    return index === undefined
      ? at("rax", row * (rowStride as number) + offset)
      : { base: "rax", index, displacement: offset };
  }

  /** Adds what the result holds to the sums, where that is wanted, and stores them. */
  #putAway(): readonly Mask[] {
    const code = this.#code, vectors = this.#vectors, { lanes } = vectors;
    const { rows, resultStride, resumable, order } = this.#block;
    const other = this.#sums, rest = this.#columns % lanes;
    const resumes = resumable || !isOneChain(order);
    const mask = rest === 0 ? undefined : vectors.mask(code, rest, this.#sums + 1, resumes);
    code.move("rcx", this.#places.result);
    const forEachSum = (
      body: (sum: number, place: Address, mask: Mask | undefined) => void,
    ) => {
      for (let row = 0; row < rows; row++) {
        for (let vector = 0; vector < this.#count; vector++) {
          const place = at("rcx", row * resultStride + vector * lanes * 4);
          body(row * this.#count + vector, place, vector < this.#count - 1 ? undefined : mask);
        }
      }
    };
    if (resumes) {
      const ready = new Label();
      code.compare(this.#places.resume, 0);
      code.jumpIf("zero", ready);
      forEachSum((sum, place, mask) => {
        if (mask === undefined) vectors.load(code, other, place);
        else mask.load(other, place);
        vectors.compute(code, "add", sum, other, sum);
      });
      code.place(ready);
    }
    const { tail } = this.#block;
    if (tail !== undefined) this.#beginTail(tail);
    forEachSum((sum, place, mask) => {
      const value = tail === undefined ? sum : this.#applyTail(tail, sum, place);
      if (mask === undefined) vectors.store(code, place, value);
      else mask.store(place, value);
    });
    return mask === undefined ? [] : [mask];
  }

  /** Points to what the tail loads beside the result, where rcx points to. */
  #beginTail(tail: TileTail): void {
    const code = this.#code;
    loadsOf(tail).forEach(({ along }, load) => {
      const pointer = tailPointers[load]!;
      code.move(pointer, this.#places.tail[load]!);
      code.add(pointer, "rcx");
      if (along === "columns") code.subtract(pointer, this.#places.firstColumn);
    });
    this.#vectors.zero(code, this.#sums);
  }

  /** Applies the tail to a sum whose place in the result is so far from rcx; returns the register. */
  #applyTail(tail: TileTail, sum: number, { displacement }: Address): number {
    const code = this.#code, vectors = this.#vectors, zero = this.#sums;
    const spare = Array.from({ length: tailRegisters - 1 }, (_, i) => zero + 1 + i);
    const loads = loadsOf(tail), inRow = (sum % this.#count) * vectors.lanes * 4;
    const addressOf = (load: number) =>
      at(tailPointers[load]!, loads[load]!.along === "columns" ? inRow : displacement);
    const result = evaluateTail(tail, sum, spare, {
      load: (to, load) => vectors.load(code, to, addressOf(load)),
      apply(op, to, a, b) {
        const from = "register" in b ? b.register : addressOf(b.load);
        // max(0, x) is x where x is NaN or -0.
        if (op === "relu") vectors.compute(code, "maximum", to, zero, from);
        else vectors.compute(code, op, to, a, from);
      },
    });
    if (result === undefined) throw new RangeError("a tile's tail needs more registers");
    return result;
  }
}

/** How far the pointers move in all chains of a part. */
function distanceOfPart({ times, loops: [first] }: Part): Moved {
  const { a, b } = distanceOf(first!);
  return { a: times * a, b: times * b };
}

/** How many steps to write out of `count`, at most `most`: as many as leave no rest, if there are. */
function unrollOf(count: number, most: number): number {
  for (let unroll = Math.min(count, most); unroll > most / 2; unroll--) {
    if (count % unroll === 0) return unroll;
  }
  return Math.min(count, most);
}
