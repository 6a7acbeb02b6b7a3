import type { DType } from "../core/dtype.ts";
import type { Shape } from "../core/shape.ts";
import type { Coordinate, Exchange, Kernel, Origin, ReduceKernel, Step } from "./kernel.ts";

/** Settings of an operation that are part of its meaning: axes, strides, a literal's value. */
export type Attributes = Readonly<Record<string, unknown>>;

/** What an operation yields: the shape and the element type of its result. */
export interface TensorType {
  /** Sizes of the axes. */
  readonly shape: Shape;
  /** Type of the elements. */
  readonly dtype: DType;
}

/**
 * How the compiler treats an operation.
 *
 * - `leaf`: data from outside the graph.
 * - `generator`: made from nothing but the index (a literal, iota), by whatever reads it.
 * - `elementwise`: every output element depends on the input elements at the same index, or as the
 *   row's `step` says.
 * - `view`: the same elements under another affine indexing; never a kernel of its own if the
 *   reader can follow the strides.
 * - `alias`: the same elements in the same order under another shape.
 * - `reduction`: a kernel that takes in element-wise ops before it.
 * - `kernel`: anything else with a kernel of its own.
 * - `exchange`: numbers that go to other processes and come back; no device launches it.
 */
export type Kind =
  | "leaf"
  | "generator"
  | "elementwise"
  | "view"
  | "alias"
  | "reduction"
  | "kernel"
  | "exchange";

/**
 * One row of the op table, for an op with attributes of type `A`. Its functions are declared as
 * methods, so that a row of any attributes is an `Op`: a node hands its row the attributes that
 * `apply` has checked.
 */
export interface Op<A extends Attributes = Attributes> {
  /** The op's name, in StableHLO's or NumPy's words. */
  readonly name: string;
  /** How the compiler treats it. */
  readonly kind: Kind;
  /** Checks the inputs and yields the type of the result. */
  infer(inputs: readonly TensorType[], attributes: A): TensorType;
  /**
   * The gradients of the inputs, given the gradient of the result. Undefined for an input that has
   * none (an index). Every op that has inputs has this row.
   */
  gradient?(outputGradient: Node, node: Node, attributes: A): (Node | undefined)[];
  /** Multiply-adds of one evaluation; 0 where the row is absent. */
  multiplyAdds?(node: Node, attributes: A): number;
  /** An equal node that is cheaper, or the node itself; its inputs have been simplified before. */
  simplify?(node: Node, attributes: A): Node;
  /** For a view: the coordinates of the input, given those of the result. */
  view?(coordinates: readonly Coordinate[], node: Node, attributes: A): readonly Coordinate[];
  /**
   * One element, for a generator or an element-wise op that is more than a function of its inputs'
   * elements; `whole` yields the number of an input of which every element may be read.
   */
  step?(node: Node, attributes: A, whole: (input: Node) => number): Step;
  /** For a reduction: how it combines elements, and over which axes. */
  reduce?(attributes: A): Pick<ReduceKernel, "combine" | "axes">;
  /** For any other kernel: what devices launch. */
  kernel?(node: Node, attributes: A): Kernel;
  /** For an exchange: what is done in place of a launch. */
  exchange?(attributes: A): Exchange;
  /** Whether the kernel takes in element-wise ops after it. */
  readonly takesTail?: boolean;
  /** Whether an element takes far longer than a multiplication, so that it is not computed twice. */
  readonly isCostly?: boolean;
}

let current: Origin | undefined;

/** Runs a function that makes nodes for something, which they say then. */
export function within<T>(origin: Origin | undefined, make: () => T): T {
  const before = current;
  current = origin;
  try {
    return make();
  } finally {
    current = before;
  }
}

/** A value in the graph: an operation applied to other values. */
export class Node implements TensorType {
  /** Sizes of the axes. */
  readonly shape: Shape;
  /** Type of the elements. */
  readonly dtype: DType;
  /** What it is computed for, if that was said: nothing depends on it but what people are told. */
  readonly origin: Origin | undefined;
  #op: Op;
  #inputs: readonly Node[];
  #attributes: Attributes;

  /** The result of `op`; its type is inferred, so that a mistake is reported here. */
  constructor(op: Op, inputs: readonly Node[], attributes: Attributes, origin = current) {
    const { shape, dtype } = op.infer(inputs, attributes);
    this.shape = shape;
    this.dtype = dtype;
    this.origin = origin;
    this.#op = op;
    this.#inputs = inputs;
    this.#attributes = attributes;
  }

  /** The row of the op table. */
  get op(): Op {
    return this.#op;
  }

  /** The values that the operation reads. */
  get inputs(): readonly Node[] {
    return this.#inputs;
  }

  /** The operation's settings. */
  get attributes(): Attributes {
    return this.#attributes;
  }

  /** Multiply-adds of one evaluation. */
  get multiplyAdds(): number {
    return this.#op.multiplyAdds?.(this, this.#attributes) ?? 0;
  }

  /** Whether this is a node of `op`, and so has the attributes of its row. */
  is<A extends Attributes>(op: Op<A>): this is Node & { readonly attributes: A } {
    return this.#op === op;
  }

  /** Turns an evaluated node into a leaf, so that what it was computed from can be let go. */
  settle(): void {
    this.#op = leafOp;
    this.#inputs = [];
    this.#attributes = { shape: this.shape, dtype: this.dtype };
  }
}

/** The node of `op` on `inputs`, whose attributes must be those of the op's row. */
export function apply<A extends Attributes>(
  op: Op<A>,
  inputs: readonly Node[],
  attributes: NoInfer<A>,
): Node {
  return new Node(op, inputs, attributes);
}

const table = new Map<string, Op>();

/** The ops that are defined, by name; those of the library are all there once `table.ts` is. */
export const definedOps: ReadonlyMap<string, Op> = table;

/** Adds a row to the op table. */
export function defineOp<A extends Attributes = Attributes>(op: Op<A>): Op<A> {
  table.set(op.name, op);
  return op;
}

/** Data from outside the graph. */
export const leafOp: Op<TensorType & Attributes> = defineOp({
  name: "leaf",
  kind: "leaf",
  infer: (_, { shape, dtype }) => ({ shape, dtype }),
});

/** A value whose data is given when the graph is run. */
export function leaf(shape: Shape, dtype: DType): Node {
  return apply(leafOp, [], { shape, dtype });
}

/** Every node that `roots` depend on, each after its inputs. */
export function topologicalOrder(roots: readonly Node[]): Node[] {
  return orderBy(roots, (node) => node.inputs);
}

/** Everything that `roots` depend on, each after what it reads by `inputsOf`. */
export function orderBy<T>(roots: readonly T[], inputsOf: (item: T) => readonly T[]): T[] {
  const order: T[] = [];
  const seen = new Set<T>();
  // An explicit stack: a chain of thousands of operations must not overflow the call stack.
  const stack: { item: T; next: number }[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    stack.push({ item: root, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const input = inputsOf(top.item)[top.next++];
      if (input === undefined) {
        order.push(top.item);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ item: input, next: 0 });
      }
    }
  }
  return order;
}
