import type { FunctionBuilder, Local, Operand, Value } from "../wasm/assembler.ts";
import { i32, v128 } from "../wasm/instructions.ts";
import { storeLanes } from "./lanes.ts";

/** Calls `vector` for `count` elements from an offset on, four at a time, with their byte offset. */
function overRun(
  f: FunctionBuilder,
  count: Operand<"i32">,
  vector: (offset: Value<"i32">, lanes: number) => void,
): void {
  const known = typeof count === "number" ? count : count.constant;
  if (known !== undefined) {
    const whole = known - known % 4;
    if (whole <= 16) {
      for (let at = 0; at < whole; at += 4) vector(i32.constant(at * 4), 4);
    } else f.count(0, whole * 4, 16, (offset) => vector(offset, 4));
    if (known > whole) vector(i32.constant(whole * 4), known - whole);
    return;
  }
  const end = f.local("i32", i32.mul(count, 4));
  const whole = f.local("i32", i32.and(end, -16));
  f.count(0, whole, 16, (offset) => vector(offset, 4));
  f.count(whole, end, 4, (offset) => vector(offset, 1));
}

/** Fills `count` elements of 4 bytes at `target` with a vector whose lanes are equal. */
export function fill(
  f: FunctionBuilder,
  target: Value<"i32">,
  count: Operand<"i32">,
  value: Value<"v128">,
): void {
  overRun(f, count, (offset, lanes) => {
    for (const store of storeLanes(i32.add(target, offset), value, lanes)) f.do(store);
  });
}

/** Copies `count` elements of 4 bytes. */
export function copy(
  f: FunctionBuilder,
  target: Value<"i32">,
  source: Value<"i32">,
  count: Operand<"i32">,
): void {
  overRun(f, count, (offset, lanes) =>
    f.scope(() => {
      const value = f.local("v128", v128.load(i32.add(source, offset)));
      for (const store of storeLanes(i32.add(target, offset), value, lanes)) f.do(store);
    }));
}

/** Loops over the units begin * perTask to end * perTask - 1, of which there are `units`. */
export function overUnits(
  f: FunctionBuilder,
  begin: Value<"i32">,
  end: Value<"i32">,
  perTask: number,
  units: number,
  body: (unit: Local<"i32">) => void,
): void {
  const first = f.local("i32", i32.mul(begin, perTask));
  const last = f.local("i32", i32.minU(i32.mul(end, perTask), units));
  f.count(first, last, 1, body);
}
