import { describeValue, noTensor, wrongType } from "../core/errors.ts";
import { type DType, dtypeOption, type TensorData, type TypedArrayOf } from "../core/dtype.ts";
import {
  checkShape,
  formatShape,
  normalizeAxis,
  sameShape,
  type Shape,
  sizeOf,
} from "../core/shape.ts";
import { Node, type TensorType } from "../graph/node.ts";
import type { Direction } from "../graph/ops/elementwise.ts";
import * as e from "../graph/ops/elementwise.ts";
import { literal } from "../graph/ops/generate.ts";
import * as layout from "../graph/ops/layout.ts";
import { argmax, reduceMax, reduceMin, reduceProduct, reduceSum } from "../graph/ops/reduce.ts";
import { gather } from "../graph/ops/gather.ts";
import { type Axes, axisList, blockOf, frameOf, reducedAxes } from "./arguments.ts";
import { checkIndices } from "./indices.ts";
import { matrixProduct } from "./matrix.ts";
import { formatTensor, nest, type NestedArray } from "./print.ts";
import { copyTo, read, schedule } from "./evaluate.ts";
import type { Runtime } from "./runtime.ts";
import { isRecording } from "./tracing.ts";
import { constant, dispose, valueOf } from "./value.ts";

/** What may stand where a tensor is expected: a number is a scalar tensor. */
export type TensorLike = Tensor | number;

/** A chain of more operations than this is evaluated in parts. */
const deepest = 2000;

/**
 * A tensor: numbers in rows, columns and further axes, of one type.
 *
 * Operations are lazy. They check shapes at once and note what is to be computed; reading a tensor
 * ({@linkcode Tensor.data}, {@linkcode Tensor.array}, {@linkcode Tensor.item}) computes what it
 * needs, as one program on the device. Operands broadcast as in NumPy.
 *
 * ```ts
 * import { tensor } from "@striate/striate";
 * const x = tensor([[1, 2], [3, 4]]);
 * console.log(await x.mul(x).sum(0).array()); // [10, 20]
 * ```
 */
export class Tensor {
  /**
   * The graph's node for this value.
   *
   * @internal
   */
  readonly node: Node;
  readonly #depth: number;

