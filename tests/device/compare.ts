import { assert } from "@std/assert";
import { bytesPerElement, typedArray } from "../../lib/core/dtype.ts";
import { sizeOf } from "../../lib/core/shape.ts";
import { compile, type CompileOptions } from "../../lib/compile/compile.ts";
import type { Fusion } from "../../lib/compile/fuse.ts";
import type { Device } from "../../lib/device/device.ts";
import { gradients } from "../../lib/graph/gradient.ts";
import { type Node, topologicalOrder } from "../../lib/graph/node.ts";
import { build, type Case, gradientsOf } from "../cases.ts";
import { evaluate } from "../reference.ts";
import { randomGraph } from "./random_graph.ts";

/** A graph to run: what is wanted, from which leaves, with which data. */
export interface Graph {
  readonly roots: readonly Node[];
  readonly leaves: readonly Node[];
  readonly data: ReadonlyMap<Node, ArrayLike<number>>;
}

/** Every fusion rule on; all off; each off alone. */
export const fusions: readonly Partial<Fusion>[] = [
  {},
  { elementwise: false, tails: false, heads: false },
  { elementwise: false },
  { tails: false },
  { heads: false },
];

/** The largest difference between a device and the reference, and where it was. */
export class Largest {
  error = 0;
  where = "";
  count = 0;

  /** Notes a difference. */
  add(error: number, where: string): void {
    this.count++;
    if (error > this.error) [this.error, this.where] = [error, where];
  }

  /** For people. */
  toString(): string {
    return `${this.count} results, largest error ${this.error.toExponential(1)} (${this.where})`;
  }
}

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

/** Runs a graph on a device and by the reference; the differences are noted, large ones returned. */
export async function compare(
  device: Device,
  graph: Graph,
  names: readonly string[],
  options: CompileOptions,
  tolerance: number,
  largest: Largest,
): Promise<string[]> {
  const failures: string[] = [];
  const suffix = options.fusion && Object.keys(options.fusion).length > 0
    ? ` without fusion of ${Object.keys(options.fusion).join(", ")}`
    : "";
  try {
    const found = await runOn(device, graph, options);
    const expected = evaluate(graph.roots, graph.data);
    found.forEach((numbers, i) => {
      const name = `${names[i]}${suffix}`;
      const error = difference(numbers, expected[i]!, graph.roots[i]!.dtype !== "f32");
      largest.add(error, name);
      if (!(error <= tolerance)) failures.push(describe(name, error, numbers, expected[i]!));
    });
  } catch (error) {
    failures.push(`${names[0]}${suffix}: ${error}`);
  }
  return failures;
}

function describe(
  name: string,
  error: number,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
): string {
  let at = 0, most = -1;
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(found[i]! - expected[i]!);
    const apart = found[i] === expected[i] ? 0 : Number.isNaN(d) ? Infinity : d;
    if (apart > most) [at, most] = [i, apart];
  }
  return `${name}: error ${error.toExponential(1)}; element ${at} of ${expected.length}: expected ${
    expected[at]
  }, found ${found[at]}`;
}

/** Each case and its gradients on a device, under some settings of the compiler. */
export async function compareCases(
  device: Device,
  cases: readonly Case[],
  settings: readonly Partial<Fusion>[],
  tolerance: number,
): Promise<Largest> {
  const largest = new Largest();
  const failures: string[] = [];
  for (const item of cases) {
    const built = build(item);
    const roots = [built.output, ...gradientsOf(built)];
    const names = roots.map((_, i) => i === 0 ? item.name : `${item.name}, gradient ${i}`);
    for (const fusion of settings) {
      const graph = { ...built, roots };
      failures.push(...await compare(device, graph, names, { fusion }, tolerance, largest));
    }
  }
  assert(failures.length === 0, `${failures.length} failures\n${failures.join("\n")}`);
  return largest;
}

/** Random graphs on a device: `count` with any ops, and as many smooth ones with their gradients. */
export async function compareRandomGraphs(
  device: Device,
  count: number,
  settings: readonly Partial<Fusion>[],
  tolerance: number,
): Promise<Largest> {
  const largest = new Largest();
  const failures: string[] = [];
  for (let seed = 1; seed <= count; seed++) {
    for (const smooth of [false, true]) {
      const graph = randomGraph(seed, smooth);
      const roots = smooth
        ? [...graph.roots, ...gradients(graph.loss, graph.variables)]
        : graph.roots;
      const names = roots.map((root, i) =>
        `random graph ${seed}${smooth ? ", smooth" : ""}, root ${i} (${root.op.name}) of ${
          topologicalOrder(roots).length
        } nodes`
      );
      for (const fusion of settings) {
        failures.push(
          ...await compare(device, { ...graph, roots }, names, { fusion }, tolerance, largest),
        );
      }
    }
  }
  assert(failures.length === 0, `${failures.length} failures\n${failures.join("\n")}`);
  return largest;
}
