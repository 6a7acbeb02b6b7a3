import type { FunctionBuilder, Integer, Operand, Vector } from "../wasm/assembler.ts";
import { known } from "../wasm/encoding.ts";
import { i32, v128 } from "../wasm/instructions.ts";
import { storeLanes } from "./lanes.ts";

/** Calls `vector` for `count` elements from an offset on, four at a time, with their byte offset. */
function overRun(
  f: FunctionBuilder,
  count: Operand<"i32">,
  vector: (offset: Integer, lanes: number) => void,
): void {
  const size = known(count);
  if (size !== undefined) {
    const whole = size - size % 4;
    if (whole <= 16) {
      for (let at = 0; at < whole; at += 4) vector(i32.constant(at * 4), 4);
    } else f.count(0, whole * 4, 16, (offset) => vector(offset, 4));
    if (size > whole) vector(i32.constant(whole * 4), size - whole);
    return;
  }
  const end = f.local(i32.mul(count, 4));
  const whole = f.local(i32.and(end, -16));
  f.count(0, whole, 16, (offset) => vector(offset, 4));
  f.count(whole, end, 4, (offset) => vector(offset, 1));
}

/** Fills `count` elements of 4 bytes at `target` with a vector whose lanes are equal. */
export function fill(
  f: FunctionBuilder,
  target: Integer,
  count: Operand<"i32">,
  value: Vector,
): void {
  overRun(f, count, (offset, lanes) => {
    storeLanes(f, i32.add(target, offset), value, lanes);
  });
}

/** Copies `count` elements of 4 bytes. */
export function copy(
  f: FunctionBuilder,
  target: Integer,
  source: Integer,
  count: Operand<"i32">,
): void {
  overRun(f, count, (offset, lanes) =>
    f.scope(() => {
      const value = f.local(v128.load(i32.add(source, offset)));
      storeLanes(f, i32.add(target, offset), value, lanes);
    }));
}

/**
 * Moves `count` floats, no more and no less: whole vectors, then one that overlaps the vector
 * before it. Without a source, zeros. The two must not overlap.
 */
export function moveFloats(
  f: FunctionBuilder,
  to: Integer,
  from: Integer | undefined,
  count: number,
): void {
  if (count <= 0) return;
  const vector = (target: Integer, source: Integer | undefined, offset: number) =>
    f.do(v128.store(target, source === undefined ? zero : v128.load(source, offset), offset));
  if (count < 4) {
    for (let lane = 0; lane < count; lane++) {
      f.do(i32.store(to, from === undefined ? 0 : i32.load(from, lane * 4), lane * 4));
    }
    return;
  }
  const whole = Math.floor(count / 4), unroll = 4;
  if (whole <= 2 * unroll) {
    for (let i = 0; i < whole; i++) vector(to, from, i * 16);
  } else {
    f.scope(() => {
      const target = f.local(to);
      const source = from === undefined ? undefined : f.local(from);
      const counter = f.local(i32.constant(Math.floor(whole / unroll)));
      f.repeat(() => {
        for (let i = 0; i < unroll; i++) vector(target, source, i * 16);
        f.increase(target, unroll * 16);
        if (source !== undefined) f.increase(source, unroll * 16);
        f.increase(counter, -1);
        return counter;
      });
      for (let i = 0; i < whole % unroll; i++) vector(target, source, i * 16);
    });
  }
  if (count % 4 !== 0) vector(to, from, count * 4 - 16);
}

const zero = v128.constant(new Array(16).fill(0));
