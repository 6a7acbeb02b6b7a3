import { type Shape, sizeOf } from "../core/shape.ts";
import {
  type Exchange,
  type Expression,
  type Kernel,
  type Origin,
  registerType,
  type Step,
  usesIndex,
} from "../graph/kernel.ts";
import { leaf, type Node } from "../graph/node.ts";
import { bufferLimit, type Fusion, groupNodes } from "./fuse.ts";
import { escapes, type Group, reductionsAfter, type Uses } from "./group.ts";
import { keyOf } from "./key.ts";
import { withMergedAxes } from "./merge_axes.ts";
import { isContiguous, sourceOf, tailView, viewOf } from "./view.ts";

/** A kernel with the nodes that it reads and stores, in the order of the launch's inputs and outputs. */
export interface Unit {
  readonly kernel: Kernel | Exchange;
  readonly reads: readonly Node[];
  readonly stores: readonly Node[];
  /** What it is computed for, its main purpose first. */
  readonly origins: readonly Origin[];
  /** Nodes that it may overwrite in place: each is loaded only at the index that is stored. */
  readonly overwritable: ReadonlySet<Node>;
}

/** Whether a unit sends numbers to other processes in place of a launch. */
export const isExchange = (kernel: Unit["kernel"]): kernel is Exchange => "group" in kernel;

/** The node whose buffer holds a node's elements in order: reshapes cost nothing. */
export function bufferOf(node: Node): Node {
  while (node.op.kind === "alias") node = node.inputs[0]!;
  return node;
}

/** What nodes are computed for: the purposes of most of them first. */
function originsOf(nodes: Iterable<Node>): Origin[] {
  const counts = new Map<string, { origin: Origin; count: number }>();
  for (const { origin } of nodes) {
    if (origin === undefined) continue;
    const key = `${origin.part} ${origin.layer}`;
    counts.getOrInsertComputed(key, () => ({ origin, count: 0 })).count++;
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).map(({ origin }) => origin);
}

/** Turns a graph into kernels, by the fusion rules. */
export function lower(uses: Uses, fusion: Fusion): Unit[] {
  const groupOf = groupNodes(uses, fusion);
  const groups = [...new Set(groupOf.values())];
  const tails = new Map<Node, Group>();
  const heads = new Map<Group, Group[]>();
  const absorbed = new Set<Group>();
  for (const group of groups) {
    if (isReduction(group)) continue;
    const host = fusion.tails ? tailHost(group, uses) : undefined;
    if (host !== undefined && !tails.has(host)) {
      tails.set(host, group);
      absorbed.add(group);
      continue;
    }
    const reductions = fusion.heads ? reductionOf(group, groupOf, uses) : undefined;
    if (reductions === undefined) continue;
    const list = heads.getOrInsert(reductions, []);
    if (!fits(reductionUnit(reductions, [...list, group], uses))) continue;
    list.push(group);
    absorbed.add(group);
  }
  const units: Unit[] = [];
  const copied = new Set<Node>();
  /** Gives a buffer to a node that otherwise has none, because views and constants need none. */
  const provide = (node: Node) => {
    const buffer = bufferOf(node);
    const { kind } = buffer.op;
    if ((kind === "view" || kind === "generator") && !copied.has(buffer)) {
      copied.add(buffer);
      units.push(copyUnit(buffer, buffer));
    }
  };
  for (const node of uses.order) {
    const { kind, step } = node.op;
    if (kind === "alias") provide(node);
    if (kind === "kernel" || kind === "exchange" || step !== undefined) {
      node.inputs.forEach(provide);
    }
    if (kind === "kernel") units.push(kernelUnit(node, tails.get(node), uses));
    if (kind === "exchange") units.push(exchangeUnit(node));
  }
  for (const group of groups) {
    if (absorbed.has(group)) continue;
    if (isReduction(group)) {
      units.push(reductionUnit(group, heads.get(group) ?? [], uses));
      continue;
    }
    const builder = new ExpressionBuilder(group.shape, [], uses);
    const stores = builder.group(group), expression = builder.expression(stores);
    const kernel: Kernel = { kind: "map", shape: group.shape, expression };
    units.push(builder.unit(kernel, stores, originsOf(group.members)));
  }
  for (const root of uses.roots) provide(root);
  // A view of constants is read from memory, so the constants must be there.
  for (const { op, inputs: [base] } of uses.order) {
    if (op.kind === "view" && bufferOf(base!).op.kind === "generator") provide(base!);
  }
  return units;
}

