import { mergeAxes } from "../../../lib/compile/merge_axes.ts";
import { partFor, type ReduceKernel } from "../../../lib/graph/kernel.ts";
import { DeviceError } from "../../../lib/core/errors.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../../../lib/core/shape.ts";
import type { Operands } from "../shader/bindings.ts";
import { emitExpression, hasQuads } from "../elementwise/expression.ts";
import type { Tiling } from "../product/tile.ts";
import type { Emitted } from "../shader/source.ts";
import { emitReduced, partsOf } from "./reduction.ts";

/** Results that are reduced at once on cards: so many fit into the memory of a workgroup. */
const atOnce = 3;

/**
 * A reduction: for each result (on cards, for some at once) one dispatch, or more where there are few
 * outputs of many elements.
 */
export function emitReduce(kernel: ReduceKernel, operands: Operands, tiling: Tiling): Emitted {
  const { expression } = kernel, numbers = expression.stores.map((_, result) => result);
  const emitted = tiling === "workgroup" && numbers.length <= atOnce
    ? [emitResults(kernel, operands, numbers, tiling)]
    : numbers.map((result) => {
      const part = { ...kernel, expression: partFor(expression, result) };
      return emitResults(part, operands, [result], tiling);
    });
  return {
    dispatches: emitted.flatMap(({ dispatches }) => dispatches),
    scratch: Math.max(...emitted.map(({ scratch = 0 }) => scratch)),
  };
}

/** The dispatches of all results of a kernel at once, into some of a launch's outputs. */
function emitResults(
  kernel: ReduceKernel,
  operands: Operands,
  results: readonly number[],
  tiling: Tiling,
): Emitted {
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
  const outputsFastest = axes.at(-1) !== shape.length - 1;
  const parts = partsOf(outputs, elements, outputsFastest, tiling);
  const quads = tiling === "workgroup" && hasQuads(shape);
  const reduction = {
    combine,
    dtype,
    outputs,
    elements,
    parts,
    outputsFastest,
    hasQuads: quads,
  };
  const names = {
    output: quads && outputsFastest ? "(output * 4u)" : "output",
    k: quads && !outputsFastest ? "(k * 4u)" : "k",
  };
  return emitReduced(reduction, operands, tiling, (bindings) => {
    const point = { index: "i" }, lanes = quads ? 4 : 1;
    const { code, values } = emitExpression(kernel.expression, shape, point, bindings, lanes);
    const lanesOf = values.map((value) =>
      quads ? `vec4<${dtype}>(${value.join(", ")})` : value[0]!
    );
    const returned = lanesOf.length === 1 ? lanesOf[0] : `Value(${lanesOf.join(", ")})`;
    return `let i = ${rowMajorIndex(shape, axes, names)};\n  ${code}\n  return ${returned};`;
  }, results);
}

/** WGSL of the row-major index in `shape`, from an index over the kept axes and one over the others. */
function rowMajorIndex(
  shape: Shape,
  axes: readonly number[],
  names: { readonly output: string; readonly k: string },
): string {
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
  return [...part(names.output, false), ...part(names.k, true)].join(" + ") || "0u";
}
