import { describeValue } from "../core/errors.ts";
import type { DType, TensorData } from "../core/dtype.ts";
import { type Shape, sizeOf } from "../core/shape.ts";

/** A number, or arrays of such. */
export type NestedArray = number | NestedArray[];

/** Nested arrays of numbers, such as `[[0, 1], [1, 0]]`. */
export type NestedNumbers = readonly (number | NestedNumbers)[];

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

/** Shape and elements of nested arrays; an error about `what` where rows differ in length. */
export function unnest(
  value: number | NestedNumbers,
  what = "tensor",
): { shape: number[]; elements: number[] } {
  const shape: number[] = [];
  for (let at: number | NestedNumbers | undefined = value; Array.isArray(at); at = at[0]) {
    shape.push(at.length);
  }
  const elements: number[] = [];
  const visit = (at: number | NestedNumbers, depth: number, where: string) => {
    const length = Array.isArray(at) ? at.length : undefined;
    if (length !== shape[depth]) {
      const found = length === undefined ? "a number" : `${length} elements`;
      throw new TypeError(
        `${what}: expected nested arrays of one shape [${shape}], found ${found} at ` +
          `${where || "the top"}`,
      );
    }
    if (Array.isArray(at)) at.forEach((part, i) => visit(part, depth + 1, `${where}[${i}]`));
    else if (typeof at === "number") elements.push(at);
    else {throw new TypeError(
        `${what}: expected numbers, found ${describeValue(at)}${where && ` at ${where}`}`,
      );}
  };
  visit(value, 0, "");
  return { shape, elements };
}

/** Tensors of more elements than this show only the ends of their long axes. */
const largest = 1000;
const shown = 3;
/** Columns of a line; longer rows continue on the next one. */
const lineWidth = 80;

/** A tensor as a text in brackets, numbers in columns. */
export function formatTensor(data: TensorData, shape: Shape, dtype: DType): string {
  const cut = data.length > largest;
  const picked: number[] = [];
  walk(shape, cut, (offset) => String(picked.push(data[offset]!)));
  const texts = formatNumbers(picked, dtype).values();
  const body = walk(shape, cut, () => texts.next().value!);
  return `tensor(${body}, ${dtype} [${shape.join(", ")}])`;
}

/** The text of a tensor whose numbers `text` gives, each called in order by its offset. */
function walk(shape: Shape, cut: boolean, text: (offset: number) => string): string {
  const visit = (depth: number, offset: number): string => {
    if (depth === shape.length) return text(offset);
    const length = shape[depth]!, stride = sizeOf(shape.slice(depth + 1));
    const parts: string[] = [];
    for (let i = 0; i < length; i++) {
      if (cut && length > 2 * shown && i === shown) {
        parts.push("...");
        i = length - shown;
      }
      parts.push(visit(depth + 1, offset + i * stride));
    }
    const indent = " ".repeat("tensor(".length + depth + 1);
    if (depth === shape.length - 1) return `[${wrap(parts, indent)}]`;
    return `[${parts.join(`,${"\n".repeat(shape.length - 1 - depth)}${indent}`)}]`;
  };
  return visit(0, 0);
}

/** Numbers of one width in as many lines as they need. */
function wrap(parts: readonly string[], indent: string): string {
  const width = (parts[0]?.length ?? 0) + ", ".length;
  const count = Math.max(1, Math.floor((lineWidth - indent.length) / width));
  const lines: string[] = [];
  for (let i = 0; i < parts.length; i += count) lines.push(parts.slice(i, i + count).join(", "));
  return lines.join(`,\n${indent}`);
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
