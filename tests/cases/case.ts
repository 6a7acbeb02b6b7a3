import type { DType } from "../../lib/core/dtype.ts";
import type { Random } from "../../lib/core/random.ts";
import { type Shape, sizeOf } from "../../lib/core/shape.ts";
import type { Node } from "../../lib/graph/node.ts";
import type { Tensor } from "../../lib/tensor/tensor.ts";
import { onNodes } from "../nodes.ts";

/** One input of a case and how its elements are drawn. */
export interface Input {
  readonly shape: Shape;
  readonly dtype: DType;
  /** The element at row-major position `i`; numbers of dtype f32 are then rounded to f32. */
  readonly element: (random: Random, i: number) => number;
  /** Whether the case is to be differentiated with respect to it; f32 inputs are by default. */
  readonly differentiable: boolean;
}

/** A small graph: an example of an op, or of ops together. */
export interface Case {
  readonly name: string;
  /** The op of the table that it is an example of; undefined for a composition. */
  readonly op: string | undefined;
  readonly inputs: readonly Input[];
  readonly output: (...nodes: Node[]) => Node;
}

/** Uniform f32 numbers in [low, high). */
export function real(shape: Shape, low = -2, high = 2): Input {
  return {
    shape,
    dtype: "f32",
    element: (random) => random.uniform(low, high),
    differentiable: true,
  };
}

/**
 * f32 numbers in random order of which no two are nearer than 0.07 and none is nearer than 0.03 to
 * 0: for functions with kinks there and where elements tie.
 */
export function distinct(shape: Shape): Input {
  const size = sizeOf(shape);
  let order: Uint32Array | undefined;
  return {
    shape,
    dtype: "f32",
    element: (random, i) => {
      order = i === 0 ? random.permutation(size) : order!;
      return 0.07 * (order[i]! - Math.floor(size / 2)) + 0.035;
    },
    differentiable: true,
  };
}

/** f32 numbers at least 0.1 away from any integer and any half. */
export function fractional(shape: Shape): Input {
  return {
    shape,
    dtype: "f32",
    element: (random) => random.integer(8) - 4 + random.integer(2) / 2 + random.uniform(0.1, 0.4),
    differentiable: true,
  };
}

/** These f32 numbers, which the case is not differentiated for: ties, special values. */
export function given(shape: Shape, numbers: readonly number[]): Input {
  return {
    shape,
    dtype: "f32",
    element: (_, i) => numbers[i % numbers.length]!,
    differentiable: false,
  };
}

/** Uniform i32 numbers in [low, high). */
export function integers(shape: Shape, low = -9, high = 10): Input {
  return {
    shape,
    dtype: "i32",
    element: (random) => low + random.integer(high - low),
    differentiable: false,
  };
}

/** These i32 numbers. */
export function indices(shape: Shape, numbers: readonly number[]): Input {
  return { ...given(shape, numbers), dtype: "i32" };
}

/** Uniform u8 numbers. */
export function bytes(shape: Shape): Input {
  return { ...integers(shape, 0, 256), dtype: "u8" };
}

/** The same input, left out of the gradient check. */
export function constant(input: Input): Input {
  return { ...input, differentiable: false };
}

/** Examples of one op: each a description of what is special, its inputs and its output. */
export function examples(
  op: string,
  list: readonly (readonly [string, readonly Input[], (...nodes: Node[]) => Node])[],
): Case[] {
  return list.map(([special, inputs, output]) => ({
    name: `${op}: ${special}`,
    op,
    inputs,
    output,
  }));
}

/** Functions of tensors, as they are in a program. */
export function functions(
  list: readonly (readonly [string, readonly Input[], (...tensors: Tensor[]) => Tensor])[],
): Case[] {
  return compositions(list.map(([name, inputs, output]) => [name, inputs, onNodes(output)]));
}

/** Compositions of ops. */
export function compositions(
  list: readonly (readonly [string, readonly Input[], (...nodes: Node[]) => Node])[],
): Case[] {
  return list.map(([name, inputs, output]) => ({ name, op: undefined, inputs, output }));
}
