import type { DType } from "../core/dtype.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import type { CombineName } from "./combine.ts";

/** Two numbers: for the height and for the width. */
export type Pair = readonly [number, number];

/** How a kernel moves over an image. */
export interface ConvolutionGeometry extends Readonly<Record<string, unknown>> {
  readonly stride: Pair;
  /** Zeros added at the top, bottom, left and right. */
  readonly padding: readonly [number, number, number, number];
  readonly dilation: Pair;
  readonly groups: number;
}

/** How a pooling window moves over the height and width of images (NHWC). */
export interface WindowGeometry extends Readonly<Record<string, unknown>> {
  readonly window: Pair;
  readonly stride: Pair;
  /** Elements added at the top, bottom, left and right; each less than the window. */
  readonly padding: readonly [number, number, number, number];
}

/**
 * Where an element of a buffer lies for each index of an iteration space: at
 * `offset + sum(index[axis] * strides[axis])`, in elements. A stride of 0 repeats (broadcast), a
 * negative one walks backwards (reverse).
 */
export interface View {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** One coordinate of a value as its reader's index gives it: `offset + coefficient * index[axis]`. */
export interface Coordinate {
  /** The reader's axis, or -1 where the coordinate is the same for every index. */
  readonly axis: number;
  readonly coefficient: number;
  readonly offset: number;
}

/**
 * One value of an element-wise computation, at one index. In registers there are only f32 and i32:
 * a load of u8 yields an i32 from 0 to 255.
 */
export type Step =
  /** An element of the launch's input number `input`. */
  | { readonly kind: "load"; readonly input: number; readonly view: View; readonly dtype: DType }
  /** What the kernel before the tail computed at this index (f32); only in tails. */
  | { readonly kind: "result"; readonly dtype: "f32" }
  | { readonly kind: "literal"; readonly value: number; readonly dtype: DType }
  /** The index along an axis of the iteration space. */
  | { readonly kind: "iota"; readonly axis: number; readonly dtype: DType }
  /** See `randomUniformOp`; input number `input` is the state (i32 [3]). */
  | {
    readonly kind: "randomUniform";
    readonly input: number;
    readonly stream: number;
    readonly dtype: "f32";
  }
  /** An element-wise row of the op table, by name, of earlier steps. */
  | {
    readonly kind: "apply";
    readonly op: string;
    readonly operands: readonly number[];
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly dtype: DType;
  };

/** The type of an element in registers. */
export const registerType = (dtype: DType): "f32" | "i32" => dtype === "u8" ? "i32" : dtype;

/** Whether a step depends on the index, of which a tail knows nothing. */
export const usesIndex = ({ kind }: Step): boolean => kind === "iota" || kind === "randomUniform";

/** How far a step moves with each of `rank` axes of its space; nothing for one that does not. */
export function stepStrides(step: Step, rank: number): readonly number[] | undefined {
  if (step.kind === "load") return step.view.strides;
  if (step.kind !== "iota") return undefined;
  return new Array<number>(rank).fill(0).with(step.axis, 1);
}

/** The same step over axes each of which stands for a group of its own; those in none have size 1. */
export function stepOver(step: Step, groups: readonly (readonly number[])[]): Step {
  if (step.kind === "load") {
    const { offset, strides } = step.view;
    return { ...step, view: { offset, strides: groups.map((group) => strides[group.at(-1)!]!) } };
  }
  if (step.kind !== "iota") return step;
  const axis = groups.findIndex((group) => group.includes(step.axis));
  return axis < 0 ? { kind: "literal", value: 0, dtype: step.dtype } : { ...step, axis };
}

/** A step whose value is stored, in the launch's outputs in this order. */
export interface Store {
  readonly step: number;
  /** No kernel stores u8. */
  readonly dtype: "f32" | "i32";
}

/** Steps in an order in which each comes after its operands, and those that are stored. */
export interface Expression {
  readonly steps: readonly Step[];
  readonly stores: readonly Store[];
}

/** What one store of an expression needs of it, with that store alone. */
export function partFor({ steps, stores }: Expression, store: number): Expression {
  const { step: result, dtype } = stores[store]!, needed = new Set([result]);
  for (let index = result; index >= 0; index--) {
    const step = steps[index]!;
    if (needed.has(index) && step.kind === "apply") step.operands.forEach((o) => needed.add(o));
  }
  const numbers = [...needed].sort((a, b) => a - b);
  const numberOf = (step: number) => numbers.indexOf(step);
  return {
    steps: numbers.map((number) => {
      const step = steps[number]!;
      return step.kind === "apply" ? { ...step, operands: step.operands.map(numberOf) } : step;
    }),
    stores: [{ step: numberOf(result), dtype }],
  };
}

/**
 * Element-wise work over an iteration space, of as few axes as its views allow; every output is
 * contiguous in that space.
 */
export interface MapKernel {
  readonly kind: "map";
  readonly shape: Shape;
  readonly expression: Expression;
}

/**
 * The stores of an expression, of one type, each combined over some axes of an iteration space. Each
 * output is contiguous over the remaining axes; over nothing, it is what changes nothing.
 */
export interface ReduceKernel {
  readonly kind: "reduce";
  readonly combine: CombineName;
  readonly shape: Shape;
  readonly axes: readonly number[];
  readonly expression: Expression;
  readonly dtype: "f32" | "i32";
}

/** The index (i32) of the first largest element along an axis of a contiguous input. */
export interface ArgmaxKernel {
  readonly kind: "argmax";
  readonly shape: Shape;
  readonly axis: number;
  readonly dtype: "f32" | "i32";
}

/**
 * An element-wise computation on the result of a matmul or convolution before it is stored. Its
 * iteration space has two axes: the result's last one, and all before it as one. Each load either is
 * at the result's own place, or depends on the last axis alone, or is one number for all: see
 * `tailView`.
 */
export type Tail = Expression;

/** A batch of matrix products of contiguous operands: inputs 0 and 1. */
export interface MatmulKernel {
  readonly kind: "matmul";
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly tail?: Tail;
}

/**
 * conv2d (inputs: image, kernel), its gradient for the image (inputs: output gradient, kernel; yields
 * an image) and for the kernel (inputs: image, output gradient; yields a kernel). All NHWC and HWIO.
 */
export interface ConvolutionKernel {
  readonly kind: "conv2d" | "conv2dInputGradient" | "conv2dKernelGradient";
  /** [n, height, width, channels] of the images. */
  readonly image: Shape;
  /** [height, width, channels / groups, filters] of the kernel. */
  readonly kernel: Shape;
  /** [n, height, width, filters] of conv2d's result. */
  readonly output: Shape;
  readonly geometry: ConvolutionGeometry;
  /** Not for conv2dKernelGradient. */
  readonly tail?: Tail;
}

/**
 * Pooling: windowMax and windowSum (input: image), windowMaxGradient (inputs: image, maxima,
 * gradient of the maxima) and windowSumGradient (input: gradient of the sums); the gradients yield images.
 */
export interface WindowKernel {
  readonly kind: "windowMax" | "windowSum" | "windowMaxGradient" | "windowSumGradient";
  readonly image: Shape;
  readonly output: Shape;
  readonly geometry: WindowGeometry;
}

/** `count` rows of `width` elements out of `rows` (inputs: rows, indices i32, clamped). */
export interface GatherKernel {
  readonly kind: "gather";
  readonly rows: number;
  readonly width: number;
  readonly count: number;
  readonly dtype: "f32" | "i32";
}

/** `count` rows of `width` f32 summed into `rows` (inputs: updates, indices i32, clamped), in order. */
export interface ScatterAddKernel {
  readonly kind: "scatterAdd";
  readonly rows: number;
  readonly width: number;
  readonly count: number;
}

/** A contiguous input in a frame of `value`, with `interior` elements of it between neighbours. */
export interface PadKernel {
  readonly kind: "pad";
  readonly input: Shape;
  readonly output: Shape;
  readonly low: readonly number[];
  readonly interior: readonly number[];
  readonly value: number;
  readonly dtype: "f32" | "i32";
}

/** Contiguous inputs one after another: each is `outer` blocks of its own `inner` elements. */
export interface ConcatenateKernel {
  readonly kind: "concatenate";
  readonly outer: number;
  readonly inner: readonly number[];
  readonly dtype: "f32" | "i32";
}

/** Everything that a device must be able to launch. Shapes are constants of a kernel. */
export type Kernel =
  | MapKernel
  | ReduceKernel
  | ArgmaxKernel
  | MatmulKernel
  | ConvolutionKernel
  | WindowKernel
  | GatherKernel
  | ScatterAddKernel
  | PadKernel
  | ConcatenateKernel;

/** Multiplications with an addition that a kernel does, of products alone. */
export function multiplyAddsOf(kernel: Kernel): number {
  switch (kernel.kind) {
    case "matmul":
      return kernel.batch * kernel.m * kernel.n * kernel.k;
    case "conv2d":
    case "conv2dInputGradient":
    case "conv2dKernelGradient":
      return sizeOf(kernel.output) * sizeOf(kernel.kernel.slice(0, 3));
    default:
      return 0;
  }
}

/** Processes that exchange numbers: what `lib/parallel` joins. */
export interface Collective {
  /** Bytes of sums that can wait which are sent together. */
  readonly bucketBytes: number;
  /** Puts the sums over all processes in the place of numbers; sums that can wait may be rounded on the way. */
  sum(numbers: Float32Array<ArrayBuffer>, canWait: boolean): Promise<void>;
  /** The numbers of all processes, one after another by rank. */
  gather(numbers: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  /** Is told of milliseconds in which a program waited for others and did nothing else. */
  stood(milliseconds: number): void;
}

/**
 * Numbers that several processes exchange in the middle of a program, which is cut there: devices load
 * the parts.
 */
export interface Exchange {
  readonly kind: "sum" | "gather";
  readonly group: Collective;
  /** Whether nothing but the end of a program waits for it: it goes on while the rest is computed. */
  readonly canWait: boolean;
  /**
   * Its place among those that can wait, and among those that cannot: the same in every process, however
   * large the batches of each are.
   */
  readonly turn: number;
}

/** What a launch, or a node of a graph, is computed for. */
export interface Origin {
  /** The layer, by name; undefined for what belongs to none, as the loss. */
  readonly layer?: string | undefined;
  /** What it is of the layer, or of none. */
  readonly part: "forward" | "gradient" | "update" | "loss" | "measures";
}

/** A kernel applied to values of a plan, by number: operands first, then what the tail or head loads. */
export interface Launch {
  readonly kernel: Kernel;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** What it is computed for, as far as that is known; its main purpose first. */
  readonly origins?: readonly Origin[];
}
