import { bytesPerElement, type TensorData, typedArray } from "../core/dtype.ts";
import { sizeOf } from "../core/shape.ts";
import { compile, type CompileOptions } from "../compile/compile.ts";
import { structureKey } from "../compile/key.ts";
import type { Device, DeviceOptions, Executable, Storage } from "../device/device.ts";
import { checkDeviceName, defaultDeviceName, openDevice } from "../device/registry.ts";
import { Node, topologicalOrder } from "../graph/node.ts";
import { convert } from "../graph/ops/elementwise.ts";
import { isTracing } from "./tracing.ts";
import { checkAlive, defer, fail, settle, upload, type Value, valueOf } from "./value.ts";

let opening: Promise<Device> | undefined;
let ready: Device | undefined;
/** The last device that was opened. */
let last: Device | undefined;

/** The device, opened on first use; see {@linkcode setDevice}. */
export function device(): Promise<Device> {
  return opening ??= openDevice(defaultDeviceName()).then((device) => ready = last = device);
}

/** The device if it is open already: what can be queued without waiting. */
export function deviceIfReady(): Device | undefined {
  return ready;
}

/**
 * Chooses where everything is computed from now on: "webgpu", "cpu", or "auto" (a hardware WebGPU
 * adapter if there is one, else the CPU), which is also the default. The environment variable
 * `STRIATE_DEVICE` does the same from outside. Tensors that exist move over when they are used.
 *
 * ```ts
 * import { setDevice } from "@striate/striate";
 * const device = await setDevice("cpu", { threads: 2 });
 * console.log(device.kind); // "cpu"
 * ```
 *
 * @throws {DeviceError} if WebGPU is asked for and there is no adapter; the device that was there
 * stays.
 */
export async function setDevice(
  name: string,
  options: DeviceOptions = {},
): Promise<{ readonly kind: string; readonly description: string }> {
  checkDeviceName(name, "setDevice");
  const previous = opening;
  const chosen = (previous ?? Promise.resolve()).catch(() => {})
    .then(() => openDevice(name, options));
  opening = chosen;
  ready = undefined;
  try {
    return ready = last = await chosen;
  } catch (error) {
    // Who uses a tensor meanwhile learns of the failure too; afterwards it is as it was before.
    if (opening === chosen) {
      opening = last && Promise.resolve(last);
      ready = last;
    }
    throw error;
  }
}

/** A program that is loaded, with what it reads. */
export interface LoadedProgram {
  readonly executable: Executable;
  /** Bytes of each binding; the first ones are the leaves. */
  readonly bindings: readonly number[];
  readonly outputs: readonly number[];
  /** Bytes that it holds between runs. */
  readonly bytes: number;
}

/** Programs of a device by the structure of their graph, the least recently used one first. */
const programs = new WeakMap<Device, Map<string, LoadedProgram>>();
const programLimit = 256;

/** Bytes that kept programs may hold: a few large ones would fill a device for good. */
const keptBytes = 2 ** 30;

/**
 * Makes room for a program of `bytes` bytes: lets go what was used longest ago where there would be
 * more than `limit` programs, or they would hold too much.
 */
export function makeRoom<T>(
  kept: Map<string, T>,
  limit: number,
  bytes: number,
  programOf: (item: T) => LoadedProgram,
): void {
  let held = bytes;
  for (const item of kept.values()) held += programOf(item).bytes;
  for (const [key, item] of kept) {
    if (kept.size < limit && held <= keptBytes) return;
    const { executable, bytes: own } = programOf(item);
    kept.delete(key);
    executable.release();
    held -= own;
  }
}

/** How many programs a device holds; tests watch that loops do not make more. */
export function programCount(device: Device): number {
  return programs.get(device)?.size ?? 0;
}

/** The program for `roots` of `leaves`, compiled once for each structure of graph. */
export function program(
  device: Device,
  roots: readonly Node[],
  leaves: readonly Node[],
  order: readonly Node[] = topologicalOrder(roots),
): LoadedProgram {
  let known = programs.get(device);
  if (known === undefined) programs.set(device, known = new Map());
  const key = structureKey(order, roots);
  let found = known.get(key);
  if (found === undefined) {
    found = load(device, roots, leaves, {
      before: (bytes) => makeRoom(known, programLimit, bytes, (program) => program),
    });
  } else {
    known.delete(key);
  }
  known.set(key, found);
  return found;
}

/** Compiles and loads a program; `before` it is loaded, its size can be told. */
export function load(
  device: Device,
  roots: readonly Node[],
  leaves: readonly Node[],
  { before, ...options }: CompileOptions & { readonly before?: (bytes: number) => void } = {},
): LoadedProgram {
  const plan = compile(roots, leaves, options);
  const { bindings, outputs, slots } = plan;
  const bytes = slots.reduce((sum, slot) => sum + slot, 0);
  before?.(bytes);
  return { executable: device.load(plan), bindings, outputs, bytes };
}

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

/** An evaluation that was asked for before there was a device. */
interface Deferred {
  /** A copy of the graph. */
  readonly roots: readonly Node[];
  /** The nodes that it gives values to, leaves already. */
  readonly targets: readonly Node[];
}

/** What waits for a device, in order. */
const waiting: Deferred[] = [];

