import type { DType } from "../core/dtype.ts";
import { compile } from "../compile/compile.ts";
import type { Plan } from "../compile/plan.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Storage } from "../device/device.ts";
import { leaf, type Node, topologicalOrder } from "../graph/node.ts";
import type { LoadedProgram } from "../tensor/program_store.ts";
import { withMemory } from "../tensor/reclaim.ts";
import type { Runtime } from "../tensor/runtime.ts";
import { Tensor } from "../tensor/tensor.ts";
import { valueOf } from "../tensor/value.ts";
import { Variable } from "../tensor/variable.ts";

/** Collects a graph over inputs and variables, some of which it gives new values. */
export class ProgramBuilder {
  readonly #inputs: Node[] = [];
  readonly #variables = new Map<Variable, Node>();
  readonly #updates = new Map<Variable, Node>();

  /** An input that is given at each run. */
  input(shape: Shape, dtype: DType): Tensor {
    const node = leaf(shape, dtype);
    this.#inputs.push(node);
    return new Tensor(node);
  }

  /** The content of a variable before the run. */
  variable(variable: Variable): Tensor {
    const makeLeaf = () => leaf(variable.shape, variable.dtype);
    return new Tensor(this.#variables.getOrInsertComputed(variable, makeLeaf));
  }

  /** Gives a variable a new value after the run; of several calls for one variable the last counts. */
  update(variable: Variable, value: Tensor): void {
    this.variable(variable);
    this.#updates.set(variable, value.node);
  }

  /** Makes variables, which nothing updates, of the tensors and numbers that a graph has of its own. */
  #take(roots: readonly Node[], runtime: Runtime): void {
    const given = new Set([...this.#inputs, ...this.#variables.values()]);
    for (const node of topologicalOrder(roots)) {
      if (node.op.kind !== "leaf" || given.has(node)) continue;
      const variable = new Variable("a tensor from outside", node.shape, node.dtype);
      variable.set(new Tensor(node));
      if (!valueOf(node)!.isPresentOn(runtime)) {
        throw new TypeError(
          `a tensor ${formatShape(node.shape)} that a loss, a metric or a layer takes from ` +
            `around it is not on ${runtime}: move it by its to(), and await its data() first`,
        );
      }
      this.#variables.set(variable, node);
    }
  }

  /** The graph as it is compiled for a runtime, and what it binds. */
  #finish(runtime: Runtime, results: readonly Tensor[]) {
    const outputs = results.map((t) => t.node);
    this.#take([...outputs, ...this.#updates.values()], runtime);
    const variables = [...this.#variables.keys()];
    const leaves = [...this.#inputs, ...this.#variables.values()];
    const updated = [...this.#updates.keys()];
    const updates = new Map(
      updated.map((variable, i) => [
        outputs.length + i,
        this.#inputs.length + variables.indexOf(variable),
      ]),
    );
    const bindings = variables.map((variable): Binding => ({
      variable,
      isUpdated: this.#updates.has(variable),
    }));
    return { roots: [...outputs, ...this.#updates.values()], leaves, updates, bindings };
  }

  /** Compiles the graph for a runtime, and loads it there. */
  build(runtime: Runtime, results: readonly Tensor[] = []): StatefulProgram {
    const { roots, leaves, updates, bindings } = this.#finish(runtime, results);
    const program = runtime.programs.load(roots, leaves, { updates });
    return statefulProgram(runtime, program, bindings, this.#inputs.length, results.length);
  }

  /** The same before it is loaded. */
  plan(runtime: Runtime, results: readonly Tensor[] = []): PlannedProgram {
    const { roots, leaves, updates, bindings } = this.#finish(runtime, results);
    return { plan: compile(roots, leaves, { updates }), variables: bindings };
  }
}

/** A program over variables that is not loaded; its plan binds its inputs first, then these. */
export interface PlannedProgram {
  readonly plan: Plan;
  readonly variables: readonly Binding[];
}

/** A variable of a program, and whether that changes it. */
export interface Binding {
  readonly variable: Variable;
  readonly isUpdated: boolean;
}

/** A loaded program over variables, which it updates in place. */
export interface StatefulProgram {
  readonly program: LoadedProgram;
  /** Bytes of each input. */
  readonly inputBytes: readonly number[];
  /** Queues a run; the storages of the outputs are new and the caller's to release. */
  run(inputs: readonly Storage[]): Storage[];
  /** The same, also of a program that exchanges numbers with other processes: in time, then. */
  start(inputs: readonly Storage[]): Storage[] | Promise<Storage[]>;
}

/** Of a program and what it binds; it keeps nothing of the graph. */
function statefulProgram(
  runtime: Runtime,
  program: LoadedProgram,
  variables: readonly Binding[],
  inputCount: number,
  outputCount: number,
): StatefulProgram {
  const bind = ({ variable, isUpdated }: Binding) =>
    isUpdated ? variable.bindForUpdate(runtime) : variable.bind(runtime);
  return {
    program,
    inputBytes: program.bindings.slice(0, inputCount),
    run: (inputs) =>
      runtime.programs.run(program, () => [...inputs, ...variables.map(bind)])
        .slice(0, outputCount),
    start(inputs) {
      const results = (all: Storage[]) => all.slice(0, outputCount);
      const storages = () => [...inputs, ...variables.map(bind)];
      const started = runtime.programs.start(program, storages);
      return started instanceof Promise ? started.then(results) : results(started);
    },
  };
}

/**
 * Runs a program that `make` gives, where there is memory for it: queued, or done if it exchanges numbers
 * with other processes.
 */
export async function runProgram(
  runtime: Runtime,
  make: () => StatefulProgram,
  inputs: () => readonly Storage[],
): Promise<Storage[]> {
  // In an object, or it would be awaited there.
  const { started } = await withMemory(runtime, () => ({ started: make().start(inputs()) }));
  return await started;
}
