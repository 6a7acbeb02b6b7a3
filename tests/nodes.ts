import type { Node } from "../lib/graph/node.ts";
import { add } from "../lib/graph/ops/elementwise.ts";
import { literal } from "../lib/graph/ops/generate.ts";
import { Tensor } from "../lib/tensor/tensor.ts";
import { record } from "../lib/tensor/tracing.ts";

/** A function of tensors as one of nodes, whose numbers are part of the graph as in a program. */
export function onNodes(fn: (...tensors: Tensor[]) => Tensor): (...nodes: Node[]) => Node {
  return (...nodes) => record(() => fn(...nodes.map((node) => new Tensor(node)))).node;
}

/** `x` plus a constant of the formula. */
export const offset = (x: Node, summand: number): Node =>
  add(x, literal(summand, x.shape, x.dtype));
