/**
 * A tail for the tests of matmul and convolutions: every kind of load, two results, one of them i32.
 *
 * @module
 */
import type { Tail } from "../../../../lib/graph/kernel.ts";
import { type Shape, sizeOf } from "../../../../lib/core/shape.ts";
import type { DType, TensorData } from "../../../../lib/core/dtype.ts";
import { integers } from "../reference.ts";

/** max(result + element, 0) * column + scalar, and whether result > 0. */
export function tailOf(shape: Shape): Tail {
  const columns = shape.at(-1)!;
  return {
    steps: [
      { kind: "result", dtype: "f32" },
      { kind: "load", input: 2, view: { offset: 0, strides: [columns, 1] }, dtype: "f32" },
      { kind: "apply", op: "add", operands: [0, 1], attributes: {}, dtype: "f32" },
      { kind: "literal", value: 0, dtype: "f32" },
      { kind: "apply", op: "maximum", operands: [2, 3], attributes: {}, dtype: "f32" },
      { kind: "load", input: 3, view: { offset: 2, strides: [0, 1] }, dtype: "f32" },
      { kind: "apply", op: "multiply", operands: [4, 5], attributes: {}, dtype: "f32" },
      { kind: "load", input: 4, view: { offset: 1, strides: [0, 0] }, dtype: "f32" },
      { kind: "apply", op: "add", operands: [6, 7], attributes: {}, dtype: "f32" },
      {
        kind: "apply",
        op: "compare",
        operands: [0, 3],
        attributes: { direction: "greater" },
        dtype: "i32",
      },
    ],
    stores: [{ step: 8, dtype: "f32" }, { step: 9, dtype: "i32" }],
  };
}

/** What the tail loads, after the two operands: inputs 2, 3 and 4. */
export function tailInputs(shape: Shape): Float32Array<ArrayBuffer>[] {
  return [integers(3, sizeOf(shape)), integers(4, shape.at(-1)! + 2), integers(5, 2)];
}

/** The outputs that a launch has, for `runKernel`. */
export function outputsOf(shape: Shape, tail: boolean): { dtype: DType; size: number }[] {
  const size = sizeOf(shape);
  return tail ? [{ dtype: "f32", size }, { dtype: "i32", size }] : [{ dtype: "f32", size }];
}

/** What the launch should yield, given the result before the tail and what the tail loads. */
export function expectedOutputs(
  result: Float64Array,
  columns: number,
  loads: readonly Float32Array[] | undefined,
): TensorData[] {
  if (loads === undefined) return [Float32Array.from(result)];
  const [element, column, scalar] = loads as [Float32Array, Float32Array, Float32Array];
  return [
    Float32Array.from(
      result,
      (x, i) => Math.max(x + element[i]!, 0) * column[2 + i % columns]! + scalar[1]!,
    ),
    Int32Array.from(result, (x) => x > 0 ? 1 : 0),
  ];
}
