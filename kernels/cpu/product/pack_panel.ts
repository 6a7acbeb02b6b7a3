import { moveFloats } from "../memory/runs.ts";
import type { FunctionBuilder, Integer, Local, Operand, Vector } from "../wasm/assembler.ts";
import { i32, shuffle, v128 } from "../wasm/instructions.ts";

/** An axis of the reduction as packing sees it: steps, and the bytes between them in B. */
interface PackAxis {
  readonly count: Operand<"i32">;
  readonly b: number;
}

/** How a panel of B lies in memory. */
interface PanelSource {
  /** Outermost first; only the outermost count may be a variable. */
  readonly reduction: readonly PackAxis[];
  readonly columns: number;
  /** Bytes between columns. */
  readonly columnStride: number;
  /** Columns of a panel, a multiple of 4. The last one is filled up with anything. */
  readonly width: number;
  /** The innermost count modulo 4, if that count is a variable. */
  readonly rest?: number;
}

/** Copies one panel of B, number `panel`; the pointers move. */
export function packPanel(
  f: FunctionBuilder,
  source: Local<"i32">,
  target: Local<"i32">,
  panel: Integer,
  options: PanelSource,
): void {
  if (options.columnStride === 4) return packRows(f, source, target, options);
  const { width, columnStride } = options;
  // A pointer for each column: for more than 8 there are no registers.
  for (let first = 0; first < width; first += 8) {
    f.scope(() => {
      const from = f.local(i32.add(source, first * columnStride));
      const to = f.local(i32.add(target, first * 4));
      packColumns(f, from, to, panel, [first, Math.min(8, width - first)], options);
    });
  }
}

/**
 * Runs `body` for each step of the axes with the pointers there. `body` may move them, by `moved`;
 * in the end they are past the last step of the outermost axis.
 */
function walk(
  f: FunctionBuilder,
  axes: readonly PackAxis[],
  pointers: readonly Local<"i32">[],
  body: () => void,
  moved: number,
): void {
  const [axis, ...inner] = axes;
  if (axis === undefined) return body();
  const next = inner[0];
  const distance = axis.b - (next === undefined ? moved : next.count as number * next.b);
  f.scope(() => {
    const counter = f.local("i32");
    f.set(counter, axis.count);
    f.repeat(() => {
      walk(f, inner, pointers, body, moved);
      for (const pointer of pointers) f.increase(pointer, distance);
      f.increase(counter, -1);
      return counter;
    });
  });
}

/** Columns lie side by side: each step is a vector or two. */
function packRows(
  f: FunctionBuilder,
  source: Local<"i32">,
  target: Local<"i32">,
  { reduction, width }: PanelSource,
): void {
  walk(f, reduction, [source], () => {
    moveFloats(f, target, source, width);
    f.increase(target, width * 4);
  }, 0);
}

/**
 * The innermost steps of the reduction lie side by side: blocks of 4 x 4 are transposed, of so many
 * columns of the panel, from `first` on.
 */
function packColumns(
  f: FunctionBuilder,
  source: Local<"i32">,
  target: Local<"i32">,
  panel: Integer,
  [first, count]: readonly [number, number],
  { reduction, width, columns, columnStride, rest = 0 }: PanelSource,
): void {
  const inner = reduction.at(-1)!;
  if (inner.b !== 4 && inner.count !== 1) {
    throw new RangeError("product: B must be contiguous along its columns or along the reduction");
  }
  // The last panel repeats the last column, so that nothing is read behind it.
  const panels = Math.ceil(columns / width), missing = panels * width - columns;
  const isLast = f.local(i32.eq(panel, panels - 1));
  const pointers = Array.from({ length: count }, (_, column) => {
    const back = Math.max(0, first + column - (width - 1 - missing));
    const address = i32.add(source, column * columnStride);
    return f.local(back === 0 ? address : i32.sub(address, i32.mul(isLast, back * columnStride)));
  });
  const block = (steps: number) => {
    for (let half = 0; half < count; half += 4) {
      f.scope(() => {
        const rows = pointers.slice(half, half + 4).map((p) => f.local(v128.load(p)));
        const transposed = transpose(f, rows as Four);
        for (let step = 0; step < steps; step++) {
          f.do(v128.store(target, transposed[step]!, step * width * 4 + half * 4));
        }
      });
    }
    f.increase(target, steps * width * 4);
    for (const pointer of pointers) f.increase(pointer, steps * 4);
  };
  if (typeof inner.count !== "number") {
    const fours = f.local(i32.shrU(inner.count, 2));
    f.count(0, fours, 1, () => block(4));
    if (rest > 0) f.if(i32.and(inner.count, 3), () => block(rest));
    return;
  }
  const fours = Math.floor(inner.count / 4), last = inner.count % 4;
  const line = () => {
    f.count(0, fours, 1, () => block(4));
    if (last > 0) block(last);
  };
  // A line moves its pointers; `walk` brings them to the next one.
  const outer = reduction.slice(0, -1);
  if (outer.length === 0) line();
  else walk(f, outer, pointers, line, inner.count * 4);
}

type Four = [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];

function transpose(f: FunctionBuilder, [a, b, c, d]: Four): Vector[] {
  const [low, high, low2, high2] = [
    f.local(shuffle(a, b, [0, 4, 1, 5])),
    f.local(shuffle(a, b, [2, 6, 3, 7])),
    f.local(shuffle(c, d, [0, 4, 1, 5])),
    f.local(shuffle(c, d, [2, 6, 3, 7])),
  ];
  return [
    shuffle(low, low2, [0, 1, 4, 5]),
    shuffle(low, low2, [2, 3, 6, 7]),
    shuffle(high, high2, [0, 1, 4, 5]),
    shuffle(high, high2, [2, 3, 6, 7]),
  ];
}
