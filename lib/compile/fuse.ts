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

/**
 * Most nodes of a group. A kernel gains nothing from more, takes long to compile, and the time to
 * group a chain would grow with the square of its length.
 */
const memberLimit = 128;

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
  return { order, index: new Map(order.map((node, i) => [node, i])), users, roots: new Set(roots) };
}

/**
 * Collects element-wise nodes into groups: the first fusion rule. From the last node to the first,
 * each joins the groups of those that read it, so that a value is computed where it is used and not
 * kept: what the backward pass derives from an activation is not stored in the forward pass.
 */
export function groupElementwise(uses: Uses, fuse: boolean): Map<Node, Group> {
  const groupOf = new Map<Node, Group>();
  const order = new KernelOrder(uses, groupOf);
  for (const node of uses.order.toReversed()) {
    if (node.op.kind !== "elementwise") continue;
    let group = new Group(node);
    groupOf.set(node, group);
    order.replace(node, group);
    if (!fuse) continue;
    for (const user of uses.users.get(node)!) {
      const other = groupOf.get(user);
      if (other === undefined || other === group || !sameShape(other.shape, node.shape)) continue;
      if (other.members.size + group.members.size > memberLimit) continue;
      const joint = new Set([...other.members, ...group.members]);
      if (buffersOf(joint, uses) < bufferLimit && order.join(group, other)) {
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
      if (!members.has(input) && input.op.kind !== "generator") inputs.add(sourceOf(input).base);
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
 * An order in which groups, each as one kernel, and the other nodes can run: two groups must not
 * become one if something has to run between them. Looking at single nodes is not enough, because
 * the way from one group to the other can lead into one member of a third and out of another.
 *
 * Source: Pearce and Kelly, "A dynamic topological sort algorithm for directed acyclic graphs", 2007.
 */
class KernelOrder {
  readonly #groupOf: ReadonlyMap<Node, Group>;
  /** What runs at each position; nothing where a group has moved away to join another. */
  readonly #order: (Node | Group | undefined)[];
  readonly #position = new Map<Node | Group, number>();

  constructor(uses: Uses, groupOf: ReadonlyMap<Node, Group>) {
    this.#groupOf = groupOf;
    this.#order = [...uses.order];
    this.#order.forEach((node, i) => this.#position.set(node!, i));
  }

  /** Puts a group of one in the place of its member. */
  replace(node: Node, group: Group): void {
    const position = this.#position.get(node)!;
    this.#order[position] = group;
    this.#position.set(group, position);
  }

  /** Makes `early` a part of `late`, unless something between them has to run after the one and before the other. */
  join(early: Group, late: Group): boolean {
    let first = this.#position.get(early)!, last = this.#position.get(late)!;
    if (first > last) [first, last] = [last, first];
    const needed = this.#before(first, last);
    if (needed === undefined) return false;
    // What the later of the two needs runs first, then both as one, then the rest.
    const between = this.#order.slice(first + 1, last);
    const isNeeded = (item: Node | Group | undefined) => item !== undefined && needed.has(item);
    [...between.filter(isNeeded), late, ...between.filter((item) => !isNeeded(item)), undefined]
      .forEach((item, i) => {
        this.#order[first + i] = item;
        if (item !== undefined) this.#position.set(item, first + i);
      });
    return true;
  }

  /** What stands between two positions and has to run before the last; undefined if the first does too, over others. */
  #before(first: number, last: number): Set<Node | Group> | undefined {
    const needed = new Set<Node | Group>();
    const stack = [this.#order[last]!];
    for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
      for (const member of item instanceof Group ? item.members : [item]) {
        for (const input of member.inputs) {
          const source = this.#groupOf.get(input) ?? input;
          const position = this.#position.get(source)!;
          if (position === first && item !== this.#order[last]) return undefined;
          if (position <= first || position >= last || needed.has(source)) continue;
          needed.add(source);
          stack.push(source);
        }
      }
    }
    return needed;
  }
}

/** What a plan calls a value in errors. */
export function nameOf(node: Node): string {
  return `${node.op.name} ${node.dtype} ${formatShape(node.shape)}`;
}
