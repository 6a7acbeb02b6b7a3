import { sizeOf } from "../core/shape.ts";
import { type Node, topologicalOrder } from "../graph/node.ts";
import { withCopies } from "./copies.ts";
import type { Fusion } from "./fuse.ts";
import { nameOf, usesOf } from "./group.ts";
import type { Launch } from "../graph/kernel.ts";
import { bufferOf, copyUnit, isExchange, lower, type Unit } from "./lower.ts";
import { assignSlots, type Lifetime } from "./slots.ts";
import type { Place, Plan, PlannedExchange, PlannedValue } from "./plan.ts";
import { bytesOf, exchangesFirst, inTurns, launchOrder } from "./launch_order.ts";
import { simplify } from "./simplify.ts";
import { planUpdates } from "./update.ts";

const everyRule: Fusion = { copies: true, elementwise: true, tails: true, heads: true, sums: true };

/** Settings of `compile`. */
export interface CompileOptions {
  /** For a root (by its number) the number of the leaf whose buffer it takes over. */
  readonly updates?: ReadonlyMap<number, number>;
  /** Fusion rules to switch off; all are on by default. */
  readonly fusion?: Partial<Fusion>;
}

/**
 * Turns a graph into a plan: the launches that compute `roots` from `leaves`, over planned memory.
 * Leaves of the graph that are not listed are an error.
 */
export function compile(
  roots: readonly Node[],
  leaves: readonly Node[],
  options: CompileOptions = {},
): Plan {
  for (const root of roots) {
    if (root.dtype === "u8") {
      throw new TypeError(
        `compile: ${nameOf(root)}: u8 is for storage only; cast() it to return it`,
      );
    }
  }
  const fusion = { ...everyRule, ...options.fusion };
  const equal = simplify(roots), simple = fusion.copies ? withCopies(equal) : equal;
  const order = topologicalOrder(simple);
  const given = new Set(leaves);
  for (const node of order) {
    if (node.op.kind === "leaf" && !given.has(node)) {
      throw new Error(`compile: the graph reads a leaf that is not given: ${nameOf(node)}`);
    }
  }
  const uses = usesOf(order, simple);
  const units = lower(uses, fusion);
  const replaced = [...options.updates ?? []]
    .map(([root, leaf]) => ({ root: simple[root]!, leaf: leaves[leaf]! }));
  const claimed = new Set(replaced.map(({ root }) => bufferOf(root)));
  // A result that lies elsewhere already (a leaf, an equal root) is copied to a buffer of its own,
  // planned before the updates so that it comes before what it reads is replaced.
  const results = simple.map((root, i) => {
    if (options.updates?.has(i)) return root;
    const buffer = bufferOf(root);
    const free = buffer.op.kind !== "leaf" && !claimed.has(buffer);
    claimed.add(buffer);
    if (free) return root;
    const copy = copyUnit(root);
    units.push(copy);
    return copy.stores[0]!;
  });
  const updates = planUpdates(units, replaced);
  const bindingOf = new Map<Node, number>(leaves.map((node, i) => [node, i]));
  for (const [node, leaf] of updates.placeOf) bindingOf.set(node, bindingOf.get(leaf)!);
  const bindings = leaves.map(bytesOf);
  const outputs = results.map((root, i) => {
    const updated = options.updates?.get(i);
    if (updated !== undefined) return updated;
    bindingOf.set(bufferOf(root), bindings.length);
    return bindings.push(bytesOf(root)) - 1;
  });
  const isTemporary = (node: Node) => !bindingOf.has(node);
  inTurns(units, updates.order);
  const ordered = launchOrder(units, uses.index, updates.order, isTemporary);
  return { ...place(exchangesFirst(ordered, updates.order), bindingOf), bindings, outputs };
}

/** Numbers the values of units in order and gives each its place. */
function place(units: readonly Unit[], bindingOf: ReadonlyMap<Node, number>) {
  const numbers = new Map<Node, number>();
  const nodes: Node[] = [];
  const lives: { first: number; last: number }[] = [];
  const use = (node: Node, time: number): number => {
    const number = numbers.getOrInsertComputed(node, () => nodes.push(node) - 1);
    (lives[number] ??= { first: time, last: time }).last = time;
    return number;
  };
  const launches: Launch[] = [], exchanges: PlannedExchange[] = [];
  units.forEach(({ kernel, reads, stores, origins }, time) => {
    const inputs = reads.map((node) => use(node, time));
    const outputs = stores.map((node) => use(node, time));
    if (!isExchange(kernel)) return launches.push({ kernel, inputs, outputs, origins });
    const [input, output] = [inputs[0]!, outputs[0]!];
    exchanges.push({ exchange: kernel, after: launches.length, input, output });
  });
  const temporary = nodes.flatMap((node, i) => bindingOf.has(node) ? [] : [i]);
  const slots = assignSlots(
    temporary.map((i): Lifetime => ({ bytes: bytesOf(nodes[i]!), ...lives[i]! })),
  );
  const slotOf = new Map(temporary.map((i, k) => [i, slots.slotOf[k]!]));
  const values = nodes.map((node, i): PlannedValue => {
    const binding = bindingOf.get(node);
    const place: Place = binding === undefined
      ? { kind: "slot", index: slotOf.get(i)! }
      : { kind: "binding", index: binding };
    return { size: sizeOf(node.shape), dtype: node.dtype, place, name: nameOf(node) };
  });
  return {
    launches,
    values,
    slots: slots.bytes,
    ...exchanges.length > 0 && { exchanges },
  };
}
