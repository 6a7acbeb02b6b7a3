import { formatShape, type Shape } from "../core/shape.ts";
import type { Node } from "../graph/node.ts";

/** Nodes that one kernel computes: element-wise ones of one shape, or reductions of one. */
export class Group {
  readonly members = new Set<Node>();

  /** A group of one, which walks a space of this shape. */
  constructor(readonly shape: Shape, first: Node) {
    this.members.add(first);
  }
}

/** Nodes in order, who reads them, and which are wanted from outside. */
export interface Uses {
  readonly order: readonly Node[];
  readonly index: ReadonlyMap<Node, number>;
  readonly users: ReadonlyMap<Node, readonly Node[]>;
  readonly roots: ReadonlySet<Node>;
}

/** Who reads what in a graph whose nodes are `order`. */
export function usesOf(order: readonly Node[], roots: readonly Node[]): Uses {
  const users = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order) {
    for (const input of new Set(node.inputs)) users.get(input)!.push(node);
  }
  return { order, index: new Map(order.map((node, i) => [node, i])), users, roots: new Set(roots) };
}

/** Whether anything but the members reads a node. */
export function escapes(node: Node, members: ReadonlySet<Node>, uses: Uses): boolean {
  return uses.roots.has(node) || uses.users.get(node)!.some((user) => !members.has(user));
}

/** The nodes outside that read members, if only reductions do; undefined where a result is stored. */
export function reductionsAfter(members: ReadonlySet<Node>, uses: Uses): Set<Node> | undefined {
  const found = new Set<Node>();
  for (const member of members) {
    if (uses.roots.has(member)) return undefined;
    for (const user of uses.users.get(member)!) {
      if (members.has(user)) continue;
      if (user.op.kind !== "reduction") return undefined;
      found.add(user);
    }
  }
  return found;
}

/** What a plan calls a value in errors. */
export function nameOf(node: Node): string {
  return `${node.op.name} ${node.dtype} ${formatShape(node.shape)}`;
}
