import type { DType, TensorData } from "../core/dtype.ts";
import { type Shape, sizeOf } from "../core/shape.ts";

/** A number, or arrays of such. */
export type NestedArray = number | NestedArray[];

/** Elements in row-major order as nested arrays; a number for a scalar. */
export function nest(data: TensorData, shape: Shape): NestedArray {
  if (shape.length === 0) return data[0]!;
  if (shape.length === 1) return Array.from(data);
  const inner = sizeOf(shape.slice(1));
  return Array.from(
    { length: shape[0]! },
    (_, i) => nest(data.subarray(i * inner, (i + 1) * inner), shape.slice(1)),
  );
}

/** Shape and elements of nested arrays; an error where rows differ in length. */
export function unnest(value: NestedArray): { shape: number[]; elements: number[] } {
  const shape: number[] = [];
  for (let at: NestedArray | undefined = value; Array.isArray(at); at = at[0]) {
    shape.push(at.length);
  }
  const elements: number[] = [];
  const visit = (at: NestedArray, depth: number, where: string) => {
    if (
      Array.isArray(at) !== depth < shape.length ||
      (Array.isArray(at) && at.length !== shape[depth])
    ) {
      throw new TypeError(
        `tensor: expected nested arrays of one shape [${shape}], found ${
          Array.isArray(at) ? `${at.length} elements` : "a number"
        } at ${where || "the top"}`,
      );
    }
    if (Array.isArray(at)) at.forEach((part, i) => visit(part, depth + 1, `${where}[${i}]`));
    else if (typeof at === "number") elements.push(at);
    else throw new TypeError(`tensor: expected numbers, found ${String(at)} at ${where}`);
  };
  visit(value, 0, "");
  return { shape, elements };
}

/** Axes longer than this show only their ends. */
const longest = 8;
const shown = 3;

/** A tensor as a text in brackets, numbers in columns. */
export function formatTensor(data: TensorData, shape: Shape, dtype: DType): string {
  const picked: number[] = [];
  const visit = (depth: number, offset: number): string | number => {
    if (depth === shape.length) return picked.push(data[offset]!) - 1;
    const length = shape[depth]!;
    const stride = sizeOf(shape.slice(depth + 1));
    const parts: (string | number)[] = [];
    for (let i = 0; i < length; i++) {
      if (length > longest && i === shown) {
        parts.push("...");
        i = length - shown;
      }
      parts.push(visit(depth + 1, offset + i * stride));
    }
    const inner = depth === shape.length - 1;
    const separator = inner
      ? ", "
      : `,${"\n".repeat(shape.length - 1 - depth)}${" ".repeat(depth + 8)}`;
    return `[${
      parts.map((part) => typeof part === "number" ? `\u0000${part}\u0000` : part).join(separator)
    }]`;
  };
  const body = visit(0, 0);
  const texts = formatNumbers(picked, dtype);
  const filled = typeof body === "number"
    ? texts[body]!
    // deno-lint-ignore no-control-regex
    : body.replace(/\u0000(\d+)\u0000/g, (_, i) => texts[Number(i)]!);
  return `tensor(${filled.replace(/^ +/, "")}, ${dtype} [${shape.join(", ")}])`;
}

function formatNumbers(numbers: readonly number[], dtype: DType): string[] {
  const finite = numbers.filter(Number.isFinite).map(Math.abs);
  const largest = Math.max(0, ...finite);
  const smallest = Math.min(Infinity, ...finite.filter((x) => x > 0));
  const whole = dtype !== "f32" || finite.every(Number.isInteger);
  const scientific = !whole && (largest >= 1e6 || smallest < 1e-4);
  const texts = numbers.map((x) =>
    !Number.isFinite(x)
      ? String(x)
      : scientific
      ? x.toExponential(3)
      : whole
      ? String(x)
      : x.toFixed(4)
  );
  const width = Math.max(...texts.map((text) => text.length), 0);
  return numbers.length === 1 ? texts : texts.map((text) => text.padStart(width));
}