  /** A tensor for a node of the graph; use `tensor()`, `zeros()` and the like instead. */
  constructor(node: Node, sources: readonly Tensor[] = []) {
    if (!(node instanceof Node)) {
      throw wrongType("Tensor", "a node of a graph", `${describeValue(node)}; see tensor()`);
    }
    this.node = node;
    let depth = 0;
    for (const source of sources) {
      if (source.node.op.kind !== "leaf" && source.#depth > depth) depth = source.#depth;
    }
    this.#depth = depth + 1;
    // A long chain that nobody reads is evaluated on the way, unless it depends on a value that is
    // only known later (in a function given to jit).
    if (this.#depth > deepest && this.#depth % deepest === 1) schedule([node]);
  }

  /** Sizes of the axes. */
  get shape(): Shape {
    return this.node.shape;
  }

  /** Type of the elements. */
  get dtype(): DType {
    return this.node.dtype;
  }

  /** Number of axes. */
  get rank(): number {
    return this.node.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.node.shape);
  }

  /**
   * The same numbers on a runtime, where they are copied by way of the host when they are needed;
   * what depends on the result is computed there. For gradients it is a constant.
   *
   * ```ts
   * import { defaultRuntime, openRuntime, tensor } from "@striate/striate";
   * await using other = await openRuntime("cpu", { threads: 1 });
   * const here = tensor([1, 2]).exp(), there = tensor([1, 2]).to(other).exp();
   * console.log(await here.sub(there.to(defaultRuntime())).abs().max().item()); // 0
   * ```
   */
  to(runtime: Runtime): Tensor {
    return new Tensor(copyTo(this.node, runtime));
  }

  // Reading

  /** The elements in row-major order: a Float32Array, Int32Array or Uint8Array of the caller's own. */
  async data<T extends DType = "f32">(): Promise<TypedArrayOf[T]> {
    return await read(this.node) as TypedArrayOf[T];
  }

  /** The elements as nested arrays, or as a number for a scalar. */
  async array(): Promise<NestedArray> {
    return nest(await this.data(), this.shape);
  }

  /** The only element. */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new TypeError(
        `item: expected a tensor of one element, found ${formatShape(this.shape)}; use data() or ` +
          "array()",
      );
    }
    return (await this.data())[0]!;
  }

  /** The elements as a readable text, the middle of long axes left out. */
  async text(): Promise<string> {
    return formatTensor(await this.data(), this.shape, this.dtype);
  }

  /** Prints the elements. */
  async print(): Promise<void> {
    console.log(await this.text());
  }

  /** Type and shape, and the elements where they are known on the host. */
  toString(): string {
    const data: TensorData | undefined = valueOf(this.node)?.data;
    if (data !== undefined) return formatTensor(data, this.shape, this.dtype);
    const type = `${this.dtype} [${this.shape.join(", ")}]`;
    return `tensor(${type}, not read yet: await its data(), array() or print())`;
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /**
   * Gives memory back now instead of when the tensor is collected: at the end of the block where it
   * was declared by `using`. It cannot be read afterwards, nor can what was not computed from it yet.
   */
  [Symbol.dispose](): void {
    dispose(this.node);
  }

  // Element-wise arithmetic

  /** This plus another, element by element. */
  add(other: TensorLike): Tensor {
    return binary(e.add, this, other);
  }
  /** This minus another. */
  sub(other: TensorLike): Tensor {
    return binary(e.subtract, this, other);
  }
  /** This times another, element by element. */
  mul(other: TensorLike): Tensor {
    return binary(e.multiply, this, other);
  }
  /** This divided by another (f32). */
  div(other: TensorLike): Tensor {
    return binary(e.divide, this, other);
  }
  /** This to the power of another (f32). */
  pow(other: TensorLike): Tensor {
    return other === 2 ? this.square() : binary(e.power, this, other);
  }
  /** The larger of the two. */
  maximum(other: TensorLike): Tensor {
    return binary(e.maximum, this, other);
  }
  /** The smaller of the two. */
  minimum(other: TensorLike): Tensor {
    return binary(e.minimum, this, other);
  }
  /** Cut off below `low` and above `high`. */
  clip(low: TensorLike, high: TensorLike): Tensor {
    return this.maximum(low).minimum(high);
  }
  /** e^x over its sum along an axis. */
  softmax(axis = -1): Tensor {
    const at = normalizeAxis(axis, this.rank, "softmax");
    if (this.size === 0) return inFloat(this); // has no maximum
    // The maximum is subtracted first so that nothing overflows.
    const powers = this.sub(this.max(at, true).detach()).exp();
    return powers.div(powers.sum(at, true));
  }
  /** The logarithm of softmax. */
  logSoftmax(axis = -1): Tensor {
    const at = normalizeAxis(axis, this.rank, "logSoftmax");
    if (this.size === 0) return inFloat(this);
    const shifted = this.sub(this.max(at, true).detach());
    return shifted.sub(shifted.exp().sum(at).log().expandDims(at));
  }

  // Comparison; the results are i32, 1 or 0

  /** 1 where the two are equal. */
  equal(other: TensorLike): Tensor {
    return compare("equal", this, other);
  }
  /** 1 where the two differ. */
  notEqual(other: TensorLike): Tensor {
    return compare("notEqual", this, other);
  }
  /** 1 where this is less. */
  less(other: TensorLike): Tensor {
    return compare("less", this, other);
  }
  /** 1 where this is less or equal. */
  lessEqual(other: TensorLike): Tensor {
    return compare("lessOrEqual", this, other);
  }
  /** 1 where this is greater. */
  greater(other: TensorLike): Tensor {
    return compare("greater", this, other);
  }
  /** 1 where this is greater or equal. */
  greaterEqual(other: TensorLike): Tensor {
    return compare("greaterOrEqual", this, other);
  }

  // Reduction

  /** The sum over axes (all by default), which disappear unless `keepDimensions`. */
  sum(axes?: Axes, keepDimensions = false): Tensor {
    return reduced(reduceSum, this, axes, keepDimensions);
  }
  /** The product over axes (all by default), which disappear unless `keepDimensions`. */
  product(axes?: Axes, keepDimensions = false): Tensor {
    return reduced(reduceProduct, this, axes, keepDimensions);
  }
  /** The mean over axes (all by default), in f32. */
  mean(axes?: Axes, keepDimensions = false): Tensor {
    const total = inFloat(this).sum(axes, keepDimensions);
    const count = this.size / Math.max(1, total.size);
    return unary((x) => e.scale(x, 1 / count), total);
  }
  /** The largest element over axes; NaN where there is one. */
  max(axes?: Axes, keepDimensions = false): Tensor {
    return reduced(reduceMax, this, axes, keepDimensions);
  }
  /** The smallest element over axes; NaN where there is one. */
  min(axes?: Axes, keepDimensions = false): Tensor {
    return reduced(reduceMin, this, axes, keepDimensions);
  }
  /** The mean squared distance from the mean, over axes. */
  variance(axes?: Axes, keepDimensions = false): Tensor {
    const x = inFloat(this);
    return x.sub(x.mean(axes, true)).square().mean(axes, keepDimensions);
  }
  /** The square root of the variance; where that is 0, its gradient is 0 too. */
  standardDeviation(axes?: Axes, keepDimensions = false): Tensor {
    return unary((variance) => {
      // The root is vertical at 0, where the variance is flat: their product is no number.
      const zero = literal(0, variance.shape), isFlat = e.compare("equal", variance, zero);
      const root = e.sqrt(e.select(isFlat, literal(1, variance.shape), variance));
      return e.select(isFlat, zero, root);
    }, this.variance(axes, keepDimensions));
  }
  /** The index (i32) of the first largest element along an axis; NaN counts as the largest. */
  argmax(axis = -1): Tensor {
    return unary((x) => argmax(x, axis), this);
  }
  /** The index (i32) of the first smallest element along an axis; NaN counts as the smallest. */
  argmin(axis = -1): Tensor {
    return mirrored(this).argmax(axis);
  }

  // Linear algebra and layout

  /** The matrix product over the last two axes; vectors and batches as in NumPy's matmul. */
  matmul(other: Tensor): Tensor {
    checkTensor(other, "matmul");
    return new Tensor(matrixProduct(this.node, other.node), [this, other]);
  }
  /** The same elements in another shape; one size may be -1. */
  reshape(shape: Shape): Tensor {
    return unary((x) => layout.reshape(x, shape), this);
  }
  /** All elements along one axis. */
  flatten(): Tensor {
    return this.reshape([this.size]);
  }
  /** Another order of axes, by default the reverse. */
  transpose(permutation?: readonly number[]): Tensor {
    const axes = permutation && axisList(permutation, this.rank, "transpose");
    return unary((x) => layout.transpose(x, axes), this);
  }
  /** A new axis of size 1 in front of `axis`. */
  expandDims(axis: number): Tensor {
    const at = normalizeAxis(axis, this.rank + 1, "expandDims");
    return this.reshape(this.shape.toSpliced(at, 0, 1));
  }
  /** Without the axes of size 1, or without those named. */
  squeeze(axes?: Axes): Tensor {
    const named = axes === undefined ? undefined : axisList(axes, this.rank, "squeeze");
    for (const axis of named ?? []) {
      if (this.shape[axis] !== 1) {
        throw new RangeError(
          `squeeze: axis ${axis} of ${formatShape(this.shape)} does not have size 1`,
        );
      }
    }
    return this.reshape(
      this.shape.filter((d, axis) => named === undefined ? d !== 1 : !named.includes(axis)),
    );
  }
  /** Stretched to a shape as in NumPy. */
  broadcastTo(shape: Shape): Tensor {
    checkShape(shape, "broadcastTo");
    return unary((x) => layout.broadcastTo(x, shape), this);
  }
  /**
   * The block that begins at `start` (from the end where negative), of `size` elements (or up to the
   * end), every `stride`-th. Axes that are left out stay whole.
   */
  slice(start: readonly number[], size?: readonly number[], stride?: readonly number[]): Tensor {
    const block = blockOf(this.shape, start, size, stride);
    return unary((x) => layout.slice(x, block.start, block.size, block.stride), this);
  }
  /** Some axes (all by default) backwards. */
  flip(axes?: Axes): Tensor {
    return unary((x) => layout.reverse(x, axisList(axes, this.rank, "flip")), this);
  }
  /** In a frame of `value`: for each axis the elements before and after. */
  pad(widths: readonly (readonly [number, number])[], value = 0): Tensor {
    const [low, high] = frameOf(widths);
    return unary((x) => layout.pad(x, low, high, undefined, value), this);
  }
  /**
   * Rows (elements of the first axis) at `indices` (i32, of any shape): [indices..., rows' axes...].
   * An index below 0 counts from the end. One outside that was computed on a device, where it is not
   * looked at, is moved to the first or last row.
   *
   * @throws {RangeError} for an index outside that lies on the host.
   */
  take(indices: Tensor): Tensor {
    checkTensor(indices, "take");
    const rows = this.shape[0] ?? 0;
    if (rows > 0) checkIndices(indices.node, [-rows, rows - 1], "take", `indices of ${rows} rows`);
    return new Tensor(gather(this.node, indices.node), [this, indices]);
  }
  /** Another element type; to i32 without the fraction, NaN as 0, and cut off at the ends of i32. */
  cast(dtype: DType): Tensor {
    dtypeOption.read(dtype, "cast");
    return unary((x) => e.convert(x, dtype), this);
  }
  /** The same numbers, but a constant for gradients. */
  detach(): Tensor {
    return unary(e.detach, this);
  }
}

