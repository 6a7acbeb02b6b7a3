import type { DType } from "../core/dtype.ts";
import { formatShape, type Shape } from "../core/shape.ts";
import type { Device, Executable, Storage } from "../device/device.ts";
import { leaf, type Node, topologicalOrder } from "../graph/node.ts";
import { load, type LoadedProgram } from "../tensor/runtime.ts";
import { valueOf } from "../tensor/value.ts";
import { Variable } from "../tensor/variable.ts";

/** Collects a graph over inputs and variables, some of which it gives new values. */
export class ProgramBuilder {
  readonly #inputs: Node[] = [];
  readonly #variables = new Map<Variable, Node>();
  readonly #updates = new Map<Variable, Node>();

  /** An input that is given at each run. */
  input(shape: Shape, dtype: DType): Node {
    const node = leaf(shape, dtype);
    this.#inputs.push(node);
    return node;
  }

  /** The content of a variable before the run. */
  variable(variable: Variable): Node {
    let node = this.#variables.get(variable);
    if (node === undefined) {
      node = leaf(variable.shape, variable.dtype);
      this.#variables.set(variable, node);
    }
    return node;
  }

  /** Gives a variable a new value after the run; of several calls for one variable the last counts. */
  update(variable: Variable, value: Node): void {
    this.variable(variable);
    this.#updates.set(variable, value);
  }

  /** Makes variables, which nothing updates, of the tensors and numbers that a graph has of its own. */
  #take(roots: readonly Node[]): void {
    const given = new Set([...this.#inputs, ...this.#variables.values()]);
    for (const node of topologicalOrder(roots)) {
      if (node.op.kind !== "leaf" || given.has(node)) continue;
      const data = valueOf(node)?.data;
      if (data === undefined) {
        throw new TypeError(
          `a loss takes a tensor of shape ${
            formatShape(node.shape)
          } from outside that was computed on a device; give it as tensor(await t.array())`,
        );
      }
      this.#variables.set(new Variable("constant", node.shape, node.dtype, () => data), node);
    }
  }

  /** Compiles the graph for a device. */
  build(device: Device, outputs: readonly Node[] = []): StatefulProgram {
    this.#take([...outputs, ...this.#updates.values()]);
    const variables = [...this.#variables.keys()];
    const leaves = [...this.#inputs, ...this.#variables.values()];
    const updated = [...this.#updates.keys()];
    const program = load(device, [...outputs, ...this.#updates.values()], leaves, {
      updates: new Map(
        updated.map((variable, i) => [
          outputs.length + i,
          this.#inputs.length + variables.indexOf(variable),
        ]),
      ),
    });
    return new StatefulProgram(device, program, variables, this.#inputs.length, outputs.length);
  }
}

/** Gives a program's memory back once nothing can reach it: with the model that it belongs to. */
const abandoned = new FinalizationRegistry<Executable>((executable) => executable.release());

/** A loaded program over variables, which it updates in place. */
export class StatefulProgram {
  readonly #device: Device;
  readonly #program: LoadedProgram;
  readonly #variables: readonly Variable[];
  readonly #inputCount: number;
  readonly #outputCount: number;

  /** Use {@linkcode ProgramBuilder}. */
  constructor(
    device: Device,
    program: LoadedProgram,
    variables: readonly Variable[],
    inputCount: number,
    outputCount: number,
  ) {
    this.#device = device;
    this.#program = program;
    this.#variables = variables;
    this.#inputCount = inputCount;
    this.#outputCount = outputCount;
    abandoned.register(this, program.executable, this);
  }

  /** Bytes of each input. */
  get inputBytes(): readonly number[] {
    return this.#program.bindings.slice(0, this.#inputCount);
  }

  /** Queues a run; the storages of the outputs are new and the caller's to release. */
  run(inputs: readonly Storage[]): Storage[] {
    const { bindings, outputs, executable } = this.#program;
    const storages = [...inputs, ...this.#variables.map((variable) => variable.bind(this.#device))];
    for (const bytes of bindings.slice(storages.length)) {
      storages.push(this.#device.allocate(bytes));
    }
    executable.run(storages);
    return outputs.slice(0, this.#outputCount).map((binding) => storages[binding]!);
  }

  /** Gives its memory back. */
  release(): void {
    abandoned.unregister(this);
    this.#program.executable.release();
  }
}
