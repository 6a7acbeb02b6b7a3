import type { ConcatenateKernel, PadKernel } from "../../lib/graph/kernel.ts";
import { sizeOf, stridesOf } from "../../lib/core/shape.ts";
import { Bindings, type Operands } from "./bindings.ts";
import concatenate from "./concatenate.wgsl" with { type: "text" };
import pad from "./pad.wgsl" with { type: "text" };
import { constants, type Emitted, entryPoint } from "./source.ts";

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
  const { code, workgroups } = entryPoint(sizeOf(output));
  const source = `
fn load(i: u32) -> u32 { return ${bindings.load(0, "u32", "i")}; }
fn finish(i: u32, value: u32) { ${bindings.store(0, "u32", "i", "value")} }
fn source_of(i: u32) -> Source {
  var source = Source(0u, true);
  ${lines.join("\n  ")}
  return source;
}
${constants({ FRAME: bitsOf(value, dtype) })}${pad}${code}`;
  return {
    dispatches: [{ code: bindings.declarations + source, bindings: bindings.list, workgroups }],
    scratch: [],
  };
}

/** Inputs one after another: a dispatch for each, since there may be more than can be bound at once. */
export function emitConcatenate(kernel: ConcatenateKernel, operands: Operands): Emitted {
  const total = kernel.inner.reduce((sum, inner) => sum + inner, 0);
  let offset = 0;
  const dispatches = kernel.inner.map((inner, input) => {
    const bindings = new Bindings(operands);
    const load = bindings.load(input, "u32", "i"), store = bindings.store(0, "u32", "i", "value");
    const { code, workgroups } = entryPoint(kernel.outer * inner);
    const source = `${bindings.declarations}
fn load(i: u32) -> u32 { return ${load}; }
fn finish(i: u32, value: u32) { ${store} }
${constants({ INNER: Math.max(1, inner), TOTAL: total, OFFSET: offset })}${concatenate}${code}`;
    offset += inner;
    return { code: source, bindings: bindings.list, workgroups };
  });
  return { dispatches, scratch: [] };
}
