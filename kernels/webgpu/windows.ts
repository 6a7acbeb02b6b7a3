import type { Expression, Kernel, MapKernel, MatmulKernel, View } from "../../lib/graph/kernel.ts";
import { type Shape, sizeOf, stridesOf } from "../../lib/core/shape.ts";
import type { MatmulWindow } from "./product/matmul.ts";

/** A part of a buffer, in elements of four bytes. */
export interface Window {
  readonly first: number;
  readonly size: number;
}

/**
 * A part of a kernel's work, and the windows of its operands: those that are undefined are bound whole.
 * A part may have one input more, the first output, to whose content it adds.
 */
export interface Part {
  readonly kernel: Kernel;
  readonly inputs: readonly (Window | undefined)[];
  readonly outputs: readonly (Window | undefined)[];
  readonly addsToOutput: boolean;
}

/** Elements of each operand. */
export interface Sizes {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** WebGPU binds from multiples of 256 bytes on; kernels read by vectors past the end of a window. */
const alignment = 64, slack = 64;

/** The longest inner sum that a thread of any adapter adds up by itself. */
const longest = 2 ** 14;

/**
 * Cuts a kernel whose operands are over a limit (in elements) into parts that bind windows of them, in
 * order; undefined where that cannot be done. A map is cut along its first axis; a product by its rows
 * where the result is large, along the inner dimension or by its columns where its right operand is.
 */
export function cutKernel(kernel: Kernel, sizes: Sizes, limit: number): Part[] | undefined {
  const parts = kernel.kind === "map"
    ? cutMap(kernel, sizes, limit)
    : kernel.kind === "matmul" && kernel.batch === 1
    ? cutMatmul(kernel, sizes, limit)
    : undefined;
  const isFitting = (windows: readonly (Window | undefined)[], whole: readonly number[]) =>
    whole.every((size, i) => (windows[i]?.size ?? size) <= limit);
  if (parts === undefined || parts.length === 0) return undefined;
  const fits = parts.every(({ inputs, outputs }) =>
    isFitting(inputs, sizes.inputs) && isFitting(outputs, sizes.outputs)
  );
  return fits ? parts : undefined;
}

/** Ranges of `count` things of `size` elements, each as long as fits; none if that cannot be. */
function ranges(count: number, size: number, limit: number): [first: number, count: number][] {
  let step = alignment;
  while (step % 2 === 0 && step / 2 * size % alignment === 0) step /= 2;
  const most = Math.floor((limit - slack) / size / step) * step;
  if (most < 1) return [];
  return Array.from({ length: Math.ceil(count / most) }, (_, i) => {
    const first = i * most;
    return [first, Math.min(most, count - first)];
  });
}

const isOwnPlace = (view: View, shape: Shape) => {
  const strides = stridesOf(shape);
  return view.offset === 0 &&
    shape.every((size, i) => size === 1 || view.strides[i] === strides[i]);
};

/** Which inputs an expression reads at its own place; undefined if it reads one elsewhere, too. */
function ownInputs({ steps }: Expression, shape: Shape): Set<number> | undefined {
  const loads = steps.filter((step) => step.kind === "load");
  const [own, others] = [true, false].map((isOwn) =>
    new Set(
      loads.filter(({ view }) => isOwnPlace(view, shape) === isOwn).map(({ input }) => input),
    )
  ) as [Set<number>, Set<number>];
  return own.isDisjointFrom(others) ? own : undefined;
}

function cutMap({ shape, expression }: MapKernel, sizes: Sizes, limit: number): Part[] | undefined {
  const { steps } = expression, [length = 1] = shape, inner = sizeOf(shape.slice(1));
  const knowsPlace = steps.some((step) =>
    step.kind === "randomUniform" || step.kind === "iota" && step.axis === 0
  );
  const own = ownInputs(expression, shape);
  if (knowsPlace || own === undefined) return undefined;
  return ranges(length, inner, limit).map(([first, count]) => {
    const window = { first: first * inner, size: count * inner };
    const moved = steps.map((step) => {
      if (step.kind !== "load" || own.has(step.input)) return step;
      const { offset, strides } = step.view;
      return { ...step, view: { offset: offset + first * (strides[0] ?? 0), strides } };
    });
    return {
      kernel: {
        kind: "map",
        shape: [count, ...shape.slice(1)],
        expression: { ...expression, steps: moved },
      },
      inputs: sizes.inputs.map((_, input) => own.has(input) ? window : undefined),
      outputs: sizes.outputs.map(() => window),
      addsToOutput: false,
    };
  });
}

function cutMatmul(kernel: MatmulKernel, sizes: Sizes, limit: number): Part[] | undefined {
  const { m, n, k, transposeA, transposeB, tail } = kernel;
  const [a, b] = sizes.inputs as [number, number];
  const whole = (changes: Partial<MatmulWindow>): MatmulWindow => ({
    ...kernel,
    rowA: transposeA ? m : k,
    firstA: 0,
    columns: n,
    firstColumn: 0,
    ...changes,
  });
  if (m * n > limit) {
    const own = tail === undefined ? new Set<number>() : ownInputs(tail, [m, n]);
    if (own === undefined) return undefined;
    return ranges(m, Math.max(n, transposeA ? 1 : k), limit).map(([first, count]) => {
      const rows = !transposeA && a > limit ? { first: first * k, size: count * k } : undefined;
      const firstA = rows ? 0 : transposeA ? first : first * k;
      const window = { first: first * n, size: count * n };
      return {
        kernel: whole({ m: count, firstA }),
        inputs: sizes.inputs.map((_, i) => i === 0 ? rows : own.has(i) ? window : undefined),
        outputs: sizes.outputs.map(() => window),
        addsToOutput: false,
      };
    });
  }
  if (b <= limit) return undefined;
  const right = (first: number, size: number) =>
    sizes.inputs.map((_, i) => i === 1 ? { first, size } : undefined);
  const outputs = sizes.outputs.map(() => undefined);
  if (transposeB) {
    // Sums that are cut in pieces would be put together over all columns.
    if (k > longest / 4) return undefined;
    return ranges(n, k, limit).map(([first, count]) => ({
      kernel: whole({ n: count, firstColumn: first }),
      inputs: right(first * k, count * k),
      outputs,
      addsToOutput: false,
    }));
  }
  const cuts = ranges(k, n, limit);
  return cuts.map(([first, count], i) => {
    const isFirst = i === 0, isLast = i === cuts.length - 1;
    const sum = isFirst ? undefined : addingTail(isLast ? tail : undefined, sizes.inputs.length, n);
    const { tail: _, ...plain } = whole({ k: count, firstA: transposeA ? first * m : first });
    const after = sum ?? (isLast ? tail : undefined);
    return {
      kernel: after === undefined ? plain : { ...plain, tail: after },
      inputs: right(first * n, count * n),
      outputs,
      addsToOutput: !isFirst,
    };
  });
}

/** A tail that adds what an input holds at its own place, and then does what another one does. */
function addingTail(tail: Expression | undefined, input: number, columns: number): Expression {
  const result = { kind: "result", dtype: "f32" } as const;
  const load = {
    kind: "load",
    input,
    view: { offset: 0, strides: [columns, 1] },
    dtype: "f32",
  } as const;
  const sum = {
    kind: "apply",
    op: "add",
    operands: [0, 1],
    attributes: {},
    dtype: "f32",
  } as const;
  if (tail === undefined) {
    return { steps: [result, load, sum], stores: [{ step: 2, dtype: "f32" }] };
  }
  return {
    steps: [
      result,
      load,
      ...tail.steps.map((step) => {
        if (step.kind === "result") return sum;
        if (step.kind !== "apply") return step;
        return { ...step, operands: step.operands.map((operand) => operand + 2) };
      }),
    ],
    stores: tail.stores.map(({ step, dtype }) => ({ step: step + 2, dtype })),
  };
}
