/**
 * Small graphs that between them use every op in every way, with seeded data. The gradient check,
 * the comparison of devices and the parity tests go through this list, so a new op is tested by
 * adding examples of it here; an op without any fails the tests.
 *
 * @module
 */
import { Random } from "../lib/core/random.ts";
import { sizeOf } from "../lib/core/shape.ts";
import { leaf, type Node } from "../lib/graph/node.ts";
import { gradients } from "../lib/graph/gradient.ts";
import { multiply } from "../lib/graph/ops/elementwise.ts";
import { reduceSum } from "../lib/graph/ops/reduce.ts";
import { opTable } from "../lib/graph/table.ts";
import type { Case, Input } from "./cases/case.ts";
import { elementwiseCases } from "./cases/elementwise.ts";
import { fusionCases } from "./cases/fusion.ts";
import { layerCases } from "./cases/layers.ts";
import { layoutCases } from "./cases/layout.ts";
import { productCases } from "./cases/products.ts";
import { reduceCases } from "./cases/reduce.ts";
import { windowCases } from "./cases/window.ts";

export type { Case, Input };

/** Every case. */
export const cases: readonly Case[] = [
  ...elementwiseCases,
  ...layoutCases,
  ...reduceCases,
  ...productCases,
  ...windowCases,
  ...layerCases,
  ...fusionCases,
];

/** A case as a graph with data. */
export interface Built {
  /** The inputs, then (if the output is f32) the weights of `loss`. */
  readonly leaves: readonly Node[];
  readonly data: ReadonlyMap<Node, Float64Array>;
  readonly output: Node;
  /** Inputs with respect to which the case can be differentiated; maybe none. */
  readonly variables: readonly Node[];
  /** The sum of the output's elements times random weights. */
  readonly loss: Node | undefined;
}

/** The data of an input: seeded, and exact in its dtype. */
export function draw(input: Input, seed: number, stream: number): Float64Array {
  const random = new Random(seed, stream);
  return Float64Array.from({ length: sizeOf(input.shape) }, (_, i) => {
    const x = input.element(random, i);
    return input.dtype === "f32" ? Math.fround(x) : x;
  });
}

/** Builds the graph of a case and draws its data. */
export function build(item: Case, seed = 1): Built {
  const leaves = item.inputs.map(({ shape, dtype }) => leaf(shape, dtype));
  const data = new Map(leaves.map((node, i) => [node, draw(item.inputs[i]!, seed, i)]));
  const output = item.output(...leaves);
  const smooth = item.op === undefined || opTable.get(item.op)?.gradient !== undefined ||
    item.op === "leaf";
  const variables = output.dtype === "f32" && smooth
    ? leaves.filter((_, i) => item.inputs[i]!.differentiable && leaves[i]!.dtype === "f32")
    : [];
  if (variables.length === 0) return { leaves, data, output, variables, loss: undefined };
  const weights = leaf(output.shape, "f32");
  const random = new Random(seed, 1000);
  data.set(
    weights,
    Float64Array.from({ length: sizeOf(output.shape) }, () => {
      return Math.fround(random.uniform(-1, 1));
    }),
  );
  const loss = reduceSum(multiply(output, weights));
  return { leaves: [...leaves, weights], data, output, variables, loss };
}

/** The gradients of a built case's loss; none where it has no loss. */
export function gradientsOf({ loss, variables }: Built): Node[] {
  return loss === undefined ? [] : gradients(loss, variables);
}
