import { sameShape, sizeOf } from "../core/shape.ts";
import type { Node } from "../graph/node.ts";
import { escapes, Group, reductionsAfter, type Uses } from "./group.ts";
import { KernelOrder } from "./kernel_order.ts";
import { keyOf } from "./key.ts";
import { sourceOf } from "./view.ts";

/** Which fusion rules are on; each can be switched off to test that it changes nothing. */
export interface Fusion {
  /** What is cheap is computed again where it is read, instead of stored. */
  readonly copies: boolean;
  /** Chains of element-wise ops of one shape become one map kernel. */
  readonly elementwise: boolean;
  /** Element-wise ops after a matmul or convolution join it. */
  readonly tails: boolean;
  /** Element-wise ops before a reduction join it. */
  readonly heads: boolean;
  /** Reductions of the same elements become one kernel. */
  readonly sums: boolean;
}

/** Most buffers that a launch may touch: what every WebGPU adapter grants a kernel. */
export const bufferLimit = 8;

/**
 * Most nodes of a group. A kernel gains nothing from more, takes long to compile, and the time to
 * group a chain would grow with the square of its length.
 */
const memberLimit = 128;

/** Most results of a kernel of reductions: their sums have to stay in registers. */
const resultLimit = 4;

/** Collects element-wise nodes and reductions into groups. */
export function groupNodes(uses: Uses, fusion: Fusion): Map<Node, Group> {
  const groupOf = new Map<Node, Group>();
  const order = new KernelOrder(uses, groupOf);
  groupElementwise(uses, groupOf, order, fusion.elementwise);
  groupReductions(uses, groupOf, order, fusion.sums);
  return groupOf;
}

/**
 * From the last element-wise node to the first, each joins the groups of those that read it, so that
 * a value is computed where it is used and not kept: what the backward pass derives from an activation
 * is not stored in the forward pass. What only reductions read stays apart from what others read too,
 * so that it can join the reductions.
 */
function groupElementwise(
  uses: Uses,
  groupOf: Map<Node, Group>,
  order: KernelOrder,
  fuse: boolean,
): void {
  for (const node of uses.order.toReversed()) {
    if (node.op.kind !== "elementwise") continue;
    let group = new Group(node.shape, node);
    groupOf.set(node, group);
    order.replace(node, group);
    if (!fuse) continue;
    for (const user of uses.users.get(node)!) {
      const other = groupOf.get(user);
      if (other === undefined || other === group || !sameShape(other.shape, node.shape)) continue;
      if (other.members.size + group.members.size > memberLimit) continue;
      const joint = new Set([...other.members, ...group.members]);
      const isHead = reductionsAfter(other.members, uses) !== undefined;
      if (isHead && reductionsAfter(joint, uses) === undefined) continue;
      if (buffersOf(joint, uses) <= bufferLimit && order.join(group, other)) {
        for (const member of group.members) {
          other.members.add(member);
          groupOf.set(member, other);
        }
        group = other;
      }
    }
  }
}

/** Buffers that a kernel for element-wise nodes reads and writes. */
function buffersOf(members: ReadonlySet<Node>, uses: Uses): number {
  let outputs = 0;
  for (const member of members) if (escapes(member, members, uses)) outputs++;
  return readsOf(members).size + outputs;
}

/** Nodes whose buffers a kernel for element-wise nodes reads. */
function readsOf(members: ReadonlySet<Node>): Set<Node> {
  const reads = new Set<Node>();
  for (const member of members) {
    for (const input of member.inputs) {
      if (!members.has(input) && input.op.kind !== "generator") reads.add(sourceOf(input).base);
    }
  }
  return reads;
}

/**
 * Reductions over the same axes that read one value of the size of what they reduce, themselves or in
 * their heads, become one kernel, which walks it once.
 */
function groupReductions(
  uses: Uses,
  groupOf: Map<Node, Group>,
  order: KernelOrder,
  fuse: boolean,
): void {
  const alike = new Map<string, Group[]>(), readsOfGroup = new Map<Group, Set<Node>>();
  for (const node of uses.order) {
    if (node.op.kind !== "reduction") continue;
    const input = node.inputs[0]!, { combine, axes } = node.op.reduce!(node.attributes);
    const group = new Group(input.shape, node), reads = readsOfReduction(input, uses, groupOf);
    groupOf.set(node, group);
    order.replace(node, group);
    readsOfGroup.set(group, reads);
    const others = alike.getOrInsertComputed(
      keyOf([combine, axes, input.shape, node.dtype]),
      () => [],
    );
    const host = fuse
      ? others.find((other) => {
        const theirs = readsOfGroup.get(other)!, results = other.members.size + 1;
        const isWide = (read: Node) => sizeOf(read.shape) >= sizeOf(input.shape);
        return results <= resultLimit && [...reads].some((read) =>
          isWide(read) && theirs.has(read)
        ) && reads.union(theirs).size + results <= bufferLimit && order.join(group, other);
      })
      : undefined;
    if (host === undefined) others.push(group);
    else {
      host.members.add(node);
      groupOf.set(node, host);
      readsOfGroup.set(host, readsOfGroup.get(host)!.union(reads));
    }
  }
}

/** What a reduction reads, in its head where it has one. */
function readsOfReduction(
  input: Node,
  uses: Uses,
  groupOf: ReadonlyMap<Node, Group>,
): Set<Node> {
  const head = groupOf.get(input);
  return head !== undefined && reductionsAfter(head.members, uses) !== undefined
    ? readsOf(head.members)
    : new Set([sourceOf(input).base]);
}
