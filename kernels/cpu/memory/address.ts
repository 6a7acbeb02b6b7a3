import { type Shape, stridesOf } from "../../../lib/core/shape.ts";
import type { FunctionBuilder, Local, Operand, Value } from "../wasm/assembler.ts";
import { i32 } from "../wasm/instructions.ts";

/** A local that holds `base` plus the sum of some numbers times their steps. */
export function addressOf(
  f: FunctionBuilder,
  base: Operand<"i32">,
  ...terms: readonly (readonly [Value<"i32">, number])[]
): Local<"i32"> {
  const sum = terms.reduce<Operand<"i32">>(
    (address, [number, step]) => step === 0 ? address : i32.add(address, i32.mul(number, step)),
    base,
  );
  return f.local("i32", sum);
}

/** Quotient and remainder by a constant; the quotient is below `bound`. */
export function divide(
  f: FunctionBuilder,
  value: Value<"i32">,
  by: number,
  bound: number,
): [Value<"i32">, Value<"i32">] {
  if (bound === 1) return [i32.constant(0), value];
  if (by === 1) return [value, i32.constant(0)];
  return [f.local("i32", i32.divU(value, by)), f.local("i32", i32.remU(value, by))];
}

/** Splits a flat index into one per axis of `shape`; the divisions are by constants. */
export function unravel(
  f: FunctionBuilder,
  flat: Value<"i32">,
  shape: Shape,
): Value<"i32">[] {
  const strides = stridesOf(shape);
  return shape.map((size, axis) => {
    if (size === 1) return i32.constant(0);
    const quotient = strides[axis] === 1 ? flat : i32.divU(flat, strides[axis]!);
    const outermost = shape.slice(0, axis).every((other) => other === 1);
    return f.local("i32", outermost ? quotient : i32.remU(quotient, size));
  });
}

/** The largest multiple of `of`, a power of two, that is at most `value`. */
export function multipleBelow(f: FunctionBuilder, value: Value<"i32">, of: number): Value<"i32"> {
  const multiple = i32.and(value, -of);
  return multiple.constant === undefined ? f.local("i32", multiple) : multiple;
}
