import type { TensorData } from "../core/dtype.ts";
import { DeviceError } from "../core/errors.ts";
import type { Storage } from "../device/device.ts";
import { Node, type TensorType, topologicalOrder } from "../graph/node.ts";
import { convert } from "../graph/ops/elementwise.ts";
import { structureKey } from "../compile/key.ts";
import { Carrying } from "./carried.ts";
import { withMemory } from "./reclaim.ts";
import { defaultRuntime, type Runtime } from "./runtime.ts";
import { isTracing } from "./tracing.ts";
import { becomeLeaf, checkAlive, constant, leafOf, leafWith, Value, valueOf } from "./value.ts";

/** Nodes of which some are wanted together: see {@linkcode linkResults}. */
interface Linked {
  readonly value: Node;
  readonly all: readonly Node[];
}

const linked = new WeakMap<Node, Linked>();

/**
 * Marks the value and the gradients of one function as computed by one walk: reading any of them
 * evaluates all, and whatever is computed from a gradient evaluates the value too.
 */
export function linkResults(value: Node, gradients: readonly Node[]): void {
  const all = [value, ...gradients];
  for (const node of all) if (node.op.kind !== "leaf") linked.set(node, { value, all });
}

/** Nodes that are evaluated together. */
interface Work {
  readonly roots: readonly Node[];
  /** All that the roots depend on, each node after its inputs. */
  readonly order: readonly Node[];
  readonly leaves: readonly Node[];
  /** What of it may be needed again. */
  readonly carrying?: Carrying;
}

const isLeaf = (node: Node) => node.op.kind === "leaf";

function workOf(roots: readonly Node[]): Work {
  const order = topologicalOrder(roots);
  return { roots, order, leaves: order.filter(isLeaf) };
}

/** The evaluation of nodes that are not evaluated yet, and of what is evaluated along with them. */
function workFor(nodes: readonly Node[]): Work {
  const roots = new Set(nodes.filter((node) => !isLeaf(node)));
  for (const node of topologicalOrder([...roots])) {
    const together = linked.get(node);
    if (together === undefined || isLeaf(node)) continue;
    for (const other of roots.has(node) ? together.all : [together.value]) {
      if (!isLeaf(other)) roots.add(other);
    }
  }
  return workOf([...roots]);
}

/** The same on a runtime, with what is needed again there among the roots. */
function carryOn(runtime: Runtime, work: Work): Work {
  const carrying = new Carrying(work.order, work.roots, (node) => linked.has(node));
  return { ...work, roots: [...work.roots, ...runtime.carried.toKeep(carrying)], carrying };
}

/** Notes what of an evaluation is gone once its roots are there. */
function forget(runtime: Runtime, { carrying, roots }: Work): void {
  if (carrying) runtime.carried.forget(carrying, roots);
}

/**
 * The runtime on which leaves lie; undefined where all of them can go anywhere.
 *
 * @throws {TypeError} if they lie on two.
 */
export function homeOf(leaves: readonly Node[]): Runtime | undefined {
  let home: Runtime | undefined;
  for (const leaf of leaves) {
    const value = valueOf(leaf);
    // What waited on a runtime that was closed is computed on the default one.
    const waits = value?.isPending && value.source === undefined;
    const other = value?.home ?? (waits ? defaultRuntime() : undefined);
    if (other === undefined || other === home) continue;
    if (home !== undefined) {
      throw new TypeError(
        `expected the tensors of one computation on one runtime, found some on ${home} and some on ${other}; move these by their to()`,
      );
    }
    home = other;
  }
  return home;
}

/**
 * Has nodes evaluated without waiting for them: at once if the device is open, else as soon as it
 * is. They become leaves, so that what is computed from them later is a graph (and a program) of
 * its own, the same in every round of a loop. In a function that is to be differentiated they stay
 * as they are, and so does what depends on an argument of a function that jit is recording.
 */
export function schedule(nodes: readonly Node[]): void {
  if (isTracing()) return;
  const open = nodes.filter((node) => !isLeaf(node) && node.dtype !== "u8");
  if (open.length === 0) return;
  const wanted = workFor(open);
  if (wanted.leaves.some((node) => valueOf(node) === undefined)) {
    if (open.length > 1) { for (const node of open) schedule([node]); }
    return;
  }
  const runtime = homeOf(wanted.leaves) ?? defaultRuntime();
  const work = carryOn(runtime, wanted);
  if (runtime.isOpen) {
    flush(runtime);
    if (run(runtime, work)) return;
  }
  const roots = copyGraph(work);
  forget(runtime, work);
  runtime.waiting.push({ roots, targets: work.roots.map((node) => becomeLeaf(node, runtime)) });
}

/** Runs what waits on a runtime, in order, but for that whose data lie elsewhere. */
function flush(runtime: Runtime): void {
  for (const deferred of runtime.waiting.splice(0)) {
    const { roots, targets } = deferred;
    try {
      const storages = execute(runtime, workOf(roots));
      if (storages === undefined) runtime.waiting.push(deferred);
      else targets.forEach((target, i) => target.settle(runtime, storages[i]!));
    } catch (error) {
      // Whoever reads one of them learns of it.
      for (const target of targets) target.failure = error;
    }
  }
}

/** The roots of the same graph of new nodes, down to the leaves. */
function copyGraph({ roots, order }: Work): Node[] {
  const copies = new Map<Node, Node>();
  for (const node of order) {
    const inputs = node.inputs.map((input) => copies.get(input)!);
    copies.set(node, isLeaf(node) ? node : new Node(node.op, inputs, node.attributes, node.origin));
  }
  return roots.map((root) => copies.get(root)!);
}

