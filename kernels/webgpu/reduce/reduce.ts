import { mergeAxes } from "../../../lib/compile/merge_axes.ts";
import type { ReduceKernel } from "../../../lib/graph/kernel.ts";
import { DeviceError } from "../../../lib/core/errors.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../../../lib/core/shape.ts";
import { Bindings, type Operands } from "../shader/bindings.ts";
import { emitExpression } from "../elementwise/expression.ts";
import type { Tiling } from "../product/tile.ts";
import type { Emitted } from "../shader/source.ts";
import { emitReduction, emitTotal, partsOf } from "./reduction.ts";

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

  // The second dispatch reads the scratch buffer, whose number comes after the launch's own.
  const scratch = Math.max(-1, ...operands.inputs, ...operands.outputs) + 1;
  const target = parts > 1 ? scratch : operands.outputs[0]!;
  const bindings = new Bindings(operands, [target]);
  const store = bindings.write(target, dtype, "i", "value");
  const { code, values } = emitExpression(kernel.expression, shape, { index: "i" }, bindings);
  const first = emitReduction({
    combine,
    dtype,
    outputs,
    elements,
    parts,
    outputsFastest: axes.at(-1) !== shape.length - 1,
    element: `let i = ${rowMajorIndex(shape, axes)};\n  ${code}\n  return ${values[0]};`,
    store,
  }, bindings);
  if (parts === 1) return { dispatches: [first] };
  const total = new Bindings(operands);
  const second = emitTotal(
    {
      combine,
      dtype,
      outputs,
      elements: parts,
      store: total.store(0, dtype, "i", "value"),
    },
    scratch,
    total,
  );
  return { dispatches: [first, second], scratch: outputs * parts * 4 };
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
