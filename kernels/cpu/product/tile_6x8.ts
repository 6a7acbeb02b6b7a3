import type {
  FunctionBuilder,
  FunctionIndex,
  Local,
  ModuleBuilder,
  Operand,
  Value,
} from "../wasm/assembler.ts";
import { f32x4, i32, v128 } from "../wasm/instructions.ts";
import { storeLanes } from "../memory/lanes.ts";

/** An axis that products are summed over: bytes from one element to the next in A and in B. */
export interface ReducedAxis {
  readonly count: Operand<"i32">;
  readonly a: number;
  readonly b: number;
}

/** The register tile: some rows of A by 4 or 8 columns of B, kept in registers while summing. */
export interface TileOptions {
  readonly rows: number;
  /** Vectors of four columns: 1 or 2. */
  readonly vectors: number;
  /** Bytes between rows of A, or "table": `a` points to one i32 a row, added to `base`. */
  readonly rowStride: number | "table";
  /** Outermost first; "runtime" as a count stands for the parameter `count`. */
  readonly reduction: readonly TileAxis[];
  /** Bytes between rows of the result. */
  readonly resultStride: number;
  /** Columns that are stored where the parameter `last` is not 0; else all of them are. */
  readonly lastColumns: number;
  /** Whether the parameter `resume` says that sums go on from what the result holds. */
  readonly resumable?: boolean;
}

/** A reduced axis of a tile function. */
export interface TileAxis {
  readonly count: number | "runtime";
  readonly a: number;
  readonly b: number;
}

/** Rows of a tile: with 12 sums, two vectors of B and one of A, 15 of 16 registers are in use. */
export const tileRows = (vectors: number): number => vectors === 1 ? 8 : 6;

/**
 * A function (a, b, result, base, last, count, resume) that computes one tile.
 *
 * Each step along the reduction reads `rows` numbers of A, one to all lanes, and a vector or two of
 * B. Every row has a pointer of its own, so that all share their constant offsets: V8 checks bounds
 * against the memory's size less the offset, and computes that once for each offset.
 */
export function tileFunction(module: ModuleBuilder, options: TileOptions): FunctionIndex {
  const { rows, vectors, rowStride, resultStride, lastColumns } = options;
  const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
  return module.function(parameters, (f, a, b, result, base, last, count, resume) => {
    const pointers: Local<"i32">[] = [];
    for (let row = 0; row < rows; row++) {
      const address = rowStride === "table"
        ? i32.add(base, i32.load(a, row * 4))
        : row === 0
        ? a
        : i32.add(pointers[row - 1]!, rowStride);
      pointers.push(f.local("i32", address));
    }
    const sums = pointers.map(() => Array.from({ length: vectors }, () => f.local("v128", 0)));
    const forEachSum = (body: (sum: Local<"v128">, row: number, vector: number) => void) =>
      sums.forEach((line, row) => line.forEach((sum, vector) => body(sum, row, vector)));
    if (options.resumable) {
      f.if(
        resume,
        () =>
          forEachSum((sum, row, vector) =>
            f.set(sum, v128.load(result, row * resultStride + vector * 16))
          ),
      );
    }
    const axes = options.reduction.map((axis) => ({
      ...axis,
      count: axis.count === "runtime" ? count : axis.count,
    }));
    accumulate(f, pointers, b, sums, mergeAxes(axes));
    const store = (columns: number) =>
      forEachSum((sum, row, vector) => {
        const lanes = Math.min(4, columns - vector * 4);
        if (lanes <= 0) return;
        for (const s of storeLanes(result, sum, lanes, row * resultStride / 4 + vector * 4)) {
          f.do(s);
        }
      });
    if (lastColumns === vectors * 4) store(lastColumns);
    else f.if(last, () => store(lastColumns), () => store(vectors * 4));
  });
}

/** Neighbouring axes that are walked like one become one; axes of one step go. */
function mergeAxes(axes: readonly ReducedAxis[]): ReducedAxis[] {
  const merged: ReducedAxis[] = [];
  for (const axis of axes) {
    if (axis.count === 1) continue;
    const outer = merged.at(-1);
    if (
      outer !== undefined && typeof axis.count === "number" &&
      outer.a === axis.count * axis.a && outer.b === axis.count * axis.b
    ) {
      const count = typeof outer.count === "number"
        ? outer.count * axis.count
        : i32.mul(outer.count, axis.count);
      merged[merged.length - 1] = { ...axis, count };
    } else merged.push(axis);
  }
  return merged.length > 0 || axes.some(({ count }) => count === 0)
    ? merged
    : [{ count: 1, a: 0, b: 0 }];
}

