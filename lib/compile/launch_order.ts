import { bytesPerElement } from "../core/dtype.ts";
import { sizeOf } from "../core/shape.ts";
import type { Exchange } from "../graph/kernel.ts";
import type { Node } from "../graph/node.ts";
import { isExchange, type Unit } from "./lower.ts";

/** Which unit must run after which others, beyond those whose results it reads. */
export type Order = Map<Unit, Set<Unit>>;

/** Bytes of a node's elements. */
export const bytesOf = (node: Node): number => sizeOf(node.shape) * bytesPerElement[node.dtype];

/**
 * An order in which each unit runs after those that it depends on. Among units that could run next,
 * the one that frees most memory (or takes least) goes first, so that the gradient of a weight is
 * used up before the next one is made; ties keep the order of the graph.
 */
export function launchOrder(
  units: readonly Unit[],
  index: ReadonlyMap<Node, number>,
  order: Order,
  isTemporary: (node: Node) => boolean,
): Unit[] {
  const producerOf = new Map<Node, Unit>();
  for (const unit of units) for (const node of unit.stores) producerOf.set(node, unit);
  const waiting = new Map<Unit, number>();
  const followers = new Map<Unit, Unit[]>(units.map((unit) => [unit, []]));
  const readersLeft = new Map<Node, number>();
  for (const unit of units) {
    const reads = new Set(unit.reads);
    const before = new Set<Unit>(order.get(unit) ?? []);
    for (const node of reads) {
      readersLeft.set(node, (readersLeft.get(node) ?? 0) + 1);
      const producer = producerOf.get(node);
      if (producer !== undefined) before.add(producer);
    }
    waiting.set(unit, before.size);
    for (const other of before) followers.get(other)!.push(unit);
  }
  const position = (unit: Unit) => index.get(unit.stores[0]!) ?? Infinity;
  const growth = (unit: Unit) => {
    let bytes = 0;
    for (const node of unit.stores) if (isTemporary(node)) bytes += bytesOf(node);
    for (const node of new Set(unit.reads)) {
      if (isTemporary(node) && readersLeft.get(node) === 1) bytes -= bytesOf(node);
    }
    return bytes;
  };
  const ready = units.filter((unit) => waiting.get(unit) === 0);
  const result: Unit[] = [];
  while (ready.length > 0) {
    let best = 0, least = Infinity;
    ready.forEach((unit, i) => {
      const bytes = growth(unit);
      if (bytes < least || (bytes === least && position(unit) < position(ready[best]!))) {
        [best, least] = [i, bytes];
      }
    });
    const [unit] = ready.splice(best, 1) as [Unit];
    result.push(unit);
    for (const node of new Set(unit.reads)) readersLeft.set(node, readersLeft.get(node)! - 1);
    for (const follower of followers.get(unit)!) {
      const left = waiting.get(follower)! - 1;
      waiting.set(follower, left);
      if (left === 0) ready.push(follower);
    }
  }
  if (result.length !== units.length) throw new Error("a cycle between the kernels of a program");
  return result;
}

/** Has exchanges take their turns, in every process alike. */
export function inTurns(units: readonly Unit[], order: Order): void {
  const turns = [false, true].map((canWait) =>
    units.flatMap((unit) => {
      const { kernel } = unit;
      return isExchange(kernel) && kernel.canWait === canWait ? [{ unit, turn: kernel.turn }] : [];
    }).sort((a, b) => a.turn - b.turn)
  );
  for (const list of turns) {
    list.slice(1).forEach(({ unit }, i) => order.getOrInsert(unit, new Set()).add(list[i]!.unit));
  }
}

/**
 * The same units, with exchanges that can wait as early as enough of them are there, and all that depends
 * on one at the end: the rest is computed meanwhile.
 */
export function exchangesFirst(units: readonly Unit[], order: Order): readonly Unit[] {
  if (!units.some(({ kernel }) => isExchange(kernel))) return units;
  const producerOf = new Map(units.flatMap((unit) => unit.stores.map((node) => [node, unit])));
  const before = (unit: Unit) => [
    ...unit.reads.flatMap((node) => producerOf.get(node) ?? []),
    ...order.get(unit) ?? [],
  ];
  const first: Unit[] = [], last: Unit[] = [], done = new Set<Unit>(), late = new Set<Unit>();
  const waiting = units.filter(({ kernel }) => isExchange(kernel) && kernel.canWait);
  for (const unit of waiting) late.add(unit);
  let bucket: Unit[] = [], bytes = 0;
  const send = () => {
    first.push(...bucket);
    [bucket, bytes] = [[], 0];
  };
  const takeReady = () => {
    for (
      let unit = waiting[0];
      unit && before(unit).every((one) => done.has(one));
      unit = waiting[0]
    ) {
      done.add(waiting.shift()!);
      bucket.push(unit);
      bytes += bytesOf(unit.stores[0]!);
      if (bytes >= (unit.kernel as Exchange).group.bucketBytes) send();
    }
  };
  takeReady();
  for (const unit of units) {
    if (late.has(unit)) {
      if (!done.has(unit)) last.push(unit);
    } else if (before(unit).some((other) => late.has(other))) {
      late.add(unit);
      last.push(unit);
    } else {
      first.push(unit);
      done.add(unit);
      takeReady();
    }
  }
  send();
  return [...first, ...last.filter((unit) => !done.has(unit))];
}
