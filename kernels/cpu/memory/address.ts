import { type Shape, stridesOf } from "../../../lib/core/shape.ts";
import type { FunctionBuilder, Integer, Local, Operand } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";

/** A local that holds `base` plus the sum of some numbers times their steps. */
export function addressOf(
  f: FunctionBuilder,
  base: Operand<"i32">,
  ...terms: readonly (readonly [Integer, number])[]
): Local<"i32"> {
  return f.local(
    terms.reduce((sum, [number, step]) => i32.add(sum, i32.mul(number, step)), i32.add(base, 0)),
  );
}

/** Quotient and remainder by a constant; the quotient is below `bound`. */
export function divide(
  f: FunctionBuilder,
  value: Integer,
  by: number,
  bound: number,
): [Integer, Integer] {
  if (bound === 1) return [i32.constant(0), value];
  if (by === 1) return [value, i32.constant(0)];
  return [f.local(i32.divU(value, by)), f.local(i32.remU(value, by))];
}

/** Splits a flat index into one per axis of `shape`; the divisions are by constants. */
export function unravel(f: FunctionBuilder, flat: Integer, shape: Shape): Integer[] {
  const strides = stridesOf(shape);
  return shape.map((size, axis) => {
    if (size === 1) return i32.constant(0);
    const quotient = strides[axis] === 1 ? flat : i32.divU(flat, strides[axis]!);
    const outermost = shape.slice(0, axis).every((other) => other === 1);
    return f.local(outermost ? quotient : i32.remU(quotient, size));
  });
}

/** The largest multiple of `of`, a power of two, that is at most `value`. */
export function multipleBelow(f: FunctionBuilder, value: Integer, of: number): Integer {
  const multiple = i32.and(value, -of);
  return multiple.constant === undefined ? f.local(multiple) : multiple;
}