/** sums += A * B along the axes; the pointers move along. */
function accumulate(
  f: FunctionBuilder,
  rows: readonly Local<"i32">[],
  b: Local<"i32">,
  sums: readonly (readonly Local<"v128">[])[],
  axes: readonly ReducedAxis[],
): void {
  if (axes.some(({ count }) => count === 0)) return;
  const vectors = sums[0]!.length;
  const moveBy = (a: number, bStep: number) => {
    if (a !== 0) { for (const row of rows) f.increase(row, a); }
    f.increase(b, bStep);
  };
  const columns = Array.from({ length: vectors }, () => f.local("v128"));
  const splat = f.local("v128");
  const step = (aOffset: number, bOffset: number) => {
    columns.forEach((column, vector) => f.set(column, v128.load(b, bOffset + vector * 16)));
    rows.forEach((row, index) => {
      f.set(splat, v128.load32Splat(row, aOffset));
      columns.forEach((column, vector) => {
        const sum = sums[index]![vector]!;
        f.set(sum, f32x4.madd(splat, column, sum));
      });
    });
  };
  /** Emits the axes from `depth` on; returns by how much that moved the pointers. */
  const nest = (depth: number): { a: number; b: number } => {
    const axis = axes[depth]!;
    const rest = axes.slice(depth);
    const size = rest.reduce((n, { count }) => typeof count === "number" ? n * count : Infinity, 1);
    if (rest.length > 1 && size <= mostUnrolled) {
      // A few short axes, such as the columns of a window by the channels of a group.
      writeOut(rest as StepAxis[], 0, 0, step);
      return { a: 0, b: 0 };
    }
    if (depth < axes.length - 1) {
      const counter = f.local("i32", axis.count);
      f.repeat(() => {
        const moved = nest(depth + 1);
        moveBy(axis.a - moved.a, axis.b - moved.b);
        f.increase(counter, -1);
        return counter;
      });
      return typeof axis.count === "number"
        ? { a: axis.a * axis.count, b: axis.b * axis.count }
        : { a: 0, b: 0 };
    }
    const steps = (count: number) => {
      for (let i = 0; i < count; i++) step(i * axis.a, i * axis.b);
    };
    if (typeof axis.count !== "number") {
      // Fours, then the rest one by one.
      const loop = (count: Operand<"i32">, unroll: number) => {
        const counter = f.local("i32", count);
        f.if(counter, () =>
          f.repeat(() => {
            steps(unroll);
            moveBy(axis.a * unroll, axis.b * unroll);
            f.increase(counter, -1);
            return counter;
          }));
      };
      loop(i32.shrU(axis.count, 2), 4);
      loop(i32.and(axis.count, 3), 1);
      return { a: 0, b: 0 };
    }
    const unroll = unrollOf(axis.count);
    const rounds = Math.floor(axis.count / unroll);
    const left = axis.count - rounds * unroll;
    if (rounds > 1) {
      const counter = f.local("i32", rounds);
      f.repeat(() => {
        steps(unroll);
        moveBy(axis.a * unroll, axis.b * unroll);
        f.increase(counter, -1);
        return counter;
      });
      steps(left);
      return { a: axis.a * unroll * rounds, b: axis.b * unroll * rounds };
    }
    steps(axis.count);
    return { a: 0, b: 0 };
  };
  nest(0);
}

/** Steps that are written out without a loop. */
const mostUnrolled = 16;

type StepAxis = ReducedAxis & { readonly count: number };

/** Calls `step` for each step along the axes, with its offsets in A and B. */
function writeOut(
  [axis, ...inner]: readonly StepAxis[],
  a: number,
  b: number,
  step: (a: number, b: number) => void,
): void {
  if (axis === undefined) return step(a, b);
  for (let i = 0; i < axis.count; i++) writeOut(inner, a + i * axis.a, b + i * axis.b, step);
}

/** How many steps to write out in a loop of `count`: one that leaves no rest, if there is one. */
function unrollOf(count: number): number {
  if (count <= 8) return count;
  return [8, 7, 6, 5, 4].find((unroll) => count % unroll === 0) ?? (count > 32 ? 8 : 4);
}

/** The reduction's steps in A, and in a panel of B that is `width` columns wide. */
export function packedAxes(
  axes: readonly { readonly count: number; readonly a: number }[],
  width: number,
): { readonly count: number; readonly a: number; readonly b: number }[] {
  let step = width * 4;
  return axes.toReversed().map(({ count, a }) => {
    const axis = { count, a, b: step };
    step *= count;
    return axis;
  }).reverse();
}

/** Rows in tiles whose heights differ by at most one: the first `extra` have one row more. */
export class Tiling {
  readonly count: number;
  readonly height: number;
  readonly extra: number;
  readonly #low: FunctionIndex | undefined;
  readonly #high: FunctionIndex | undefined;

  /** `rows` rows in tiles of at most `most`, each height with the function that `make` yields. */
  constructor(rows: number, most: number, make: (rows: number) => FunctionIndex) {
    this.count = Math.ceil(rows / most);
    this.height = Math.floor(rows / this.count);
    this.extra = rows - this.count * this.height;
    this.#low = this.extra < this.count ? make(this.height) : undefined;
    this.#high = this.extra > 0 ? make(this.height + 1) : undefined;
  }

  /** The first row of a tile. */
  rowOf(tile: Value<"i32">): Value<"i32"> {
    return i32.add(i32.mul(tile, this.height), this.extra === 0 ? 0 : i32.minU(tile, this.extra));
  }

  /** Runs `body` for the tiles from `from` to before `to`, with each one's rows and function. */
  forEach(
    f: FunctionBuilder,
    from: Value<"i32">,
    to: Value<"i32">,
    body: (tile: Local<"i32">, rows: number, fn: FunctionIndex) => void,
  ): void {
    this.forEachHeight(f, from, to, (first, end, rows) => {
      const fn = rows === this.height ? this.#low! : this.#high!;
      f.count(first, end, 1, (tile) => f.scope(() => body(tile, rows, fn)));
    });
  }

  /** Splits the tiles from `from` to before `to` in those of one height and those of the other. */
  forEachHeight(
    f: FunctionBuilder,
    from: Value<"i32">,
    to: Value<"i32">,
    body: (from: Value<"i32">, to: Value<"i32">, rows: number) => void,
  ): void {
    const { height, extra } = this;
    if (extra === 0) return body(from, to, height);
    const end = f.local("i32", i32.minU(to, extra));
    f.if(i32.ltU(from, end), () => body(from, end, height + 1));
    const start = f.local("i32", i32.select(i32.ltU(from, extra), extra, from));
    f.if(i32.ltU(start, to), () => body(start, to, height));
  }
}
