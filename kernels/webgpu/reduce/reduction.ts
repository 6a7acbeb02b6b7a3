import { combines } from "../../../lib/graph/combine.ts";
import { emitLiteral } from "../elementwise/elementwise.ts";
import { prelude } from "../elementwise/expression.ts";
import type { Tiling } from "../product/tile.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { constants, type Dispatch, type Emitted, threadsDispatch } from "../shader/source.ts";
import { combineOf } from "./combine.ts";
import type { Reduction } from "./description.ts";
import { emitTree, treeParts } from "./tree.ts";
import reduce from "./reduce.wgsl" with { type: "text" };

/** The dispatch of a reduction. */
export function emitReduction(
  reduction: Reduction,
  bindings: Bindings,
  tiling: Tiling,
): Dispatch {
  if (tiling === "workgroup") return emitTree(reduction, bindings);
  const { combine, dtype, outputs, elements, parts } = reduction;
  const { identity } = combines[combine];
  // A sum begins with -0, which changes nothing, not even another -0.
  const start = combine === "sum" && elements > 0 ? -0 : identity[dtype];
  return threadsDispatch(outputs * parts, bindings, [
    prelude,
    constants({
      OUTPUTS: outputs,
      ELEMENTS: elements,
      PARTS: parts,
      OUTPUTS_FASTEST: reduction.outputsFastest,
    }),
    combineOf(combine, dtype),
    `fn nothing() -> ${dtype} { return ${emitLiteral(start, dtype)}; }`,
    reduction.functions ?? "",
    `fn element(output: u32, k: u32) -> ${dtype} {\n  ${reduction.element}\n}`,
    `fn finish(i: u32, value: ${dtype}) {\n  ${reduction.stores[0]}\n}`,
    reduce,
  ]);
}

/**
 * A reduction into outputs of a launch, the first by default: one dispatch, or where threads share the
 * numbers of an output another for each result, which find the parts in a scratch buffer.
 */
export function emitReduced(
  reduction: Omit<Reduction, "element" | "stores">,
  operands: Operands,
  tiling: Tiling,
  element: (bindings: Bindings) => string,
  results: readonly number[] = [0],
): Emitted {
  const { combine, dtype, outputs, parts } = reduction;
  // The scratch buffer's number comes after the launch's own.
  const scratch = Math.max(-1, ...operands.inputs, ...operands.outputs) + 1;
  const targets = results.map((output) => operands.outputs[output]!);
  const bindings = new Bindings(operands, parts > 1 ? [scratch] : targets);
  const firstOf = (result: number) => result * outputs * parts;
  // What is written is declared first.
  const stores = targets.map((target, result) =>
    parts > 1
      ? bindings.write(scratch, dtype, `i + ${firstOf(result)}u`, "value")
      : bindings.write(target, dtype, "i", "value")
  );
  const first = emitReduction(
    { ...reduction, element: element(bindings), stores },
    bindings,
    tiling,
  );
  if (parts === 1) return { dispatches: [first] };
  const totals = targets.map((target, result) => {
    const total = new Bindings(operands, [target]);
    const store = total.write(target, dtype, "i", "value");
    const sizes = { combine, dtype, outputs, elements: parts, store };
    return emitTotal(sizes, [scratch, firstOf(result)], total, tiling);
  });
  return { dispatches: [first, ...totals], scratch: firstOf(targets.length) * 4 };
}

/** The dispatch that combines the parts of each output, which lie in a buffer from a number on. */
export function emitTotal(
  { store, ...total }: Pick<Reduction, "combine" | "dtype" | "outputs" | "elements"> & {
    readonly store: string;
  },
  [buffer, start]: readonly [buffer: number, start: number],
  bindings: Bindings,
  tiling: Tiling,
): Dispatch {
  const { dtype, outputs } = total;
  const hasQuads = tiling === "workgroup" && outputs % 4 === 0;
  const vector = dtype === "f32" ? "vec4f" : "vec4i";
  // OUTPUTS counts quads where there are any.
  const at = `k * OUTPUTS + output + ${hasQuads ? start / 4 : start}u`;
  const part = bindings.read(buffer, hasQuads ? vector : dtype, at);
  return emitReduction(
    {
      ...total,
      stores: [store],
      parts: 1,
      outputsFastest: true,
      hasQuads,
      element: `return ${part};`,
    },
    bindings,
    tiling,
  );
}

/** The chain that is wanted in one thread, how many threads are worth having, and for one output. */
const limits = {
  register: { chain: 4096, threads: 256, most: 256 },
  workgroup: { chain: 64, threads: 65536, most: 1024 },
};

/**
 * The longest chain in one thread, whatever that takes: software adapters end the loops of a thread
 * after 65,535 turns in all, in silence.
 */
const longest = 4096;

/** How many threads share the elements of each output, where each works alone. */
export function threadsOf(outputs: number, elements: number, tiling: Tiling): number {
  if (elements < 64) return 1;
  const { chain, threads, most } = limits[tiling];
  const wanted = Math.max(threads / outputs, elements / chain);
  // Whoever combines the parts should not be longer at it than those who made them.
  const fewest = Math.ceil(elements / Math.max(longest, Math.sqrt(elements)));
  return Math.max(fewest, Math.floor(Math.min(wanted, Math.sqrt(elements), most)));
}

/** Into how many parts a reduction is cut: each for a thread, or on cards for a workgroup. */
export function partsOf(
  outputs: number,
  elements: number,
  outputsFastest: boolean,
  tiling: Tiling,
): number {
  return tiling === "workgroup"
    ? treeParts(outputs, elements, outputsFastest)
    : threadsOf(outputs, elements, tiling);
}
