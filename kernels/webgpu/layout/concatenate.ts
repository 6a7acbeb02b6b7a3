import type { ConcatenateKernel } from "../../../lib/graph/kernel.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { constants, type Emitted, entryPoint } from "../shader/source.ts";
import concatenate from "./concatenate.wgsl" with { type: "text" };

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
