import { mergeAxes } from "../../../lib/compile/merge_axes.ts";
import { partFor, type ReduceKernel } from "../../../lib/graph/kernel.ts";
import { DeviceError } from "../../../lib/core/errors.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../../../lib/core/shape.ts";
import type { Operands } from "../shader/bindings.ts";
import { emitExpression, hasQuads } from "../elementwise/expression.ts";
import type { Tiling } from "../product/tile.ts";
import type { Emitted } from "../shader/source.ts";
import { emitReduced, partsOf } from "./reduction.ts";

/** A reduction: for each result one dispatch, or two where there are few outputs of many elements. */
export function emitReduce(kernel: ReduceKernel, operands: Operands, tiling: Tiling): Emitted {
  const results = kernel.expression.stores.map((_, result) => {
    const expression = partFor(kernel.expression, result);
    return emitResult({ ...kernel, expression }, operands, result, tiling);
  });
  return {
    dispatches: results.flatMap(({ dispatches }) => dispatches),
    scratch: Math.max(...results.map(({ scratch = 0 }) => scratch)),
  };
}

function emitResult(
  kernel: ReduceKernel,
  operands: Operands,
  result: number,
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
    const [value] = values as [string[]];
    const returned = quads ? `vec4<${dtype}>(${value.join(", ")})` : value[0];
    return `let i = ${rowMajorIndex(shape, axes, names)};\n  ${code}\n  return ${returned};`;
  }, result);
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
