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

/** Forms that are remembered at most: far more than the loops of a program. */
const mostForms = 256;

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
export class Carrying {
  readonly order: readonly Node[];
  readonly roots: ReadonlySet<Node>;
  /** What may be carried: what depends on gradients. */
  readonly candidates: ReadonlySet<Node>;
  readonly form: string;

  /** Of the nodes of an evaluation, each after its inputs. */
  constructor(
    order: readonly Node[],
    roots: readonly Node[],
    isOfGradients: (node: Node) => boolean,
  ) {
    [this.order, this.roots] = [order, new Set(roots)];
    this.candidates = dependents(order, isOfGradients);
    this.form = this.candidates.size === 0
      ? ""
      : `${order.map(({ op }) => op.name)}>${roots.map((root) => order.indexOf(root))}`;
  }
}

/** What a runtime remembers of the loops that run there. */
export class Carried {
  #forgotten = new WeakMap<Node, Place>();
  /** The places of what was needed again, by the form of the program, the oldest first. */
  readonly #neededAgain = new Map<string, Set<number>>();

  /** How many forms of programs are known to carry something. */
  get size(): number {
    return this.#neededAgain.size;
  }

  /** What an evaluation is to keep besides its roots. */
  toKeep({ order, roots, candidates, form }: Carrying): Node[] {
    const isForgotten = (node: Node) => this.#forgotten.has(node);
    const needed = [...roots].filter(isForgotten), kept = new Set<Node>();
    for (const node of candidates) {
      if (!isForgotten(node)) needed.push(...node.inputs.filter(isForgotten));
    }
    for (const node of needed.filter((node) => !isLeaf(node))) {
      this.#need(this.#forgotten.get(node)!);
      kept.add(node);
    }
    for (const at of this.#neededAgain.get(form) ?? []) kept.add(order[at]!);
    return [...kept].filter((node) =>
      !roots.has(node) && candidates.has(node) && !isLeaf(node) && node.dtype !== "u8"
    );
  }

  #need({ form, at }: Place): void {
    this.#neededAgain.getOrInsertComputed(form, () => new Set()).add(at);
    if (this.#neededAgain.size <= mostForms) return;
    this.#neededAgain.delete(this.#neededAgain.keys().next().value!);
  }

  /** Remembers what an evaluation computes and does not keep. */
  forget({ order, candidates, form }: Carrying, kept: readonly Node[]): void {
    const present = new Set(kept);
    order.forEach((node, at) => {
      if (present.has(node) || isLeaf(node) || !candidates.has(node)) return;
      this.#forgotten.set(node, { form, at });
    });
  }

  /** Lets all of it go. */
  clear(): void {
    this.#forgotten = new WeakMap();
    this.#neededAgain.clear();
  }
}
