import type { Node } from "../graph/node.ts";
import { Group, type Uses } from "./group.ts";

/**
 * An order in which groups, each as one kernel, and the other nodes can run: two groups must not
 * become one if something has to run between them. Looking at single nodes is not enough, because
 * the way from one group to the other can lead into one member of a third and out of another.
 *
 * Source: Pearce and Kelly, "A dynamic topological sort algorithm for directed acyclic graphs", 2007.
 */
export class KernelOrder {
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
