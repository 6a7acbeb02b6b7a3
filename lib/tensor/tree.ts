import { describeValue } from "../core/errors.ts";
import { Tensor } from "./tensor.ts";

/**
 * A tensor, or arrays and plain objects of such: the weights of a model, say. (An object's type is
 * to be declared by `type`: an `interface` does not fit.)
 */
export type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree };

/** The tensors of a tree, in a fixed order; `what` names the tree in an error. */
export function flatten(tree: Tree, what: string): Tensor[] {
  if (tree instanceof Tensor) return [tree];
  if (!Array.isArray(tree) && !isPlain(tree)) {
    throw new TypeError(
      `${what}: expected a tensor, or arrays or plain objects of tensors, found ` +
        describeValue(tree),
    );
  }
  return Object.entries(tree).flatMap(([name, branch]) => flatten(branch, `${what}.${name}`));
}

/** Whether it is an object of no class (a promise is not), so that `rebuild` can make another. */
export function isPlain(tree: unknown): boolean {
  if (tree === null || typeof tree !== "object") return false;
  const prototype = Object.getPrototypeOf(tree);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The tree's arrays and objects around `replacements`, taken in the order of `flatten`. */
export function rebuild<T extends Tree>(tree: T, replacements: Iterator<Tensor>): T;
export function rebuild(tree: Tree, replacements: Iterator<Tensor>): Tree {
  if (tree instanceof Tensor) return replacements.next().value;
  const branches = Object.entries(tree)
    .map(([name, branch]) => [name, rebuild(branch, replacements)] as const);
  return Array.isArray(tree) ? branches.map(([, branch]) => branch) : Object.fromEntries(branches);
}

/**
 * A tree of the same form whose tensors `fn` makes of those at each place of one or several trees.
 *
 * ```ts
 * import { mapTree, tensor } from "@striate/striate";
 * const weights = { kernel: tensor([1, 2]), bias: tensor(3) };
 * const gradients = { kernel: tensor([10, 10]), bias: tensor(1) };
 * const { kernel } = mapTree((w, g) => w.sub(g.mul(0.1)), weights, gradients);
 * console.log(await kernel.array()); // [0, 1]
 * ```
 *
 * @throws {TypeError} if the trees differ in form.
 */
export function mapTree<T extends Tree, const Others extends readonly Tree[]>(
  fn: (tensor: Tensor, ...others: { [K in keyof Others]: Tensor }) => Tensor,
  tree: T,
  ...others: Others
): T {
  if (typeof fn !== "function") {
    throw new TypeError(`mapTree: expected a function of tensors, found ${describeValue(fn)}`);
  }
  for (const one of [tree, ...others]) flatten(one, "mapTree");
  const expected = paths(tree).join();
  for (const other of others) {
    if (paths(other).join() === expected) continue;
    throw new TypeError(
      `mapTree: expected trees of one form, found ${expected} and ${paths(other).join()}`,
    );
  }
  const lists = others.map((other) => flatten(other, "mapTree"));
  const mapped = flatten(tree, "mapTree").map((t, i) =>
    fn(t, ...lists.map((list) => list[i]!) as { [K in keyof Others]: Tensor })
  );
  return rebuild(tree, mapped.values());
}

/** Where the tensors of a tree are: names with dots between, in the order of `flatten`. */
export function paths(tree: Tree, at = ""): string[] {
  if (tree instanceof Tensor) return [at];
  return Object.entries(tree).flatMap(([name, branch]) =>
    paths(branch, at ? `${at}.${name}` : name)
  );
}

/** A text that is equal for trees whose tensors have the same types. */
export function signature(tree: Tree): string {
  if (tree instanceof Tensor) return `${tree.dtype}[${tree.shape}]`;
  const parts = Object.entries(tree).map(([name, branch]) => `${name}:${signature(branch)}`);
  return Array.isArray(tree) ? `[${parts}]` : `{${parts}}`;
}