/**
 * The functions of one number as methods.
 *
 * @internal
 */
export type ElementwiseMethods = { [Name in keyof typeof e.methods]: () => Tensor };

/** Every function of one number is a method. */
export interface Tensor extends ElementwiseMethods {}

for (const [name, op] of Object.entries(e.methods)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor): Tensor {
      return unary(op, this);
    },
    configurable: true,
    writable: true,
  });
}

/** Checks that something given by a user is a tensor, of a shape and a type if they are given. */
export function checkTensor(x: unknown, where?: string, like?: TensorType): asserts x is Tensor {
  const what = where === undefined ? "" : `${where}: `;
  if (!(x instanceof Tensor)) {
    throw new TypeError(`${what}expected a tensor, found ${noTensor(x)}`);
  }
  if (like === undefined || sameShape(x.shape, like.shape) && x.dtype === like.dtype) return;
  const inWords = ({ dtype, shape }: TensorType) => `${dtype} ${formatShape(shape)}`;
  throw new TypeError(`${what}expected ${inWords(like)}, found ${inWords(x)}`);
}

/**
 * A scalar tensor for a number. It is data, so that another number does not mean another program;
 * in a program that is recorded once it is part of the formula.
 */
export function asTensor(x: TensorLike, dtype: DType = "f32"): Tensor {
  if (x instanceof Tensor) return x;
  if (typeof x !== "number") {
    throw new TypeError(
      `expected a tensor or a number, found ${noTensor(x)}`,
    );
  }
  const isInteger = dtype === "i32" && x === (x | 0);
  if (isRecording()) return new Tensor(literal(x, [], isInteger ? "i32" : "f32"));
  const data = isInteger ? Int32Array.of(x) : Float32Array.of(x);
  return new Tensor(constant(data, [], isInteger ? "i32" : "f32"));
}

