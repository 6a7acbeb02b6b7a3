import type { Node } from "../graph/node.ts";

/** JSON in which the infinities, NaN and -0 are told apart, so that it can be a key. */
export function keyOf(value: unknown): string {
  return JSON.stringify(
    value,
    (_, x) =>
      typeof x === "number" && (!Number.isFinite(x) || Object.is(x, -0)) ? `${1 / x} ${x}` : x,
  );
}

/** A text that is equal for nodes of one op on the same inputs, by their numbers. */
export function nodeKey(node: Node, numberOf: (input: Node) => number): string {
  return `${node.op.name}(${node.inputs.map(numberOf)})${keyOf(node.attributes)}`;
}

/**
 * A text that is equal for two graphs exactly if they compute the same thing from leaves of the
 * same types, so that a program compiled for one serves the other. `order` is topological.
 */
export function structureKey(order: readonly Node[], roots: readonly Node[]): string {
  const numbers = new Map(order.map((node, i) => [node, i]));
  const numberOf = (node: Node) => numbers.get(node)!;
  return `${order.map((node) => nodeKey(node, numberOf)).join(";")}>${roots.map(numberOf)}`;
}
