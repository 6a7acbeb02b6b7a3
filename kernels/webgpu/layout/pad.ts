import type { PadKernel } from "../../../lib/graph/kernel.ts";
import { sizeOf, stridesOf } from "../../../lib/core/shape.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import pad from "./pad.wgsl" with { type: "text" };
import { constants, type Emitted, threadsDispatch } from "../shader/source.ts";

/** The bits of a number as f32 or i32. */
function bitsOf(value: number, dtype: "f32" | "i32"): number {
  const array = dtype === "f32" ? new Float32Array([value]) : new Int32Array([value]);
  return new Uint32Array(array.buffer)[0]!;
}

/** A frame around an input, and between its elements. Bits are copied, whatever they mean. */
export function emitPad(kernel: PadKernel, operands: Operands): Emitted {
  const { input, output, low, interior, value, dtype } = kernel;
  const bindings = new Bindings(operands);
  const from = stridesOf(input), to = stridesOf(output);
  const lines = output.map((size, axis) =>
    `source = along(source, (i / ${to[axis]}u) % ${size}u, ${low[axis]}u, ${input[axis]}u, ` +
    `${interior[axis]! + 1}u, ${from[axis]}u);`
  );
  const source = `fn source_of(i: u32) -> Source {
  var source = Source(0u, true);
  ${lines.join("\n  ")}
  return source;
}`;
  const dispatch = threadsDispatch(sizeOf(output), bindings, [
    bindings.loader("load", 0, "u32"),
    bindings.finisher("u32"),
    source,
    constants({ FRAME: bitsOf(value, dtype) }),
    pad,
  ]);
  return { dispatches: [dispatch] };
}
