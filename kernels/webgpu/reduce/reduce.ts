import { mergeAxes } from "../../../lib/compile/merge_axes.ts";
import type { ReduceKernel } from "../../../lib/graph/kernel.ts";
import { DeviceError } from "../../../lib/core/errors.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../../../lib/core/shape.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { emitExpression, prelude } from "../elementwise/expression.ts";
import type { Tiling } from "../product/tile.ts";
import { combineOf } from "./combine.ts";
import reduce from "./reduce.wgsl" with { type: "text" };
import { constants, type Dispatch, type Emitted, threadsDispatch } from "../shader/source.ts";

/** The longest chain of sums in one thread, how many threads are worth having, and for one output. */
const limits = {
  register: { chain: 4096, threads: 256, most: 256 },
  workgroup: { chain: 64, threads: 65536, most: 1024 },
};

/** A reduction: one dispatch, or two where there are few outputs of many elements. */
export function emitReduce(kernel: ReduceKernel, operands: Operands, tiling: Tiling): Emitted {
  const { shape, axes, combine, dtype } = kernel;
  if (sizeOf(shape) > 2 ** 32) {
    throw new DeviceError(
      `webgpu: ${combine} over ${formatShape(shape)}: expected at most 2^32 elements, which an ` +
        `index reaches; reduce parts of it, or setDevice("cpu")`,
    );
  }
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const outputs = sizeOf(kept.map((axis) => shape[axis]!));
  const elements = sizeOf(axes.map((axis) => shape[axis]!));
  const parts = partsOf(outputs, elements, tiling);
  const outputsFastest = axes.at(-1) !== shape.length - 1;

  const dispatch = (
    bindings: Bindings,
    counts: { elements: number; parts: number; outputsFastest: boolean },
    element: string,
    store: string,
  ): Dispatch =>
    threadsDispatch(outputs * counts.parts, bindings, [
      prelude,
      constants({
        OUTPUTS: outputs,
        ELEMENTS: counts.elements,
        LAST: Math.max(0, counts.elements - 1),
        PARTS: counts.parts,
        OUTPUTS_FASTEST: counts.outputsFastest,
      }),
      combineOf(combine, dtype),
      `fn element(output: u32, k: u32) -> ${dtype} {\n  ${element}\n}`,
      `fn finish(i: u32, value: ${dtype}) { ${store} }`,
      reduce,
    ]);

  // The second dispatch reads the scratch buffer, whose number comes after the launch's own.
  const scratch = Math.max(-1, ...operands.inputs, ...operands.outputs) + 1;
  const target = parts > 1 ? scratch : operands.outputs[0]!;
  const first = new Bindings(operands, [target]);
  const store = first.write(target, dtype, "i", "value");
  const index = rowMajorIndex(shape, axes);
  const { code, values } = emitExpression(kernel.expression, shape, { index: "i" }, first);
  const head = elements === 0
    ? "return identity();"
    : `let i = ${index};\n  ${code}\n  return ${values[0]};`;
  const dispatches = [dispatch(first, { elements, parts, outputsFastest }, head, store)];
  if (parts === 1) return { dispatches };

  const second = new Bindings(operands);
  const total = second.store(0, dtype, "i", "value");
  const part = `return ${second.read(scratch, dtype, `k * ${outputs}u + output`)};`;
  dispatches.push(
    dispatch(second, { elements: parts, parts: 1, outputsFastest: true }, part, total),
  );
  return { dispatches, scratch: outputs * parts * 4 };
}

/** How many threads share the elements of each output. */
function partsOf(outputs: number, elements: number, tiling: Tiling): number {
  if (elements < 64) return 1;
  const { chain, threads, most } = limits[tiling];
  const wanted = Math.max(threads / outputs, elements / chain);
  return Math.max(1, Math.floor(Math.min(wanted, Math.sqrt(elements), most)));
}

/** WGSL of the row-major index in `shape`, from an index over the kept axes and one over the others. */
function rowMajorIndex(shape: Shape, axes: readonly number[]): string {
  const strides = stridesOf(shape), isReduced = shape.map((_, axis) => axes.includes(axis));
  // Axes that lie side by side are one.
  const groups = mergeAxes(shape, [], isReduced);
  const part = (name: string, reduced: boolean) => {
    const chosen = groups.filter(([first]) => isReduced[first!] === reduced);
    let inner = 1;
    return chosen.toReversed().map((group) => {
      const size = sizeOf(group.map((axis) => shape[axis]!));
      const divided = inner === 1 ? name : `${name} / ${inner}u`;
      const index = group === chosen[0] ? `(${divided})` : `((${divided}) % ${size}u)`;
      inner *= size;
      return `${index} * ${strides[group.at(-1)!]}u`;
    });
  };
  return [...part("output", false), ...part("k", true)].join(" + ") || "0u";
}
