import type { FunctionBuilder, Local, Value } from "./assembler.ts";
import type { Arguments } from "./builder.ts";
import { addressOf, moveFloats, type Part, taskRanges } from "./gemm_parts.ts";
import { i32, shuffle, v128 } from "./instructions.ts";

/** B as the tiles read it: for each group and each panel of columns, all of the reduction in a row. */
export interface PackOptions {
  readonly groups: number;
  /** Bytes from one group's B to the next. */
  readonly groupStride: number;
  /** Outermost first: steps and bytes between them. */
  readonly reduction: readonly { readonly count: number; readonly stride: number }[];
  readonly columns: number;
  /** Bytes between columns. */
  readonly columnStride: number;
  /** Columns of a panel: 4 or 8. The last one is filled up with anything. */
  readonly width: number;
  /** Where B starts, and where the panels go. */
  source(args: Arguments): Value<"i32">;
  target(args: Arguments): Value<"i32">;
}

/** Steps of the reduction. */
export const reductionSize = (axes: readonly { readonly count: number }[]): number =>
  axes.reduce((product, { count }) => product * count, 1);

/** Copies B into panels. */
export function packPart(options: PackOptions): Part {
  const { groups, groupStride, columns, columnStride, width } = options;
  const size = reductionSize(options.reduction);
  const panels = Math.ceil(columns / width);
  if (size === 0) return { tasks: 0, emit() {} };
  const { tasks, range } = taskRanges(groups * panels, 4096 / size);
  return {
    tasks,
    emit(f, args, task) {
      const [first, last] = range(f, task);
      f.count(first, last, 1, (unit) => {
        const group = f.local("i32", groups === 1 ? 0 : i32.divU(unit, panels));
        const panel = f.local("i32", groups === 1 ? unit : i32.remU(unit, panels));
        const source = addressOf(
          f,
          options.source(args),
          [group, groupStride],
          [panel, width * columnStride],
        );
        const target = addressOf(f, options.target(args), [unit, size * width * 4]);
        if (columnStride === 4) packRows(f, source, target, options);
        else packColumns(f, source, target, panel, options);
      });
    },
  };
}

/**
 * Runs `body` for each step of the axes with the pointers there. `body` may move them, by `moved`;
 * in the end they are past the last step of the outermost axis.
 */
function walk(
  f: FunctionBuilder,
  axes: PackOptions["reduction"],
  pointers: readonly Local<"i32">[],
  body: () => void,
  moved = 0,
): void {
  const [axis, ...inner] = axes;
  if (axis === undefined) return body();
  const distance = axis.stride -
    (inner[0] === undefined ? moved : inner[0].count * inner[0].stride);
  f.scope(() => {
    const counter = f.local("i32", axis.count);
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
  { reduction, width }: PackOptions,
): void {
  walk(f, reduction, [source], () => {
    moveFloats(f, target, source, width);
    f.increase(target, width * 4);
  });
}

/** The innermost steps of the reduction lie side by side: blocks of 4 x 4 are transposed. */
function packColumns(
  f: FunctionBuilder,
  source: Local<"i32">,
  target: Local<"i32">,
  panel: Value<"i32">,
  { reduction, width, columns, columnStride }: PackOptions,
): void {
  const inner = reduction.at(-1)!;
  if (inner.stride !== 4 && inner.count > 1) {
    throw new RangeError("gemm: B must be contiguous along its columns or along the reduction");
  }
  // The last panel repeats the last column, so that nothing is read behind it.
  const missing = Math.ceil(columns / width) * width - columns;
  const isLast = f.local("i32", i32.eq(panel, Math.ceil(columns / width) - 1));
  const pointers = Array.from({ length: width }, (_, column) => {
    const back = Math.max(0, column - (width - 1 - missing));
    const address = i32.add(source, column * columnStride);
    return f.local(
      "i32",
      back === 0 ? address : i32.sub(address, i32.mul(isLast, back * columnStride)),
    );
  });
  const block = (steps: number) => {
    for (let half = 0; half < width; half += 4) {
      f.scope(() => {
        const rows = pointers.slice(half, half + 4).map((p) => f.local("v128", v128.load(p)));
        const transposed = transpose(f, rows as Four);
        for (let step = 0; step < steps; step++) {
          f.do(v128.store(target, transposed[step]!, step * width * 4 + half * 4));
        }
      });
    }
    f.increase(target, steps * width * 4);
  };
  walk(f, reduction.slice(0, -1), pointers, () => {
    const fours = Math.floor(inner.count / 4), rest = inner.count % 4;
    if (fours > 0) {
      const counter = f.local("i32", fours);
      f.repeat(() => {
        block(4);
        for (const pointer of pointers) f.increase(pointer, 16);
        f.increase(counter, -1);
        return counter;
      });
    }
    if (rest > 0) {
      block(rest);
      for (const pointer of pointers) f.increase(pointer, rest * 4);
    }
  }, inner.count * 4);
}

type Four = [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];

function transpose(f: FunctionBuilder, [a, b, c, d]: Four): Value<"v128">[] {
  const [low, high, low2, high2] = [
    f.local("v128", shuffle(a, b, [0, 4, 1, 5])),
    f.local("v128", shuffle(a, b, [2, 6, 3, 7])),
    f.local("v128", shuffle(c, d, [0, 4, 1, 5])),
    f.local("v128", shuffle(c, d, [2, 6, 3, 7])),
  ];
  return [
    shuffle(low, low2, [0, 1, 4, 5]),
    shuffle(low, low2, [2, 3, 6, 7]),
    shuffle(high, high2, [0, 1, 4, 5]),
    shuffle(high, high2, [2, 3, 6, 7]),
  ];
}
