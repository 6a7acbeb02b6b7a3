import { bytesPerElement, type DType, type TensorData } from "../../lib/core/dtype.ts";
import { type Shape, sizeOf, stridesOf } from "../../lib/core/shape.ts";
import type { Expression, Kernel, Launch, Step, View } from "../../lib/graph/kernel.ts";
import type { Place, Plan, PlannedValue } from "../../lib/compile/plan.ts";
import type { Device, Executable, Storage } from "../../lib/device/device.ts";
import { apply, leaf, type Node } from "../../lib/graph/node.ts";
import { conv2d, conv2dInputGradient, conv2dKernelGradient } from "../../lib/graph/ops/conv2d.ts";
import { gather, scatterAdd } from "../../lib/graph/ops/gather.ts";
import { randomUniform } from "../../lib/graph/ops/generate.ts";
import { concatenate, pad } from "../../lib/graph/ops/layout.ts";
import { matmul } from "../../lib/graph/ops/matmul.ts";
import {
  argmax,
  reduceMax,
  reduceMin,
  reduceProduct,
  reduceSum,
} from "../../lib/graph/ops/reduce.ts";
import {
  windowMax,
  windowMaxGradientOp,
  windowSum,
  windowSumGradient,
} from "../../lib/graph/ops/window.ts";
import { opTable } from "../../lib/graph/table.ts";
import { evaluate } from "../reference.ts";

/** Memory whose elements are f64, whatever they stand for. */
class Memory implements Storage {
  readonly bytes: number;
  data: Float64Array = new Float64Array();
  dtype: DType = "f32";

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  release(): void {}
}

/**
 * A device that runs plans by the rules of the reference interpreter, in f64, and fails where a
 * plan breaks the contract: a value that is read after its memory was given to another, or that is
 * updated in place by a kernel that still needs it. It separates faults of the compiler from those
 * of the devices.
 */
export class ReferenceDevice implements Device {
  readonly kind = "reference";
  readonly description = "reference";
  readonly allocatedBytes = 0;
  readonly programBytes = Infinity;
  readonly pace = { stride: 1, ahead: 0 };

  allocate(bytes: number): Memory {
    return new Memory(bytes);
  }

  write(storage: Storage, data: TensorData): void {
    const memory = storage as Memory;
    memory.data = Float64Array.from(data);
    memory.dtype = data instanceof Float32Array ? "f32" : data instanceof Int32Array ? "i32" : "u8";
  }

  read(
    storage: Storage,
    bytes: number,
    into?: Uint8Array<ArrayBuffer>,
  ): Promise<ArrayBuffer> {
    const { data, dtype } = storage as Memory;
    const array = dtype === "f32"
      ? new Float32Array(data)
      : dtype === "i32"
      ? new Int32Array(data)
      : new Uint8Array(data);
    into?.set(new Uint8Array(array.buffer, 0, bytes));
    return Promise.resolve(into?.buffer ?? array.buffer.slice(0, bytes));
  }

