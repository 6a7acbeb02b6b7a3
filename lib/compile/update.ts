import { leaf, type Node } from "../graph/node.ts";
import { bytesOf, type Order } from "./launch_order.ts";
import { bufferOf, copyUnit, type Unit } from "./lower.ts";
import { sourceOf } from "./view.ts";

/** Where results that replace a leaf are stored. */
export interface Updates {
  /** For each stored node that lies in a leaf's buffer, that leaf. */
  readonly placeOf: ReadonlyMap<Node, Node>;
  readonly order: Order;
}

/** A root that takes the place of a leaf. */
export interface Update {
  readonly root: Node;
  readonly leaf: Node;
}

/**
 * Arranges that roots take the place of leaves (new weights that of the old ones) in the leaf's own
 * buffer: the unit that stores the root runs after all other readers of the leaf, and overwrites it
 * element by element. Where that cannot be, the root gets a buffer of its own and is copied last.
 */
export function planUpdates(units: Unit[], updates: readonly Update[]): Updates {
  const moving = keepReplaced(units, updates.filter(({ root, leaf }) => bufferOf(root) !== leaf));
  const producerOf = new Map<Node, Unit>();
  const readersOf = new Map<Node, Unit[]>();
  for (const unit of units) {
    for (const node of unit.stores) producerOf.set(node, unit);
    for (const node of new Set(unit.reads)) readersOf.getOrInsert(node, []).push(unit);
  }
  const placeOf = new Map<Node, Node>();
  const order: Order = new Map();
  /** The same the other way round. */
  const followers: Order = new Map();
  const runAfter = (unit: Unit, earlier: readonly Unit[]) => {
    const before = order.getOrInsert(unit, new Set());
    for (const other of earlier) {
      before.add(other);
      followers.getOrInsert(other, new Set()).add(unit);
    }
  };
  for (const { root, leaf: target } of moving) {
    const buffer = bufferOf(root);
    const unit = producerOf.get(buffer);
    const readers = readersOf.get(target) ?? [];
    const otherReaders = readers.filter((reader) => reader !== unit);
    const inPlace = unit !== undefined && !placeOf.has(buffer) &&
      buffer.dtype === target.dtype && bytesOf(buffer) === bytesOf(target) &&
      (!unit.reads.includes(target) || unit.overwritable.has(target)) &&
      !leadsTo(unit, otherReaders, readersOf, followers);
    if (inPlace) {
      placeOf.set(buffer, target);
      runAfter(unit, otherReaders);
      continue;
    }
    const copy = copyUnit(root, leaf(root.shape, root.dtype));
    units.push(copy);
    placeOf.set(copy.stores[0]!, target);
    runAfter(copy, readers);
  }
  return { placeOf, order };
}

/** A root that is, or is a view of, a leaf to be replaced (two weights that swap) is put aside first. */
function keepReplaced(units: Unit[], updates: readonly Update[]): Update[] {
  const replaced = new Set(updates.map((update) => update.leaf));
  return updates.map(({ root, leaf }) => {
    if (!replaced.has(bufferOf(sourceOf(bufferOf(root)).base))) return { root, leaf };
    const aside = copyUnit(root);
    units.push(aside);
    return { root: aside.stores[0]!, leaf };
  });
}

/** Whether one of `others` has to run after `unit`: of an update, there is mostly nothing that does. */
function leadsTo(
  unit: Unit,
  others: readonly Unit[],
  readersOf: ReadonlyMap<Node, readonly Unit[]>,
  followers: Order,
): boolean {
  const found = new Set<Unit>([unit]);
  for (const next of found) {
    for (const node of next.stores) {
      for (const reader of readersOf.get(node) ?? []) found.add(reader);
    }
    for (const follower of followers.get(next) ?? []) found.add(follower);
  }
  return others.some((other) => found.has(other));
}
