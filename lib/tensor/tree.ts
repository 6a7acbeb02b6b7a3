import { Tensor } from "./tensor.ts";

/** A tensor, or arrays and objects of such: the weights of a model, say. */
export type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree };

/** The tensors of a tree, in a fixed order; `what` names the tree in an error. */
export function flatten(tree: Tree, what: string): Tensor[] {
  if (tree instanceof Tensor) return [tree];
  if (tree === null || typeof tree !== "object") {
    throw new TypeError(
      `${what}: expected a tensor, or arrays or objects of tensors, found ${String(tree)}`,
    );
  }
  return Object.entries(tree).flatMap(([name, branch]) => flatten(branch, `${what}.${name}`));
}

/** The tree's arrays and objects around `replacements`, taken in the order of `flatten`. */
export function rebuild<T extends Tree>(tree: T, replacements: Iterator<Tensor>): T {
  if (tree instanceof Tensor) return replacements.next().value as T;
  if (Array.isArray(tree)) {
    return tree.map((branch) => rebuild(branch, replacements)) as unknown as T;
  }
  return Object.fromEntries(
    Object.entries(tree).map(([name, branch]) => [name, rebuild(branch as Tree, replacements)]),
  ) as T;
}

/** A text that is equal for trees whose tensors have the same types. */
export function signature(tree: Tree): string {
  if (tree instanceof Tensor) return `${tree.dtype}[${tree.shape}]`;
  const parts = Object.entries(tree).map(([name, branch]) => `${name}:${signature(branch)}`);
  return Array.isArray(tree) ? `[${parts}]` : `{${parts}}`;
}
