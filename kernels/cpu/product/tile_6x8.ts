import { distanceOf, isOneChain, type Loop, type Order, type Part } from "../../native/order.ts";
import { storeLanes } from "../memory/lanes.ts";
import type { FunctionBuilder, Local, ModuleBuilder, Operand } from "../wasm/assembler.ts";
import { call, f32x4, i32, v128 } from "../wasm/instructions.ts";
import { stepsOf, type SumAxis } from "./axes.ts";
import { orderOf } from "./chains.ts";
import type { TileFunction, TileOptions } from "./tile_function.ts";

/**
 * A tile in WebAssembly, with one or two vectors of four columns.
 *
 * Each step along the reduction reads `rows` numbers of A, one to all lanes, and a vector or two of
 * B. Every row has a pointer of its own, so that all share their constant offsets: V8 checks bounds
 * against the memory's size less the offset, and computes that once for each offset.
 */
export function tile6x8(
  module: ModuleBuilder,
  vectors: number,
  options: TileOptions,
): TileFunction {
  const { rows, rowStride, resultStride, lastColumns } = options;
  const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
  const fn = module.function(parameters, (f, a, b, result, base, last, count, resume) => {
    const pointers: Local<"i32">[] = [];
    for (let row = 0; row < rows; row++) {
      const address = rowStride === "table"
        ? i32.add(base, i32.load(a, row * 4))
        : row === 0
        ? a
        : i32.add(pointers[row - 1]!, rowStride);
      pointers.push(f.local(address));
    }
    const sums = pointers.map(() =>
      Array.from({ length: vectors }, () => f.local(f32x4.constant(0)))
    );
    const forEachSum = (body: (sum: Local<"v128">, row: number, vector: number) => void) =>
      sums.forEach((line, row) => line.forEach((sum, vector) => body(sum, row, vector)));
    const storeColumns = (columns: number) =>
      forEachSum((sum, row, vector) => {
        const lanes = Math.min(4, columns - vector * 4);
        if (lanes <= 0) return;
        storeLanes(f, result, sum, lanes, row * resultStride / 4 + vector * 4);
      });
    // What was summed before is added to the sum, not the other way round: short chains of additions
    // lose fewer digits.
    const addBefore = () =>
      forEachSum((sum, row, vector) => {
        const before = v128.load(result, row * resultStride + vector * 16);
        f.set(sum, f32x4.add(before, sum));
      });
    const order = orderOf(options.reduction), oneChain = isOneChain(order);
    const store = () => {
      if (options.resumable || !oneChain) f.if(resume, addBefore);
      if (lastColumns === vectors * 4) storeColumns(lastColumns);
      else f.if(last, () => storeColumns(lastColumns), () => storeColumns(vectors * 4));
    };
    new Accumulator(f, pointers, b, sums, count).follow(order, () => {
      store();
      if (oneChain) return;
      f.set(resume, 1);
      forEachSum((sum) => f.set(sum, f32x4.constant(0)));
    });
  });
  return {
    walks: false,
    call: ({ a, b, result, base, last, count, resume }) =>
      call(fn, a, b, result, base, last, count, resume),
  };
}

/** Steps that are written out without a loop. */
const mostUnrolled = 16;

/** How far the pointers into the rows of A and into B have moved, as far as it is known. */
interface Moved {
  readonly a: number;
  readonly b: number;
}

const still: Moved = { a: 0, b: 0 };

/** Loops, outermost first. */
type Nest = readonly [Loop, ...Loop[]];

/** Emits sums += A * B along loops; the pointers move along. */
class Accumulator {
  readonly #f: FunctionBuilder;
  readonly #rows: readonly Local<"i32">[];
  readonly #b: Local<"i32">;
  readonly #sums: readonly (readonly Local<"v128">[])[];
  readonly #columns: readonly Local<"v128">[];
  readonly #splat: Local<"v128">;
  /** What counts that are not known before are multiples of. */
  readonly #runtimeCount: Local<"i32">;

  constructor(
    f: FunctionBuilder,
    rows: readonly Local<"i32">[],
    b: Local<"i32">,
    sums: readonly (readonly Local<"v128">[])[],
    runtimeCount: Local<"i32">,
  ) {
    this.#f = f;
    this.#rows = rows;
    this.#b = b;
    this.#sums = sums;
    this.#columns = sums[0]!.map(() => f.local("v128"));
    this.#splat = f.local("v128");
    this.#runtimeCount = runtimeCount;
  }