/** Applies an operation of the graph to one tensor. */
export function unary(op: (x: Node) => Node, x: Tensor): Tensor {
  checkTensor(x);
  return new Tensor(op(x.node), [x]);
}

function binary(op: (a: Node, b: Node) => Node, a: Tensor, b: TensorLike): Tensor {
  const other = asTensor(b, a.dtype);
  return new Tensor(op(a.node, other.node), [a, other]);
}

function compare(direction: Direction, a: Tensor, b: TensorLike): Tensor {
  return binary((x, y) => e.compare(direction, x, y), a, b);
}

/** Integers as f32, in which a mean can be taken. */
function inFloat(x: Tensor): Tensor {
  return x.dtype === "i32" ? x.cast("f32") : x;
}

/** In the opposite order: -x, or for integers -x - 1, since -(-2^31) is no i32. */
function mirrored(x: Tensor): Tensor {
  return x.dtype === "i32" ? x.neg().sub(1) : x.neg();
}

function reduced(
  op: (x: Node, axes?: readonly number[]) => Node,
  x: Tensor,
  axes: Axes | undefined,
  keepDimensions: boolean,
): Tensor {
  const list = reducedAxes(axes, keepDimensions, x.rank);
  const result = unary((node) => op(node, list), x);
  if (!keepDimensions) return result;
  return result.reshape(x.shape.map((d, axis) => list.includes(axis) ? 1 : d));
}
