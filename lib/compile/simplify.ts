import { Node, topologicalOrder, within } from "../graph/node.ts";
import { nodeKey } from "./key.ts";

/**
 * An equal graph that is cheaper: equal nodes become one, and each becomes what its row makes of it
 * (arithmetic with literals is done now, a 1x1 convolution becomes the matmul that it is). Leaves
 * stay the same nodes.
 */
export function simplify(roots: readonly Node[]): Node[] {
  const replacement = new Map<Node, Node>();
  const known = new Map<string, Node>();
  const numbers = new Map<Node, number>();
  const numberOf = (node: Node) => numbers.getOrInsert(node, numbers.size);
  /** The node that stands for all nodes equal to this one, whose inputs stand for theirs already. */
  const unique = (node: Node): Node => {
    if (node.op.kind === "leaf") return node;
    return known.getOrInsert(nodeKey(node, numberOf), node);
  };
  /** `node` or its equal, after the same for inputs that a rule has just built. */
  const canonical = (node: Node): Node => {
    if (numbers.has(node)) return node;
    const result = unique(withInputs(node, node.inputs.map(canonical)));
    numberOf(result);
    return result;
  };
  for (const node of topologicalOrder(roots)) {
    const inputs = node.inputs.map((input) => replacement.get(input)!);
    const current = withInputs(node, inputs);
    const simple = within(
      node.origin,
      () => node.op.simplify?.(current, node.attributes) ?? current,
    );
    replacement.set(node, canonical(simple));
  }
  return roots.map((root) => replacement.get(root)!);
}

function withInputs(node: Node, inputs: readonly Node[]): Node {
  return inputs.every((input, i) => input === node.inputs[i])
    ? node
    : new Node(node.op, inputs, node.attributes, node.origin);
}
