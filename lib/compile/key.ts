import type { Node } from "../graph/node.ts";

/** JSON in which the infinities, NaN and -0 are told apart, so that it can be a key. */
export function keyOf(value: unknown): string {
  return JSON.stringify(
    value,
    (_, x) =>
      typeof x === "number" && (!Number.isFinite(x) || Object.is(x, -0)) ? `${1 / x} ${x}` : x,
  );
}

/**
 * A text that is equal for two graphs exactly if they compute the same thing from leaves of the
 * same types, so that a program compiled for one serves the other. `order` is topological.
 */
export function structureKey(order: readonly Node[], roots: readonly Node[]): string {
  const numbers = new Map<Node, number>();
  const lines: string[] = [];
  for (const node of order) {
    numbers.set(node, numbers.size);
    const inputs = node.inputs.map((input) => numbers.get(input)).join();
    lines.push(`${node.op.name}(${inputs})${keyOf(node.attributes)}`);
  }
  return `${lines.join(";")}>${roots.map((root) => numbers.get(root)).join()}`;
}