/** A map kernel that stores `node` (a view, a constant, or anything) as `target`. */
export function copyUnit(node: Node, target: Node = leaf(node.shape, node.dtype)): Unit {
  const builder = new ExpressionBuilder(node.shape, []);
  const expression = builder.expression([node]);
  const kernel: Kernel = { kind: "map", shape: node.shape, expression };
  return builder.unit(kernel, [target], originsOf([node]));
}

/** The kernel whose tail a group can be, if there is one. */
function tailHost(group: Group, uses: Uses): Node | undefined {
  const candidates = [...group.members].flatMap((member) => member.inputs)
    .filter((input) => input.op.kind !== "view" && bufferOf(input).op.takesTail);
  // The host that is computed last: everything else that the tail reads is there by then.
  candidates.sort((a, b) => uses.index.get(b)! - uses.index.get(a)!);
  return [...new Set(candidates.map(bufferOf))].find((host) => isTail(group, host, uses));
}

function isTail(group: Group, host: Node, uses: Uses): boolean {
  const onlyHere = (node: Node): boolean =>
    !uses.roots.has(node) &&
    uses.users.get(node)!.every((user) =>
      group.members.has(user) || (user.op.kind === "alias" && onlyHere(user))
    );
  if (!onlyHere(host) || group.shape.at(-1) !== host.shape.at(-1)) return false;
  const builder = new ExpressionBuilder(group.shape, host.inputs.map(bufferOf), uses, host);
  const stores = builder.group(group);
  return builder.fits && fits({ reads: builder.reads, stores });
}

/** Whether a kernel touches few enough buffers. */
const fits = ({ reads, stores }: Pick<Unit, "reads" | "stores">): boolean =>
  new Set(reads).size + stores.length <= bufferLimit;

const isReduction = ({ members: [first] }: Group) => first!.op.kind === "reduction";

/** The group of reductions that alone reads what a group computes, if there is one. */
function reductionOf(
  group: Group,
  groupOf: ReadonlyMap<Node, Group>,
  uses: Uses,
): Group | undefined {
  const readers = reductionsAfter(group.members, uses);
  const [only, ...others] = new Set([...readers ?? []].map((reader) => groupOf.get(reader)!));
  return others.length === 0 ? only : undefined;
}

function reductionUnit(group: Group, heads: readonly Group[], uses: Uses): Unit {
  const { shape } = group, nodes = [...group.members], [first] = nodes;
  const builder = new ExpressionBuilder(shape, [], uses);
  for (const head of heads) builder.group(head);
  const expression = builder.expression(nodes.map((node) => node.inputs[0]!));
  const { combine, axes } = first!.op.reduce!(first!.attributes);
  const dtype = registerType(first!.dtype);
  const kernel: Kernel = { kind: "reduce", combine, shape, axes, expression, dtype };
  const heading = heads.flatMap((head) => [...head.members]);
  const unit = builder.unit(kernel, nodes, originsOf([...nodes, ...heading]));
  return { ...unit, overwritable: new Set() };
}

function kernelUnit(node: Node, tail: Group | undefined, uses: Uses): Unit {
  const operands = node.inputs.map(bufferOf);
  const kernel = withMergedAxes(node.op.kernel!(node, node.attributes));
  const own = originsOf([node]);
  if (tail === undefined) {
    return { kernel, reads: operands, stores: [node], origins: own, overwritable: new Set() };
  }
  const builder = new ExpressionBuilder(tail.shape, operands, uses, node);
  const stores = builder.group(tail), expression = builder.expression(stores);
  for (const operand of operands) builder.overwritable.delete(operand);
  const joint = { ...kernel, tail: expression };
  const after = originsOf(tail.members).filter(({ layer, part }) =>
    layer !== own[0]?.layer || part !== own[0]?.part
  );
  return builder.unit(joint, stores, [...own, ...after]);
}

