import type { ConcatenateKernel } from "../../../lib/graph/kernel.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { type Emitted, threadsDispatch } from "../shader/source.ts";

/** Inputs one after another: a dispatch for each, since there may be more than can be bound at once. */
export function emitConcatenate({ inner, outer }: ConcatenateKernel, operands: Operands): Emitted {
  const total = inner.reduce((sum, size) => sum + size, 0);
  let offset = 0;
  const dispatches = inner.map((size, input) => {
    const bindings = new Bindings(operands);
    // Blocks of `size` words go to their place in blocks of `total`.
    const block = Math.max(1, size);
    const place = `(thread / ${block}u) * ${total}u + ${offset}u + thread % ${block}u`;
    offset += size;
    const copy = bindings.store(0, "u32", place, bindings.load(input, "u32", "thread"));
    return threadsDispatch(outer * size, bindings, [`fn run(thread: u32) { ${copy} }`]);
  });
  return { dispatches };
}
