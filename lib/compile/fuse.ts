import { formatShape, sameShape, type Shape } from "../core/shape.ts";
import type { Node } from "../graph/node.ts";
import { sourceOf } from "./view.ts";

/** Which fusion rules are on; each can be switched off to test that it changes nothing. */
export interface Fusion {
  /** Chains of element-wise ops of one shape become one map kernel. */
  readonly elementwise: boolean;
  /** Element-wise ops after a matmul or convolution join it. */
  readonly tails: boolean;
  /** Element-wise ops before a reduction join it. */
  readonly heads: boolean;
}

/** Most buffers that a launch may touch: what every WebGPU adapter grants a kernel. */
export const bufferLimit = 8;

/** Element-wise nodes of one shape that one kernel computes. */
export class Group {
  readonly shape: Shape;
  readonly members = new Set<Node>();

  /** A group of one. */
  constructor(first: Node) {
    this.shape = first.shape;
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
  return {
    order,
    index: new Map(order.map((node, i) => [node, i])),
    users,
    roots: new Set(roots),
  };
}

/** Literals and iota are written into whatever reads them. */
export function isInline(node: Node): boolean {
  return node.op.name === "literal" || node.op.name === "iota";
}

/** Whether a node is computed by a map kernel (or joins another kernel's tail or head). */
export function isMap(node: Node): boolean {
  return node.op.kind === "elementwise" || node.op.name === "randomUniform";
}

/** What an element-wise node reads from memory for an input outside its own group. */
export function baseOf(node: Node): Node {
  return sourceOf(node).base;
}

/**
 * Collects element-wise nodes into groups: the first fusion rule. From the last node to the first,
 * each joins the groups of those that read it, so that a value is computed where it is used and not
 * kept: what the backward pass derives from an activation is not stored in the forward pass.
 */
export function groupElementwise(uses: Uses, fuse: boolean): Map<Node, Group> {
  const groupOf = new Map<Node, Group>();
  for (const node of uses.order.toReversed()) {
    if (!isMap(node)) continue;
    let group = new Group(node);
    groupOf.set(node, group);
    if (!fuse) continue;
    for (const user of uses.users.get(node)!) {
      const other = groupOf.get(user);
      if (other === undefined || other === group || !sameShape(other.shape, node.shape)) continue;
      const joint = new Set([...other.members, ...group.members]);
      if (buffersOf(joint, uses) < bufferLimit && isConvex(joint, uses)) {
        for (const member of group.members) {
          other.members.add(member);
          groupOf.set(member, other);
        }
        group = other;
      }
    }
  }
  return groupOf;
}

/** Buffers that a kernel for these nodes reads and writes. */
function buffersOf(members: ReadonlySet<Node>, uses: Uses): number {
  const inputs = new Set<Node>();
  let outputs = 0;
  for (const member of members) {
    for (const input of member.inputs) {
      if (!members.has(input) && !isInline(input)) inputs.add(baseOf(input));
    }
    if (escapes(member, members, uses)) outputs++;
  }
  return inputs.size + outputs;
}

/** Whether anything but the members reads a node. */
export function escapes(node: Node, members: ReadonlySet<Node>, uses: Uses): boolean {
  return uses.roots.has(node) || uses.users.get(node)!.some((user) => !members.has(user));
}

/**
 * Whether no path leads from a member over an outsider back to a member: else one kernel would have
 * to run both before and after that outsider.
 */
function isConvex(members: ReadonlySet<Node>, uses: Uses): boolean {
  let earliest = Infinity;
  for (const member of members) earliest = Math.min(earliest, uses.index.get(member)!);
  const seen = new Set<Node>();
  const stack: Node[] = [];
  const visit = (node: Node) => {
    if (uses.index.get(node)! > earliest && !seen.has(node)) {
      seen.add(node);
      stack.push(node);
    }
  };
  for (const member of members) {
    for (const input of member.inputs) if (!members.has(input)) visit(input);
  }
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const input of node.inputs) {
      if (members.has(input)) return false;
      visit(input);
    }
  }
  return true;
}

/** What a plan calls a value in errors. */
export function nameOf(node: Node): string {
  return `${node.op.name} ${node.dtype} ${formatShape(node.shape)}`;
}
