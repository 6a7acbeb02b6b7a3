import type { Shape } from "../core/shape.ts";
import {
  type Kernel,
  type MapKernel,
  type ReduceKernel,
  stepOver,
  stepStrides,
} from "../graph/kernel.ts";

/**
 * Groups of neighbouring axes, outermost first, that all of `strides` walk like one axis. Axes of
 * size 1 are in none, and those of different `kinds` in different ones.
 */
export function mergeAxes(
  shape: Shape,
  strides: readonly (readonly number[])[],
  kinds: readonly unknown[] = [],
): number[][] {
  const groups: number[][] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const group = groups.at(-1), outer = group?.at(-1);
    const joins = outer !== undefined && kinds[outer] === kinds[axis] &&
      strides.every((stride) => stride[outer] === stride[axis]! * size);
    if (joins) group!.push(axis);
    else groups.push([axis]);
  });
  return groups;
}

/** The same kernel over as few axes as what it reads allows, so that devices need not look for them. */
export function withMergedAxes(kernel: Kernel): Kernel {
  switch (kernel.kind) {
    case "map": {
      const { shape, expression } = mergedSpace(kernel, []);
      return { ...kernel, shape, expression };
    }
    case "reduce":
      return { ...kernel, ...mergedSpace(kernel, kernel.axes) };
    default:
      return kernel;
  }
}

/** An expression over as few axes as its views allow; those that are `reduced` merge with each other. */
export function mergedSpace(
  { shape, expression }: Pick<MapKernel, "shape" | "expression">,
  reduced: readonly number[],
): Pick<ReduceKernel, "shape" | "axes" | "expression"> {
  const strides = expression.steps.flatMap((step) => {
    const walked = stepStrides(step, shape.length);
    return walked === undefined ? [] : [walked];
  });
  const isReduced = shape.map((_, axis) => reduced.includes(axis));
  const groups = mergeAxes(shape, strides, isReduced);
  return {
    shape: groups.map((group) => group.reduce((size, axis) => size * shape[axis]!, 1)),
    axes: groups.flatMap(([first], axis) => isReduced[first!] ? [axis] : []),
    expression: { ...expression, steps: expression.steps.map((step) => stepOver(step, groups)) },
  };
}