  /** Emits a whole sum; `putAway` is called after each chain. */
  follow(order: Order, putAway: () => void): void {
    const { outer, parts } = order;
    if (isOneChain(order)) {
      const [{ loops }] = parts as [Part];
      if (loops.length > 0) this.#nest(loops as Nest);
      return putAway();
    }
    this.#around(outer, () => {
      for (const { times, loops } of parts) {
        const [first] = loops as Nest, chain = distanceOf(first);
        this.#times(times, () => {
          const moved = this.#nest(loops as Nest);
          this.#move(chain.a - moved.a, chain.b - moved.b);
          putAway();
        });
      }
      const chains = parts.map(({ times, loops: [first] }) => times * first!.count);
      const { a, b } = parts[0]!.loops[0]!;
      return distanceOf({ count: chains.reduce((sum, n) => sum + n), runtime: false, a, b });
    });
  }

  /** Emits `body` within loops, outermost first; it moves the pointers so far. */
  #around([loop, ...inner]: readonly Loop[], body: () => Moved): Moved {
    if (loop === undefined) return body();
    const counter = this.#f.local("i32");
    this.#f.set(counter, this.#countOf(loop));
    this.#repeat(counter, () => {
      const moved = this.#around(inner, body);
      this.#move(loop.a - moved.a, loop.b - moved.b);
    });
    return loop.runtime ? still : distanceOf(loop);
  }

  /** Emits the loops of a chain, outermost first. */
  #nest(loops: Nest): Moved {
    const [loop, ...inner] = loops;
    if (inner.length === 0) return this.#innermost(loop);
    if (loops.every(({ runtime }) => !runtime) && stepsOf(loops) <= mostUnrolled) {
      // A few short axes, such as the columns of a window by the channels of a group.
      this.#writeOut(loops, 0, 0);
      return still;
    }
    return this.#around([loop], () => this.#nest(inner as [Loop, ...Loop[]]));
  }

  #countOf({ count, runtime }: Loop): Operand<"i32"> {
    return runtime ? i32.mul(this.#runtimeCount, count) : count;
  }

  #times(times: number, body: () => void): void {
    if (times === 1) body();
    else this.#repeat(this.#f.local(i32.constant(times)), body);
  }

  #innermost(loop: Loop): Moved {
    const { a, b } = loop, count = this.#countOf(loop), f = this.#f;
    const steps = (unroll: number) => this.#writeOut([{ a, b, count: unroll }], 0, 0);
    const rounds = (counter: Local<"i32">, unroll: number) =>
      this.#repeat(counter, () => {
        steps(unroll);
        this.#move(a * unroll, b * unroll);
      });
    if (typeof count !== "number") {
      // Fours, then the rest one by one.
      for (const [times, unroll] of [[i32.shrU(count, 2), 4], [i32.and(count, 3), 1]] as const) {
        const counter = f.local(times);
        f.if(counter, () => rounds(counter, unroll));
      }
      return still;
    }
    const unroll = unrollOf(count), whole = Math.floor(count / unroll);
    if (whole <= 1) {
      steps(count);
      return still;
    }
    rounds(f.local(i32.constant(whole)), unroll);
    steps(count - whole * unroll);
    return { a: a * unroll * whole, b: b * unroll * whole };
  }

  #repeat(counter: Local<"i32">, body: () => void): void {
    this.#f.repeat(() => {
      body();
      this.#f.increase(counter, -1);
      return counter;
    });
  }

  #move(a: number, b: number): void {
    if (a !== 0) { for (const row of this.#rows) this.#f.increase(row, a); }
    this.#f.increase(this.#b, b);
  }

  /** Each step along the loops, one after the other, from offsets in A and in B. */
  #writeOut([loop, ...inner]: readonly SumAxis[], a: number, b: number): void {
    if (loop === undefined) return this.#step(a, b);
    for (let i = 0; i < loop.count; i++) this.#writeOut(inner, a + i * loop.a, b + i * loop.b);
  }

  #step(a: number, b: number): void {
    const f = this.#f, columns = this.#columns, splat = this.#splat;
    columns.forEach((column, vector) => f.set(column, v128.load(this.#b, b + vector * 16)));
    this.#rows.forEach((row, index) => {
      f.set(splat, v128.load32Splat(row, a));
      columns.forEach((column, vector) => {
        const sum = this.#sums[index]![vector]!;
        f.set(sum, f32x4.madd(splat, column, sum));
      });
    });
  }
}

/** How many steps to write out in a loop of `count`: one that leaves no rest, if there is one. */
function unrollOf(count: number): number {
  if (count <= 8) return count;
  return [8, 7, 6, 5, 4].find((unroll) => count % unroll === 0) ?? (count > 32 ? 8 : 4);
}
