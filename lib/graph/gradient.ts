import { formatShape } from "../core/shape.ts";
import { type Node, topologicalOrder, within } from "./node.ts";
import { add } from "./ops/elementwise.ts";
import { literal } from "./ops/generate.ts";

/**
 * The gradients of a scalar `output` with respect to `variables`, as nodes of the same graph:
 * reverse-mode differentiation, by walking from the output to the variables and asking each op's
 * row for the gradients of its inputs.
 */
export function gradients(output: Node, variables: readonly Node[]): Node[] {
  if (output.shape.length !== 0 || output.dtype !== "f32") {
    throw new TypeError(
      `gradient: expected a scalar f32 to differentiate, found ${output.dtype} ` +
        `${formatShape(output.shape)}; reduce it first, for example with mean()`,
    );
  }
  const order = topologicalOrder([output]);
  const wanted = new Set<Node>(variables);
  // Only what lies between the variables and the output needs a gradient.
  const relevant = new Set<Node>();
  for (const node of order) {
    if (wanted.has(node) || node.inputs.some((input) => relevant.has(input))) relevant.add(node);
  }
  const sums = new Map<Node, Node>([[output, literal(1)]]);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i]!;
    const outputGradient = sums.get(node);
    if (outputGradient === undefined || !relevant.has(node)) continue;
    if (!node.inputs.some((input) => relevant.has(input))) continue;
    within({ layer: node.origin?.layer, part: "gradient" }, () => {
      node.op.gradient!(outputGradient, node, node.attributes).forEach((g, index) => {
        const input = node.inputs[index]!;
        if (g === undefined || !relevant.has(input)) return;
        const before = sums.get(input);
        sums.set(input, before === undefined ? g : add(before, g));
      });
    });
  }
  return variables.map((variable) => sums.get(variable) ?? literal(0, variable.shape));
}
