import { bytesPerElement, typedArray } from "../../lib/core/dtype.ts";
import { sizeOf } from "../../lib/core/shape.ts";
import { compile, type CompileOptions } from "../../lib/compile/compile.ts";
import type { Fusion } from "../../lib/compile/fuse.ts";
import type { Device } from "../../lib/device/device.ts";
import { gradients } from "../../lib/graph/gradient.ts";
import { type Node, topologicalOrder } from "../../lib/graph/node.ts";
import { build, type Case, gradientsOf } from "../cases.ts";
import { evaluate } from "../reference.ts";
import { edgeGraph } from "./edge_graph.ts";
import { randomGraph } from "./random_graph.ts";

/** A graph to run: what is wanted, from which leaves, with which data. */
export interface Graph {
  readonly roots: readonly Node[];
  readonly leaves: readonly Node[];
  readonly data: ReadonlyMap<Node, ArrayLike<number>>;
}

/** What is told of each error, in words when it is asked for them. */
export interface Errors {
  check(error: number, where: string, details: () => string): void;
}

/** Every fusion rule on; all off; each off alone. */
export const fusions: readonly Partial<Fusion>[] = [
  {},
  { copies: false, elementwise: false, tails: false, heads: false, sums: false },
  { copies: false },
  { sums: false },
  { elementwise: false },
  { tails: false },
  { heads: false },
];

/** Compiles a graph and runs it on a device: the elements of each root. */
export async function runOn(
  device: Device,
  { roots, leaves, data }: Graph,
  options: CompileOptions = {},
): Promise<ArrayLike<number>[]> {
  const plan = compile(roots, leaves, options);
  const executable = device.load(plan);
  const storages = plan.bindings.map((bytes) => device.allocate(bytes));
  leaves.forEach((node, i) => device.write(storages[i]!, typedArray(node.dtype, data.get(node)!)));
  executable.run(storages);
  const results = await Promise.all(roots.map(async (root, i) => {
    const bytes = sizeOf(root.shape) * bytesPerElement[root.dtype];
    return typedArray(root.dtype, await device.read(storages[plan.outputs[i]!]!, bytes));
  }));
  executable.release();
  for (const storage of storages) storage.release();
  return results;
}

/**
 * The largest difference of two results, relative to the largest number expected (at least 0.1). i32
 * must be equal, and numbers that are not finite too: else it is infinite.
 */
export function difference(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  exact: boolean,
): number {
  if (found.length !== expected.length) return Infinity;
  let most = 0, magnitude = 0.1;
  for (let i = 0; i < expected.length; i++) {
    const a = found[i]!, b = expected[i]!;
    // Beyond the range of f32 the reference is finite and a device is not.
    if (Object.is(a, b) || a === b || Math.fround(b) === a) continue;
    if (exact || !Number.isFinite(a) || !Number.isFinite(b)) return Infinity;
    most = Math.max(most, Math.abs(a - b));
  }
  for (let i = 0; i < expected.length; i++) {
    if (Number.isFinite(expected[i]!)) magnitude = Math.max(magnitude, Math.abs(expected[i]!));
  }
  return most / magnitude;
}

/**
 * Runs a graph on a device, under some settings of the compiler, and checks its results against the
 * reference's; `names` say what each is.
 */
async function compare(
  device: Device,
  graph: Graph,
  names: readonly string[],
  settings: readonly Partial<Fusion>[],
  errors: Errors,
): Promise<void> {
  const expected = evaluate(graph.roots, graph.data);
  for (const fusion of settings) {
    const off = Object.keys(fusion);
    const suffix = off.length > 0 ? ` without fusion of ${off.join(", ")}` : "";
    const found = await runOn(device, graph, { fusion });
    found.forEach((numbers, i) => {
      const error = difference(numbers, expected[i]!, graph.roots[i]!.dtype !== "f32");
      errors.check(error, names[i] + suffix, () => describe(numbers, expected[i]!));
    });
  }
}

/** Where two results differ most. */
function describe(found: ArrayLike<number>, expected: ArrayLike<number>): string {
  let at = 0, most = -1;
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(found[i]! - expected[i]!);
    const apart = found[i] === expected[i] ? 0 : Number.isNaN(d) ? Infinity : d;
    if (apart > most) [at, most] = [i, apart];
  }
  return `; element ${at} of ${expected.length}: expected ${expected[at]}, found ${found[at]}`;
}

/** A case and its gradients on a device. */
export async function compareCase(
  device: Device,
  item: Case,
  settings: readonly Partial<Fusion>[],
  errors: Errors,
): Promise<void> {
  const built = build(item);
  const roots = [built.output, ...gradientsOf(built)];
  const names = roots.map((_, i) => i === 0 ? item.name : `${item.name}, gradient ${i}`);
  await compare(device, { ...built, roots }, names, settings, errors);
}

/** The op at the edge of its sizes of a seed on a device, with its gradients. */
export async function compareEdgeGraph(
  device: Device,
  seed: number,
  settings: readonly Partial<Fusion>[],
  errors: Errors,
): Promise<void> {
  const graph = edgeGraph(seed);
  const names = graph.roots.map((_, i) =>
    `edge graph ${seed} (${graph.name})${i === 0 ? "" : `, gradient ${i}`}`
  );
  await compare(device, graph, names, settings, errors);
}

/** The random graphs of a seed on a device: one with any ops, one of smooth ones with its gradients. */
export async function compareRandomGraphs(
  device: Device,
  seed: number,
  settings: readonly Partial<Fusion>[],
  errors: Errors,
): Promise<void> {
  for (const smooth of [false, true]) {
    const graph = randomGraph(seed, smooth);
    const roots = smooth
      ? [...graph.roots, ...gradients(graph.loss, graph.variables)]
      : graph.roots;
    const count = topologicalOrder(roots).length;
    const names = roots.map((root, i) =>
      `random graph ${seed}${
        smooth ? ", smooth" : ""
      }, root ${i} (${root.op.name}) of ${count} nodes`
    );
    await compare(device, { ...graph, roots }, names, settings, errors);
  }
}
