/**
 * What a loop without jit carries from round to round beside its weights, as a momentum. To evaluate the
 * weights computes it on the way, and forgets it: the next round would compute it again, from the first
 * round on, in a program that grows. So what depends on gradients and is needed again is kept; and from
 * then on a program of that form keeps it when it first computes it.
 *
 * @module
 */
import type { Node } from "../graph/node.ts";

/** Where a node was computed and forgotten: the form of the program, and its place there. */
interface Place {
  readonly form: string;
  readonly at: number;
}

const forgotten = new WeakMap<Node, Place>();

/** Forms that are remembered at most: far more than the loops of a program. */
const mostForms = 256;

/** The places of what was needed again, by the form of the program, the oldest first. */
const neededAgain = new Map<string, Set<number>>();

const isLeaf = (node: Node) => node.op.kind === "leaf";

/** Nodes that depend on those that `begins`, or are such. */
function dependents(order: readonly Node[], begins: (node: Node) => boolean): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of order) {
    if (begins(node) || node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

/** An evaluation, as far as it matters here. */
export class Carried {
  readonly #order: readonly Node[];
  readonly #roots: readonly Node[];
  /** What may be carried: what depends on gradients. */
  readonly #candidates: ReadonlySet<Node>;
  readonly #form: string;

  /** Of the nodes of an evaluation, each after its inputs. */
  constructor(
    order: readonly Node[],
    roots: readonly Node[],
    isOfGradients: (node: Node) => boolean,
  ) {
    [this.#order, this.#roots] = [order, roots];
    this.#candidates = dependents(order, isOfGradients);
    this.#form = this.#candidates.size === 0
      ? ""
      : `${order.map(({ op }) => op.name)}>${roots.map((root) => order.indexOf(root))}`;
  }

  /** What is to be kept besides the roots. */
  keep(): Node[] {
    const kept = new Set<Node>(), roots = new Set(this.#roots);
    const needed = this.#roots.filter((root) => forgotten.has(root));
    for (const node of this.#candidates) {
      if (!forgotten.has(node)) needed.push(...node.inputs.filter((input) => forgotten.has(input)));
    }
    for (const node of needed.filter((node) => !isLeaf(node))) {
      const { form, at } = forgotten.get(node)!;
      neededAgain.getOrInsertComputed(form, () => new Set()).add(at);
      if (neededAgain.size > mostForms) neededAgain.delete(neededAgain.keys().next().value!);
      kept.add(node);
    }
    for (const at of neededAgain.get(this.#form) ?? []) kept.add(this.#order[at]!);
    return [...kept].filter((node) =>
      !roots.has(node) && this.#candidates.has(node) && !isLeaf(node) && node.dtype !== "u8"
    );
  }

  /** Remembers what is computed and not among those kept, the roots and others. */
  forget(kept: readonly Node[]): void {
    const roots = new Set(kept);
    this.#order.forEach((node, at) => {
      if (roots.has(node) || isLeaf(node) || !this.#candidates.has(node)) return;
      forgotten.set(node, { form: this.#form, at });
    });
  }
}
