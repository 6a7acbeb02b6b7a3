import { bytesPerElement } from "../core/dtype.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Expression, Kernel, Launch } from "../graph/kernel.ts";
import type { Plan } from "../compile/plan.ts";

/** Bytes that a launch has to read and to write at least once. */
export interface Traffic {
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** The bytes of a launch: each value counts once, and of what is read in part that part. */
export function trafficOf({ values }: Plan, { kernel, inputs, outputs }: Launch): Traffic {
  const sizeAt = (value: number) => values[value]!.size;
  const bytesAt = (value: number, size: number) => size * bytesPerElement[values[value]!.dtype];
  const loaded = loadsOf(kernel);
  const operands = operandsOf(kernel, inputs.length);
  const read = new Map<number, number>();
  inputs.forEach((value, i) => {
    const own = i < operands ? sizeAt(value) : Math.min(loaded.get(i) ?? 0, sizeAt(value));
    const size = kernel.kind === "gather" && i === 0
      ? Math.min(kernel.count * kernel.width, own)
      : own;
    read.set(value, Math.max(read.get(value) ?? 0, size));
  });
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    bytesRead: sum([...read].map(([value, size]) => bytesAt(value, size))),
    bytesWritten: sum(outputs.map((value) => bytesAt(value, sizeAt(value)))),
  };
}

/** How many of a launch's first inputs a kernel reads whole. */
function operandsOf(kernel: Kernel, inputs: number): number {
  if (kernel.kind === "map" || kernel.kind === "reduce") return 0;
  return "tail" in kernel && kernel.tail !== undefined ? 2 : inputs;
}

/** The elements that the loads of a kernel's expression reach, by input. */
function loadsOf(kernel: Kernel): Map<number, number> {
  const reached = new Map<number, number>();
  const note = (input: number, size: number) =>
    reached.set(input, (reached.get(input) ?? 0) + size);
  const count = ({ steps }: Expression, shape: Shape) => {
    for (const step of steps) {
      if (step.kind === "randomUniform") note(step.input, 3);
      if (step.kind !== "load") continue;
      const moving = shape.filter((_, axis) => step.view.strides[axis] !== 0);
      note(step.input, sizeOf(moving));
    }
  };
  if (kernel.kind === "map" || kernel.kind === "reduce") count(kernel.expression, kernel.shape);
  else if ("tail" in kernel && kernel.tail !== undefined) count(kernel.tail, spaceOf(kernel));
  return reached;
}

/** The two axes of a tail: the result's last one, and all before it as one. */
function spaceOf(kernel: Kernel): Shape {
  switch (kernel.kind) {
    case "matmul":
      return [kernel.batch * kernel.m, kernel.n];
    case "conv2d":
      return rowsOf(kernel.output);
    case "conv2dInputGradient":
      return rowsOf(kernel.image);
    default:
      return [];
  }
}

const rowsOf = (shape: Shape): Shape => [sizeOf(shape.slice(0, -1)), shape.at(-1)!];

/** What a launch computes, in words: "conv2d 3x3 [8, 56, 56, 64] and 2 more". */
export function wordsOf({ values }: Plan, { kernel, outputs }: Launch): string {
  const made = outputs.map((value) => values[value]!.name);
  const applied = (expression: Expression) =>
    expression.steps.flatMap((step) => step.kind === "apply" ? [step.op] : []);
  const names = (ops: readonly string[]) => {
    const distinct = [...new Set(ops)];
    return distinct.slice(0, 4).join(", ") + (distinct.length > 4 ? " …" : "");
  };
  switch (kernel.kind) {
    case "map":
      return `${names(applied(kernel.expression)) || "copy"} ${formatShape(kernel.shape)}`;
    case "reduce": {
      const before = names(applied(kernel.expression));
      return `${kernel.combine} of ${before && `${before} `}${formatShape(kernel.shape)}`;
    }
    case "matmul": {
      const { batch, m, n, k, tail } = kernel;
      const size = `${batch > 1 ? `${batch} times ` : ""}${m}x${k} by ${k}x${n}`;
      return tail === undefined ? size : `${size}, then ${names(applied(tail)) || "copy"}`;
    }
    case "conv2d":
    case "conv2dInputGradient":
    case "conv2dKernelGradient": {
      const [height, width] = kernel.kernel, { stride } = kernel.geometry;
      const step = stride.every((one) => one === 1) ? "" : ` /${Math.max(...stride)}`;
      const size = `${height}x${width}${step}, image ${formatShape(kernel.image)}, kernel ${
        formatShape(kernel.kernel)
      }`;
      return kernel.tail === undefined
        ? size
        : `${size}, then ${names(applied(kernel.tail)) || "copy"}`;
    }
    default:
      return made.join(", ");
  }
}