/**
 * Evaluates nodes where their leaves lie, or else on `elsewhere`; they are leaves afterwards, whose
 * data can be used there at once.
 */
export async function evaluate(nodes: readonly Node[], elsewhere?: Runtime): Promise<Runtime> {
  for (;;) {
    const leaves = [...workFor(nodes).leaves, ...nodes.filter(isLeaf)];
    const runtime = homeOf(leaves) ?? elsewhere ?? defaultRuntime();
    using _ = runtime.hold();
    await runtime.open();
    await gather(leaves, runtime);
    // Another device may have been chosen while data was on its way.
    if (!runtime.isOpen) continue;
    flush(runtime);
    const isThere = nodes.every((node) => !isLeaf(node) || !valueOf(node)?.isPending);
    const runAll = () => run(runtime, carryOn(runtime, workFor(nodes)));
    if (isThere && await withMemory(runtime, runAll)) return runtime;
  }
}

/**
 * Brings to the host what lies elsewhere than on a runtime, of leaves and of what those depend on
 * that are computed from others that wait. (What waits for nothing here may wait for this.)
 */
async function gather(nodes: readonly Node[], runtime: Runtime): Promise<void> {
  const leaves = new Set(nodes);
  for (const node of leaves) {
    const value = valueOf(node);
    const deferred = runtime.waiting.find(({ targets }) => targets.some((t) => t === value));
    for (const other of deferred ? workOf(deferred.roots).leaves : []) leaves.add(other);
  }
  for (const node of leaves) {
    const value = valueOf(node);
    if (value === undefined || value.isPresentOn(runtime)) continue;
    if (value.source === undefined) await value.leave();
    else await copy(value, value.source, runtime);
  }
}

/** Gives a value the numbers of another node, which is evaluated where it lies. */
async function copy(value: Value, source: Node, runtime: Runtime): Promise<void> {
  try {
    value.data = await read(source, runtime);
  } catch (error) {
    value.failure = error;
  }
  value.source = undefined;
}

/** Queues an evaluation; false if some data lies elsewhere. */
function run(runtime: Runtime, work: Work): boolean {
  if (work.roots.length === 0) return true;
  const storages = execute(runtime, work);
  if (storages === undefined) return false;
  forget(runtime, work);
  work.roots.forEach((node, i) => becomeLeaf(node, runtime).settle(runtime, storages[i]!));
  return true;
}

/** Queues a run for roots and gives their storages; undefined if some data lies elsewhere. */
function execute(runtime: Runtime, { roots, order, leaves }: Work): Storage[] | undefined {
  for (const node of leaves) {
    const value = valueOf(node);
    checkAlive(value);
    if (!value.isPresentOn(runtime)) return undefined;
  }
  const { programs } = runtime;
  const load = () => ({ program: programs.load(roots, leaves) });
  const { program } = programs.get(programs, structureKey(order, roots), load);
  return programs.run(program, () => leaves.map((node) => valueOf(node)!.upload(runtime)));
}

/** Memory with a copy of a value's numbers, made on the runtime where they are. */
export function duplicate(value: Value, runtime: Runtime): Storage {
  return execute(runtime, workOf([leafOf(value)]))![0]!;
}

/** The elements of a node, computed if need be, as a typed array of their own. */
export async function read(node: Node, elsewhere?: Runtime): Promise<TensorData> {
  if (!isLeaf(node) && node.dtype === "u8") {
    return Uint8Array.from(await read(convert(node, "i32"), elsewhere));
  }
  if (valueOf(node)?.data === undefined) await evaluate([node], elsewhere);
  const value = valueOf(node);
  checkAlive(value);
  const data = await value.read();
  // What is small is kept, so that printing the tensor again shows it.
  if (data.length > 1000 || value.data !== undefined) return data;
  value.data = data;
  return data.slice() as TensorData;
}

/**
 * The memory of tensors on a runtime, where they are evaluated if need be; nothing that lies there
 * is read back. It is theirs: to be read only, and while they are held.
 *
 * @throws {TypeError} if a tensor lies on another runtime.
 */
export async function storagesOf(
  tensors: readonly { readonly node: Node }[],
  runtime: Runtime,
): Promise<Storage[]> {
  const nodes = await Promise.all(tensors.map(async ({ node }) => {
    // No kernel stores bytes: a view of some is made by way of the host.
    if (isLeaf(node) || node.dtype !== "u8") return node;
    return constant(await read(node, runtime), node.shape, node.dtype);
  }));
  const home = await evaluate(nodes, runtime);
  if (home !== runtime) {
    throw new TypeError(
      `expected tensors on ${runtime}, found some on ${home}; move these by their to()`,
    );
  }
  return nodes.map((node) => {
    const value = valueOf(node);
    checkAlive(value);
    return value.upload(runtime);
  });
}

/** A leaf with the numbers that memory on a runtime holds; the memory is the leaf's from then on. */
export function leafOn(runtime: Runtime, storage: Storage, type: TensorType): Node {
  const value = new Value(type, undefined, runtime);
  value.settle(runtime, storage);
  return leafOf(value);
}

/**
 * A leaf on a runtime with the numbers of a node, which are copied when they are needed.
 *
 * @throws {DeviceError} if the runtime was closed.
 */
export function copyTo(node: Node, runtime: Runtime): Node {
  const value = valueOf(node);
  if (runtime.successor === undefined) throw new DeviceError("to: the runtime was closed");
  if (value?.home === runtime.successor) return node;
  const copied = new Value(node, value?.data, runtime);
  if (copied.data === undefined) copied.source = node;
  return leafWith(copied);
}
