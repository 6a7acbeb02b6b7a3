import { bytesPerElement, type DType } from "../../../lib/core/dtype.ts";
import { type Shape, stridesOf } from "../../../lib/core/shape.ts";
import type { Expression, View } from "../../../lib/graph/kernel.ts";
import { loadLanes } from "../memory/lanes.ts";
import type { Arguments } from "../stages/builder.ts";
import type { FunctionBuilder, Integer, Local, Operand, Vector } from "../wasm/assembler.ts";
import { i32, i32x4 } from "../wasm/instructions.ts";
import type { Lanes } from "./expression.ts";

/** Something that moves with the index: an element of a buffer, or an index itself. */
export interface Access {
  readonly view: View;
  /** The buffer; undefined where the "address" is itself the number (iota, random positions). */
  readonly buffer: { readonly kind: "input" | "output"; readonly number: number } | undefined;
  readonly dtype: DType;
}

/** An iteration space and what moves in it. */
export interface Space {
  readonly shape: Shape;
  readonly reduced: readonly boolean[];
  /** For steps of the expression that read something at the index. */
  readonly reads: ReadonlyMap<number, Access>;
  /** For each store, row-major; none in a reduction. */
  readonly writes: readonly Access[];
}

/** Bytes from one element to the next; an index counts as one byte. */
const unitOf = (access: Access) => access.buffer === undefined ? 1 : bytesPerElement[access.dtype];

/** Bytes that an access moves with a step along an axis. */
const strideOf = (access: Access, axis: number): number =>
  access.view.strides[axis]! * unitOf(access);

/** The space of a kernel, which may reduce `over` some axes of it. */
export function spaceOf(shape: Shape, expression: Expression, over?: readonly number[]): Space {
  const rowMajor: View = { offset: 0, strides: stridesOf(shape) };
  const reads = new Map<number, Access>();
  expression.steps.forEach((step, index) => {
    if (step.kind === "load" && step.view.strides.some((stride) => stride !== 0)) {
      const buffer = { kind: "input" as const, number: step.input };
      reads.set(index, { view: step.view, buffer, dtype: step.dtype });
    } else if (step.kind === "iota") {
      const strides = shape.map((_, axis) => axis === step.axis ? 1 : 0);
      reads.set(index, { view: { offset: 0, strides }, buffer: undefined, dtype: "i32" });
    } else if (step.kind === "randomUniform") {
      reads.set(index, { view: rowMajor, buffer: undefined, dtype: "i32" });
    }
  });
  const writes = over !== undefined ? [] : expression.stores.map(({ dtype }, number) => ({
    view: rowMajor,
    buffer: { kind: "output" as const, number },
    dtype,
  }));
  const reduced = shape.map((_, axis) => over?.includes(axis) ?? false);
  return { shape, reduced, reads, writes };
}

/** The address (or the number) of an access at an index, given for some of the axes. */
export function addressAt(
  access: Access,
  args: Arguments,
  indices: readonly (Operand<"i32"> | undefined)[],
): Integer {
  const { buffer, view } = access;
  const base = buffer === undefined
    ? i32.constant(0)
    : buffer.kind === "input"
    ? args.input(buffer.number)
    : args.output(buffer.number);
  return indices.reduce<Integer>(
    (address, index, axis) =>
      index === undefined ? address : i32.add(address, i32.mul(index, strideOf(access, axis))),
    i32.add(base, view.offset * unitOf(access)),
  );
}

/** What an access holds at `address` plus offsets in elements. */
export function readLanes(access: Access, address: Integer, offsets: readonly number[]): Vector {
  if (access.buffer !== undefined) return loadLanes(address, offsets, access.dtype);
  const lanes = [0, 1, 2, 3].map((lane) => offsets[lane] ?? 0);
  return i32x4.add(i32x4.splat(address), i32x4.constant(lanes));
}

/** `Lanes` for an expression whose accesses are read by `read`. */
export function lanesOf(read: (step: number) => Vector): Lanes {
  return { load: (_, index) => read(index), count: read };
}

/** Pointers of several accesses, which move together. */
export class Pointers {
  readonly #f: FunctionBuilder;
  readonly #locals = new Map<Access, Local<"i32">>();

  /** Variables for `accesses`, set to what `start` says. */
  constructor(f: FunctionBuilder, accesses: Iterable<Access>, start: (access: Access) => Integer) {
    this.#f = f;
    for (const access of accesses) this.#locals.set(access, f.local(start(access)));
  }

  /** The address of an access now. */
  at(access: Access): Local<"i32"> {
    return this.#locals.get(access)!;
  }

  /** The same accesses in variables of their own. */
  copy(): Pointers {
    return new Pointers(this.#f, this.#locals.keys(), (access) => this.at(access));
  }

  /** Moves all by `steps` along an axis. */
  advance(axis: number, steps: number): void {
    for (const [access, pointer] of this.#locals) {
      const distance = strideOf(access, axis) * steps;
      if (distance !== 0) this.#f.increase(pointer, distance);
    }
  }
}
