import type { Node } from "../lib/graph/node.ts";
import { Tensor } from "../lib/tensor/tensor.ts";
import { record } from "../lib/tensor/tracing.ts";

/** A function of tensors as one of nodes, whose numbers are part of the graph as in a program. */
export function onNodes(fn: (...tensors: Tensor[]) => Tensor): (...nodes: Node[]) => Node {
  return (...nodes) => record(() => fn(...nodes.map((node) => new Tensor(node)))).node;
}
