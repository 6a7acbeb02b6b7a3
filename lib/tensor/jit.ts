import { leaf, type Node, topologicalOrder } from "../graph/node.ts";
import { homeOf, schedule } from "./evaluate.ts";
import type { LoadedProgram } from "./program_store.ts";
import { defaultRuntime, type Runtime } from "./runtime.ts";
import { Tensor } from "./tensor.ts";
import { isTracing, record as recording } from "./tracing.ts";
import { flatten, rebuild, signature, type Tree } from "./tree.ts";
import { leafWith, Value, valueOf } from "./value.ts";

/** A function recorded once for arguments of certain types, as a program. */
interface Trace {
  readonly program: LoadedProgram;
  readonly result: Tree;
  readonly roots: readonly Node[];
  /** Tensors that the function took from around it. */
  readonly taken: readonly Node[];
}

/**
 * Records a function of tensors once for each combination of argument types, and from then on runs
 * the recorded program. What the function does besides (print, count, draw random numbers on the
 * host) happens only while it is recorded; tensors from around it are taken as they are then. What
 * was recorded is kept until others need its memory, and then recorded again.
 *
 * ```ts
 * import { jit, tensor } from "@striate/striate";
 * import type { Tensor } from "@striate/striate";
 * const step = jit((x: Tensor, y: Tensor) => x.matmul(y).tanh());
 * const x = tensor([[1, 2]]), y = tensor([[0.5], [0.25]]);
 * console.log(await step(x, y).array()); // [[0.76159...]]
 * ```
 */
export function jit<Arguments extends Tree[], Result extends Tree>(
  fn: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  /** Where the tensors lie that it takes from around it. */
  let around: Runtime | undefined;
  const jitted = (...args: Arguments): Result => {
    // What is to be differentiated has to be one graph.
    if (isTracing()) return fn(...args);
    const nodes = flatten(args, "jit").map((t) => t.node);
    schedule(nodes);
    const runtime = homeOf(nodes) ?? around?.successor ?? defaultRuntime();
    const isPresent = (node: Node) => valueOf(node)?.isPresentOn(runtime) ?? false;
    // Before there is a device, or while data is on its way to it, the graph does as well.
    if (runtime.isOpen && nodes.every(isPresent)) {
      const trace = runtime.programs.get(jitted, signature(args), () => record(fn, args, runtime));
      if (trace.taken.every(isPresent)) return run(trace, nodes, runtime) as Result;
    }
    const result = fn(...args);
    around = homeOf(leavesOf(flatten(result, "jit: result").map((t) => t.node)));
    return result;
  };
  return jitted;
}

const leavesOf = (roots: readonly Node[]) =>
  topologicalOrder(roots).filter((node) => node.op.kind === "leaf");

function record<Arguments extends Tree[]>(
  fn: (...args: Arguments) => Tree,
  args: Arguments,
  { programs }: Runtime,
): Trace {
  const placeholders = flatten(args, "jit").map((t) => new Tensor(leaf(t.shape, t.dtype)));
  const result = recording(() => fn(...rebuild(args, placeholders.values())));
  const roots = flatten(result, "jit: result").map((t) => t.node);
  const given = placeholders.map((t) => t.node);
  const taken = leavesOf(roots).filter((node) => !given.includes(node));
  return { program: programs.load(roots, [...given, ...taken]), result, roots, taken };
}

function run(
  { program, result, roots, taken }: Trace,
  nodes: readonly Node[],
  runtime: Runtime,
): Tree {
  const storages = runtime.programs.run(
    program,
    () => [...nodes, ...taken].map((node) => valueOf(node)!.upload(runtime)),
  );
  const results = roots.map((root, i) => {
    const value = new Value(root);
    value.settle(runtime, storages[i]!);
    return new Tensor(leafWith(value));
  });
  return rebuild(result, results.values());
}
