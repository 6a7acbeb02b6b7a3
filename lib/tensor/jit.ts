import type { Device, Executable } from "../device/device.ts";
import { leaf, type Node, topologicalOrder } from "../graph/node.ts";
import { deviceIfReady, load, type LoadedProgram, makeRoom, schedule } from "./runtime.ts";
import { Tensor } from "./tensor.ts";
import { isTracing, record as recording } from "./tracing.ts";
import { flatten, rebuild, signature, type Tree } from "./tree.ts";
import { settle, upload, valueOf } from "./value.ts";

/** A function recorded once for arguments of certain types. */
interface Trace {
  readonly result: Tree;
  readonly roots: readonly Node[];
  /** The placeholders of the arguments. */
  readonly placeholders: readonly Node[];
  /** On the device that it ran on last. */
  loaded: Loaded | undefined;
}

/** Traces of a function that are kept, each for certain types of arguments. */
const traceLimit = 64;

/** Gives a program's memory back once its trace cannot be reached any more. */
const abandoned = new FinalizationRegistry<Executable>((executable) => executable.release());

/** A trace's program on a device. */
interface Loaded {
  readonly device: Device;
  readonly program: LoadedProgram;
  /** The placeholders, then tensors that the function took from around it. */
  readonly leaves: readonly Node[];
}

/**
 * Records a function of tensors once for each combination of argument types, and from then on runs
 * the recorded program. What the function does besides (print, count, draw random numbers on the
 * host) happens only while it is recorded; tensors from around it are taken as they are then. What
 * was recorded for the last 64 combinations is kept.
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
  const traces = new Map<string, Trace>();
  return (...args) => {
    // What is to be differentiated has to be one graph.
    if (isTracing()) return fn(...args);
    const tensors = flatten(args, "jit");
    const device = deviceIfReady();
    schedule(tensors.map((t) => t.node));
    // Before there is a device, or while data is on its way from another one, the graph does as well.
    const usable = device !== undefined && tensors.every(({ node }) => isPresent(node, device));
    if (!usable) return fn(...args);
    const key = signature(args);
    const trace = traces.get(key) ?? record(fn, args);
    traces.delete(key);
    const loaded = programOf(
      trace,
      device,
      (bytes) => makeRoom(traces, traceLimit, bytes, ({ loaded }) => loaded!.program),
    );
    traces.set(key, trace);
    const taken = loaded.leaves.slice(tensors.length);
    if (!taken.every((node) => isPresent(node, device))) return fn(...args);
    return run(trace, loaded, tensors, device) as Result;
  };
}

function isPresent(node: Node, device: Device): boolean {
  const value = valueOf(node);
  return value !== undefined && (value.data !== undefined || value.device === device);
}

function record<Arguments extends Tree[]>(
  fn: (...args: Arguments) => Tree,
  args: Arguments,
): Trace {
  const placeholders = flatten(args, "jit").map((t) => new Tensor(leaf(t.shape, t.dtype)));
  const result = recording(() => fn(...rebuild(args, placeholders.values())));
  const roots = flatten(result, "jit: result").map((t) => t.node);
  return {
    result,
    roots,
    placeholders: placeholders.map((t) => t.node),
    loaded: undefined,
  };
}

function programOf(trace: Trace, device: Device, before: (bytes: number) => void): Loaded {
  const { roots, placeholders } = trace;
  let { loaded } = trace;
  if (loaded?.device !== device) {
    abandoned.unregister(trace);
    loaded?.program.executable.release();
    // What was taken may have been evaluated since, so that it is a leaf by now.
    const taken = topologicalOrder(roots)
      .filter((node) => node.op.kind === "leaf" && !placeholders.includes(node));
    const leaves = [...placeholders, ...taken];
    trace.loaded = loaded = { device, program: load(device, roots, leaves, { before }), leaves };
    abandoned.register(trace, loaded.program.executable, trace);
  }
  return loaded;
}

function run(
  trace: Trace,
  { program, leaves }: Loaded,
  tensors: readonly Tensor[],
  device: Device,
): Tree {
  const nodes = leaves.map((node, i) => tensors[i]?.node ?? node);
  const storages = nodes.map((node) => upload(node, valueOf(node)!, device));
  for (const bytes of program.bindings.slice(nodes.length)) storages.push(device.allocate(bytes));
  program.executable.run(storages);
  const results = trace.roots.map((root, i) => {
    const node = leaf(root.shape, root.dtype);
    settle(node, storages[program.outputs[i]!]!, device);
    return new Tensor(node);
  });
  return rebuild(trace.result, results.values());
}