  load(plan: Plan): Executable {
    return {
      run: (bindings) => new Run(plan, bindings as Memory[]).everything(),
      release: () => {},
    };
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const keyOf = (place: Place): string => `${place.kind} ${place.index}`;

/** One run of a plan, that knows which value each place holds. */
class Run {
  readonly #plan: Plan;
  readonly #bindings: readonly Memory[];
  readonly #slots: Memory[];
  readonly #holder = new Map<string, number>();

  constructor(plan: Plan, bindings: readonly Memory[]) {
    this.#plan = plan;
    this.#bindings = bindings;
    this.#slots = plan.slots.map((bytes) => new Memory(bytes));
  }

  everything(): void {
    for (const launch of this.#plan.launches) this.#launch(launch);
  }

  #value(number: number): PlannedValue {
    return this.#plan.values[number]!;
  }

  #memory({ place }: PlannedValue): Memory {
    return (place.kind === "slot" ? this.#slots : this.#bindings)[place.index]!;
  }

  #read(number: number): Float64Array {
    const value = this.#value(number), key = keyOf(value.place);
    const holder = this.#holder.get(key);
    if (holder === undefined && value.place.kind === "binding") this.#holder.set(key, number);
    else if (holder !== number) {
      throw new Error(`${value.name} is read where ${key} holds value ${holder}, not ${number}`);
    }
    return this.#memory(value).data;
  }

  #launch(launch: Launch): void {
    this.#checkUpdates(launch);
    const inputs = launch.inputs.map((number) => this.#read(number));
    const dtypes = launch.inputs.map((number) => this.#value(number).dtype);
    const outputs = compute(launch.kernel, inputs, dtypes);
    launch.outputs.forEach((number, i) => {
      const value = this.#value(number), memory = this.#memory(value);
      if (outputs[i]!.length !== value.size) {
        throw new Error(`${value.name}: ${outputs[i]!.length} elements for ${value.size}`);
      }
      if (value.dtype === "u8") throw new Error(`${value.name}: no kernel stores u8`);
      if (value.size * bytesPerElement[value.dtype] > memory.bytes) {
        throw new Error(`${value.name} does not fit ${keyOf(value.place)}`);
      }
      memory.data = outputs[i]!;
      memory.dtype = value.dtype;
      this.#holder.set(keyOf(value.place), number);
    });
  }

  /** What is stored over an input must be loaded at the stored index alone. */
  #checkUpdates({ kernel, inputs, outputs }: Launch): void {
    const expression = kernel.kind === "map"
      ? kernel.expression
      : "tail" in kernel
      ? kernel.tail
      : undefined;
    const shape = resultShape(kernel);
    const places = new Map(inputs.map((number, i) => [keyOf(this.#value(number).place), i]));
    for (const number of outputs) {
      const input = places.get(keyOf(this.#value(number).place));
      if (input === undefined) continue;
      const operand = kernel.kind !== "map" && input < 2;
      const loads = expression?.steps.filter((step) =>
        (step.kind === "load" || step.kind === "randomUniform") && step.input === input
      );
      const safe = loads?.every((step) => step.kind === "load" && isRowMajor(step.view, shape));
      if (operand || !safe) {
        throw new Error(`${this.#value(number).name} overwrites an input that is still needed`);
      }
    }
  }
}

function isRowMajor({ offset, strides }: View, shape: Shape): boolean {
  const own = stridesOf(shape);
  return offset === 0 && shape.every((size, axis) => size === 1 || strides[axis] === own[axis]);
}

/** The space of what is stored at each index: of a map, or of a tail. */
function resultShape(kernel: Kernel): Shape {
  switch (kernel.kind) {
    case "map":
      return kernel.shape;
    case "matmul":
      return [kernel.batch * kernel.m, kernel.n];
    case "conv2d":
      return rowsAndColumns(kernel.output);
    case "conv2dInputGradient":
      return rowsAndColumns(kernel.image);
    default:
      return [];
  }
}

const rowsAndColumns = (shape: Shape): Shape => [sizeOf(shape.slice(0, -1)), shape.at(-1)!];

const reductions = { sum: reduceSum, product: reduceProduct, max: reduceMax, min: reduceMin };

/** The outputs of a kernel. */
function compute(
  kernel: Kernel,
  inputs: readonly Float64Array[],
  dtypes: readonly DType[],
): Float64Array[] {
  if (kernel.kind === "map") return express(kernel.expression, kernel.shape, inputs, dtypes);
  if (kernel.kind === "reduce") {
    const node = leaf(kernel.shape, kernel.dtype);
    const result = reductions[kernel.combine](node, kernel.axes);
    return express(kernel.expression, kernel.shape, inputs, dtypes)
      .map((x) => evaluate([result], new Map([[node, x]]))[0]!);
  }
  const shapes = operandShapes(kernel);
  const operands = shapes.map((shape, i) => leaf(shape, dtypes[i]!));
  const data = new Map(operands.map((node, i) => [node, inputs[i]!.slice(0, sizeOf(node.shape))]));
  const [result] = evaluate([nodeOf(kernel, operands)], data);
  const tail = "tail" in kernel ? kernel.tail : undefined;
  if (tail === undefined) return [result!];
  return express(tail, resultShape(kernel), inputs, dtypes, result);
}

/** The shapes of what a kernel works on, before what its tail loads. */
function operandShapes(kernel: Kernel): readonly Shape[] {
  switch (kernel.kind) {
    case "map":
    case "reduce":
      return [];
    case "argmax":
      return [kernel.shape];
    case "matmul": {
      const { batch, m, n, k, transposeA, transposeB } = kernel;
      return [
        transposeA ? [batch, k, m] : [batch, m, k],
        transposeB ? [batch, n, k] : [batch, k, n],
      ];
    }
    case "conv2d":
      return [kernel.image, kernel.kernel];
    case "conv2dInputGradient":
      return [kernel.output, kernel.kernel];
    case "conv2dKernelGradient":
      return [kernel.image, kernel.output];
    case "windowMax":
    case "windowSum":
      return [kernel.image];
    case "windowMaxGradient":
      return [kernel.image, kernel.output, kernel.output];
    case "windowSumGradient":
      return [kernel.output];
    case "gather":
      return [[kernel.rows, kernel.width], [kernel.count]];
    case "scatterAdd":
      return [[kernel.count, kernel.width], [kernel.count]];
    case "pad":
      return [kernel.input];
    case "concatenate":
      return kernel.inner.map((inner) => [kernel.outer, inner]);
  }
}

/** A kernel as the node of the graph that it stands for. */
function nodeOf(kernel: Kernel, operands: readonly Node[]): Node {
  const [a, b] = operands as [Node, Node];
  switch (kernel.kind) {
    case "argmax":
      return argmax(a, kernel.axis);
    case "matmul":
      return matmul(a, b, kernel.transposeA, kernel.transposeB);
    case "conv2d":
      return conv2d(a, b, kernel.geometry);
    case "conv2dInputGradient":
      return conv2dInputGradient(a, b, kernel.image, kernel.geometry);
    case "conv2dKernelGradient":
      return conv2dKernelGradient(a, b, kernel.kernel, kernel.geometry);
    case "windowMax":
      return windowMax(a, kernel.geometry);
    case "windowSum":
      return windowSum(a, kernel.geometry);
    case "windowMaxGradient":
      return apply(windowMaxGradientOp, operands, kernel.geometry);
    case "windowSumGradient":
      return windowSumGradient(a, kernel.image, kernel.geometry);
    case "gather":
      return gather(a, b);
    case "scatterAdd":
      return scatterAdd(a, b, kernel.rows);
    case "pad":
      return pad(a, kernel.low, highOf(kernel), kernel.interior, kernel.value);
    case "concatenate":
      return concatenate(operands, 1);
    default:
      throw new Error(`no node for a ${kernel.kind} kernel`);
  }
}

function highOf({ input, output, low, interior }: Extract<Kernel, { kind: "pad" }>): number[] {
  return input.map((size, a) => output[a]! - low[a]! - size - Math.max(0, size - 1) * interior[a]!);
}

/** The stored values of an expression over an iteration space, one step after another. */
function express(
  { steps, stores }: Expression,
  shape: Shape,
  inputs: readonly Float64Array[],
  dtypes: readonly DType[],
  result?: Float64Array,
): Float64Array[] {
  const values: Float64Array[] = [];
  for (const step of steps) {
    values.push(evaluateStep(step, shape, inputs, dtypes, result, values, steps));
  }
  return stores.map((store) => values[store.step]!);
}

function evaluateStep(
  step: Step,
  shape: Shape,
  inputs: readonly Float64Array[],
  dtypes: readonly DType[],
  result: Float64Array | undefined,
  values: readonly Float64Array[],
  steps: readonly Step[],
): Float64Array {
  const own = stridesOf(shape);
  const each = (element: (index: number[]) => number) =>
    Float64Array.from(
      { length: sizeOf(shape) },
      (_, i) => element(shape.map((size, axis) => Math.floor(i / own[axis]!) % size)),
    );
  switch (step.kind) {
    case "load": {
      if (step.dtype !== dtypes[step.input]) throw new Error(`a load of a wrong type`);
      const { offset, strides } = step.view, data = inputs[step.input]!;
      return each((index) => {
        const at = index.reduce((sum, i, axis) => sum + i * strides[axis]!, offset);
        if (!(at >= 0 && at < data.length)) throw new Error(`a load at ${at} of ${data.length}`);
        return data[at]!;
      });
    }
    case "result":
      return result!;
    case "literal":
      return each(() => step.value);
    case "iota":
      return each((index) => index[step.axis]!);
    case "randomUniform": {
      const state = leaf([3], "i32");
      const node = randomUniform(state, shape, step.stream);
      return evaluate([node], new Map([[state, inputs[step.input]!]]))[0]!;
    }
    case "apply": {
      const operands = step.operands.map((k) => leaf(shape, steps[k]!.dtype));
      const node = apply(opTable.get(step.op)!, operands, step.attributes);
      return evaluate(
        [node],
        new Map(operands.map((operand, k) => [operand, values[step.operands[k]!]!])),
      )[0]!;
    }
  }
}