/**
 * Has nodes evaluated without waiting for them: at once if the device is open, else as soon as it
 * is. They become leaves, so that what is computed from them later is a graph (and a program) of
 * its own, the same in every round of a loop. In a function that is to be differentiated they stay
 * as they are.
 */
export function schedule(nodes: readonly Node[]): void {
  if (isTracing()) return;
  const open = nodes.filter((node) =>
    node.op.kind !== "leaf" && node.dtype !== "u8" && !isPlaceholder(node)
  );
  if (open.length === 0) return;
  if (ready !== undefined && flush(ready) && run(ready, open)) return;
  const targets = withLinked(open);
  waiting.push({ roots: copyGraph(targets), targets });
  for (const node of targets) defer(node);
}

/** Runs what waits, as far as its data lie on the device; whether that was everything. */
function flush(device: Device): boolean {
  for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
    const { roots, targets } = next;
    try {
      const storages = execute(device, roots);
      if (storages === undefined) return false;
      targets.forEach((node, i) => settle(node, storages[i]!, device));
    } catch (error) {
      // Whoever reads one of them learns of it.
      for (const node of targets) fail(node, error);
    }
    waiting.shift();
  }
  return true;
}

/** The same graph of new nodes, down to the leaves. */
function copyGraph(roots: readonly Node[]): Node[] {
  const copies = new Map<Node, Node>();
  for (const node of topologicalOrder(roots)) {
    const inputs = node.inputs.map((input) => copies.get(input)!);
    copies.set(node, node.op.kind === "leaf" ? node : new Node(node.op, inputs, node.attributes));
  }
  return roots.map((root) => copies.get(root)!);
}

/** Whether a node depends on an argument of a function that jit is recording. */
function isPlaceholder(node: Node): boolean {
  return topologicalOrder([node]).some((n) => n.op.kind === "leaf" && valueOf(n) === undefined);
}

/** Evaluates nodes; they are leaves afterwards. */
export async function evaluate(nodes: readonly Node[]): Promise<Device> {
  for (;;) {
    const target = await device();
    await gather([...waiting.flatMap(({ roots }) => roots), ...nodes], target);
    // Another device may have been chosen, or more be waiting, while data was on its way.
    if (target === ready && flush(target) && run(target, nodes)) return target;
  }
}

/** Brings to the host what lies on another device. */
async function gather(nodes: readonly Node[], target: Device): Promise<void> {
  for (const node of topologicalOrder(withLinked(nodes))) {
    const value = valueOf(node);
    const elsewhere = value?.storage !== undefined && value.device !== target;
    if (!elsewhere || value.data !== undefined) continue;
    value.data = await readStorage(node, value);
  }
}

async function readStorage(node: Node, { storage, device }: Value): Promise<TensorData> {
  const bytes = sizeOf(node.shape) * bytesPerElement[node.dtype];
  return typedArray(node.dtype, await device!.read(storage!, bytes));
}

/** The nodes that are not evaluated yet, and what is evaluated along with them. */
function withLinked(nodes: readonly Node[]): Node[] {
  const roots = new Set(nodes.filter((node) => node.op.kind !== "leaf"));
  for (const node of topologicalOrder([...roots])) {
    const together = linked.get(node);
    if (together === undefined || node.op.kind === "leaf") continue;
    for (const other of roots.has(node) ? together.all : [together.value]) {
      if (other.op.kind !== "leaf") roots.add(other);
    }
  }
  return [...roots];
}

/** Queues the evaluation of nodes; false if some data lies on another device. */
function run(device: Device, nodes: readonly Node[]): boolean {
  const list = withLinked(nodes);
  if (list.length === 0) return true;
  const storages = execute(device, list);
  if (storages === undefined) return false;
  list.forEach((node, i) => settle(node, storages[i]!, device));
  return true;
}

/** Queues a run for roots and gives their storages; undefined if some data lies on another device. */
function execute(device: Device, roots: readonly Node[]): Storage[] | undefined {
  const order = topologicalOrder(roots);
  const leaves = order.filter((node) => node.op.kind === "leaf");
  for (const node of leaves) {
    const value = valueOf(node);
    checkAlive(value);
    if (value.data === undefined && value.device !== device) return undefined;
  }
  const { executable, bindings, outputs } = program(device, roots, leaves, order);
  const storages = leaves.map((node) => upload(node, valueOf(node)!, device));
  for (let i = leaves.length; i < bindings.length; i++) {
    storages.push(device.allocate(bindings[i]!));
  }
  executable.run(storages);
  return roots.map((_, i) => storages[outputs[i]!]!);
}

/** The elements of a node, computed if need be, as a typed array of their own. */
export async function read(node: Node): Promise<TensorData> {
  if (node.op.kind !== "leaf" && node.dtype === "u8") {
    return Uint8Array.from(await read(convert(node, "i32")));
  }
  const given = valueOf(node)?.data;
  if (given !== undefined) return given.slice() as TensorData;
  await evaluate([node]);
  const value = valueOf(node);
  checkAlive(value);
  const data = value.data ?? await readStorage(node, value);
  // What is small is kept, so that printing the tensor again shows it.
  if (data.length > 1000) return data;
  value.data = data;
  return data.slice() as TensorData;
}
