/**
 * Moving four lanes between memory and a vector. Addresses are in bytes, offsets in elements and
 * known when the kernel is emitted. Reading past the end of a buffer is harmless (each has slack
 * behind it); reading before it, or at strides past it, is not.
 *
 * @module
 */

import { bytesPerElement, type DType } from "../../../lib/core/dtype.ts";
import type { FunctionBuilder, Integer, Vector } from "../wasm/assembler.ts";
import { i16x8, i32, i32x4, v128 } from "../wasm/instructions.ts";

/** The element offsets of `count` lanes whose neighbours are `stride` apart. */
export function laneOffsets(stride: number, count = 4): number[] {
  return Array.from({ length: count }, (_, lane) => lane * stride);
}

const ascending = (offsets: readonly number[]) =>
  offsets.every((offset, lane) => offset === offsets[0]! + lane);

/**
 * The elements at `address` plus each of 1 to 4 offsets, as f32 or i32 lanes (u8 widens to i32).
 * Lanes beyond the offsets hold anything.
 */
export function loadLanes(address: Integer, offsets: readonly number[], dtype: DType): Vector {
  const size = bytesPerElement[dtype];
  const at = offsets.map((offset) => offset * size);
  if (at.every((offset) => offset === at[0])) {
    return dtype === "u8"
      ? i32x4.splat(i32.load8U(address, at[0]))
      : v128.load32Splat(address, at[0]);
  }
  if (ascending(offsets)) {
    return dtype === "u8"
      ? i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(v128.load32Zero(address, at[0])))
      : v128.load(address, at[0]);
  }
  if (dtype === "u8") {
    return at.slice(1).reduce(
      (vector, offset, lane) => i32x4.replaceLane(vector, lane + 1, i32.load8U(address, offset)),
      i32x4.splat(i32.load8U(address, at[0])),
    );
  }
  const pairs = at.length === 4 && offsets[1] === offsets[0]! + 1 && offsets[3] === offsets[2]! + 1;
  if (pairs) return v128.load64Lane(address, v128.load64Zero(address, at[0]), 1, at[2]);
  return at.slice(1).reduce(
    (vector, offset, lane) => v128.load32Lane(address, vector, lane + 1, offset),
    v128.load32Zero(address, at[0]),
  );
}

/** Stores the first `count` lanes (1 to 4) at `address` plus `offset` elements of 4 bytes. */
export function storeLanes(
  f: FunctionBuilder,
  address: Integer,
  vector: Vector,
  count: number,
  offset = 0,
): void {
  if (count === 4) return f.do(v128.store(address, vector, offset * 4));
  if (count >= 2) f.do(v128.store64Lane(address, vector, 0, offset * 4));
  if (count % 2 === 1) {
    f.do(v128.store32Lane(address, vector, count - 1, (offset + count - 1) * 4));
  }
}

/** All bits in the first `count` lanes, none in the others. */
export function laneMask(count: number): Vector {
  return i32x4.constant([0, 1, 2, 3].map((lane) => lane < count ? -1 : 0));
}