function exchangeUnit(node: Node): Unit {
  const reads = node.inputs.map(bufferOf), kernel = node.op.exchange!(node.attributes);
  return { kernel, reads, stores: [node], origins: originsOf([node]), overwritable: new Set() };
}

/** Writes element-wise nodes as the steps of a kernel, and collects what the kernel reads. */
class ExpressionBuilder {
  readonly steps: Step[] = [];
  readonly reads: Node[];
  readonly overwritable = new Set<Node>();
  /** Whether every step can be part of a tail; true as long as there is no host. */
  fits = true;
  readonly #read = new Set<Node>();
  readonly #known = new Map<string, number>();
  readonly #stepOf = new Map<Node, number>();

  constructor(
    readonly shape: Shape,
    operands: readonly Node[],
    readonly uses?: Uses,
    readonly host?: Node,
  ) {
    this.reads = [...operands];
  }

  /** Computes the members of a group, in order; gives those that somebody outside reads. */
  group(group: Group): Node[] {
    const uses = this.uses!;
    const members = [...group.members].sort((a, b) => uses.index.get(a)! - uses.index.get(b)!);
    for (const node of members) {
      this.#stepOf.set(node, this.#apply(node, (input) => this.#stepFor(input)));
    }
    return members.filter((node) => escapes(node, group.members, uses));
  }

  /** An expression that stores nodes, each computed before or read from outside. */
  expression(stores: readonly Node[]): Expression {
    return {
      stores: stores.map((node) => {
        const step = this.#stepFor(node);
        return { step, dtype: registerType(node.dtype) };
      }),
      steps: this.steps,
    };
  }

  #stepFor(node: Node): number {
    return this.#stepOf.get(node) ?? this.read(node);
  }

  /** The unit of a kernel with what was collected for it. */
  unit(kernel: Kernel, stores: readonly Node[], origins: readonly Origin[]): Unit {
    const { reads, overwritable } = this;
    return { kernel: withMergedAxes(kernel), reads, stores, origins, overwritable };
  }

  /** The step that yields a node from outside the group. */
  read(node: Node): number {
    if (node.op.kind === "generator") return this.#described(node)!;
    if (bufferOf(node) === this.host) return this.#step({ kind: "result", dtype: "f32" });
    const source = sourceOf(node);
    const buffer = bufferOf(source.base);
    let view = viewOf(source, this.shape.length);
    const inPlace = isContiguous(view, this.shape) && sizeOf(buffer.shape) === sizeOf(this.shape);
    if (this.host !== undefined) {
      const adapted = tailView(view, this.shape);
      if (adapted === undefined || buffer.dtype === "u8") this.fits = false;
      else view = adapted;
    }
    if (inPlace && !this.#read.has(buffer)) this.overwritable.add(buffer);
    if (!inPlace) this.overwritable.delete(buffer);
    this.#read.add(buffer);
    return this.#step({ kind: "load", input: this.#input(buffer), view, dtype: buffer.dtype });
  }

  #apply(node: Node, stepFor: (input: Node) => number): number {
    const described = this.#described(node);
    if (described !== undefined) return described;
    const { op, attributes, dtype } = node;
    const operands = node.inputs.map(stepFor);
    return this.#step({ kind: "apply", op: op.name, operands, attributes, dtype });
  }

  /** The step that a node's row describes, if it does. */
  #described(node: Node): number | undefined {
    const step = node.op.step?.(node, node.attributes, (input) => this.#whole(input));
    if (step === undefined) return undefined;
    if (this.host !== undefined && usesIndex(step)) this.fits = false;
    return this.#step(step);
  }

  /** An input that is read at other indices too, and so cannot be overwritten. */
  #whole(input: Node): number {
    const buffer = bufferOf(input);
    this.overwritable.delete(buffer);
    this.#read.add(buffer);
    return this.#input(buffer);
  }

  #input(buffer: Node): number {
    const index = this.reads.indexOf(buffer);
    return index >= 0 ? index : this.reads.push(buffer) - 1;
  }

  #step(step: Step): number {
    const key = keyOf(step);
    return this.#known.getOrInsertComputed(key, () => this.steps.push(step) - 1);
  }
}
