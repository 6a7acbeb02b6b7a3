import { describeValue, wrongType } from "../core/errors.ts";
import { type DType, dtypeOf, dtypeOption, type NumberArray, typedArray } from "../core/dtype.ts";
import { integer, number, object } from "../core/option_kinds.ts";
import { options, type Schema } from "../core/options.ts";
import { Random } from "../core/random.ts";
import { checkShape, formatShape, normalizeAxis, type Shape, sizeOf } from "../core/shape.ts";
import { iota as iotaNode, literal } from "../graph/ops/generate.ts";
import { type NestedNumbers, unnest } from "./print.ts";
import { asTensor, Tensor } from "./tensor.ts";
import { isRecording } from "./tracing.ts";
import { constant } from "./value.ts";

/**
 * A tensor of given numbers: nested arrays, or a typed array and a shape. Numbers are f32 unless
 * `dtype` or the typed array says otherwise.
 *
 * ```ts
 * import { tensor } from "@striate/striate";
 * const matrix = tensor([[1, 2, 3], [4, 5, 6]]);
 * const image = tensor(new Uint8Array(28 * 28), { shape: [28, 28, 1] });
 * console.log(matrix.shape, image.dtype); // [2, 3] "u8"
 * ```
 *
 * @throws {TypeError} if rows differ in length or the shape does not fit the data.
 * @throws {RangeError} if a number does not fit an integer type.
 */
export function tensor(
  data: number | NestedNumbers | NumberArray,
  given: { readonly shape?: Shape; readonly dtype?: DType } = {},
): Tensor {
  const settings = options("tensor", given, tensorSchema), arrayType = dtypeOf(data);
  if (arrayType === undefined && ArrayBuffer.isView(data)) {
    throw new TypeError(
      `tensor: expected numbers in arrays, a Float32Array, an Int32Array or a Uint8Array, found ${
        (data as object).constructor.name
      }; convert it first, for example by Float32Array.from()`,
    );
  }
  const { shape, elements } = arrayType === undefined
    ? unnest(data as number | NestedNumbers)
    : { shape: [(data as NumberArray).length], elements: data as NumberArray };
  const { shape: wanted = shape, dtype = arrayType ?? "f32" } = settings;
  checkShape(wanted, "tensor");
  if (sizeOf(wanted) !== elements.length) {
    throw new TypeError(
      `tensor: ${elements.length} numbers do not fill the shape ${formatShape(wanted)}`,
    );
  }
  if (dtype !== (arrayType ?? "f32")) checkElements(elements, dtype, "tensor");
  return new Tensor(constant(typedArray(dtype, elements), [...wanted], dtype));
}

const tensorSchema = { shape: object<Shape>("a shape such as [2, 3]"), dtype: dtypeOption };

/** Checks that a type can hold numbers as they are: a typed array would cut them off in silence. */
function checkElements(elements: ArrayLike<number>, dtype: DType, what: string): void {
  if (dtype === "f32") return;
  const [low, high] = dtype === "u8" ? [0, 255] : [-(2 ** 31), 2 ** 31 - 1];
  for (let i = 0; i < elements.length; i++) {
    const x = elements[i]!;
    if (Number.isInteger(x) && x >= low && x <= high) continue;
    throw new RangeError(
      `${what}: expected integers from ${low} to ${high} for ${dtype}, found ${x}; cut fractions off by cast("i32")`,
    );
  }
}

/** A tensor of zeros. */
export function zeros(shape: Shape, dtype: DType = "f32"): Tensor {
  return filled("zeros", shape, 0, dtype);
}

/** A tensor of ones. */
export function ones(shape: Shape, dtype: DType = "f32"): Tensor {
  return filled("ones", shape, 1, dtype);
}

/** A tensor of one number. */
export function full(shape: Shape, value: number, dtype: DType = "f32"): Tensor {
  return filled("full", shape, value, dtype);
}

function filled(what: string, shape: Shape, value: number, dtype: DType): Tensor {
  checkShape(shape, what);
  dtypeOption.read(dtype, what);
  if (typeof value !== "number") {
    throw wrongType(`${what}: value`, "a number", describeValue(value));
  }
  checkElements([value], dtype, what);
  if (dtype === "u8") return tensor(new Uint8Array(sizeOf(shape)).fill(value), { shape });
  // Any other number is data, so that another one does not mean another program.
  if (value === 0 || value === 1) return new Tensor(literal(value, [...shape], dtype));
  return asTensor(value, dtype).broadcastTo([...shape]);
}

/** Numbers from `start` (inclusive) to `stop` (exclusive) by `step`; `arange(n)` counts from 0. */
export function arange(start: number, stop?: number, step = 1, dtype: DType = "f32"): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (!Number.isFinite(from) || !Number.isFinite(to) || !Number.isFinite(step) || step === 0) {
    throw new RangeError(
      `arange: expected finite numbers and a step other than 0, found ${
        describeValue([from, to, step])
      }`,
    );
  }
  const length = Math.max(0, Math.ceil((to - from) / step));
  checkShape([length], "arange");
  return tensor(Array.from({ length }, (_, i) => from + i * step), { dtype });
}

/** `count` evenly spaced numbers from `start` to `stop`, both included. */
export function linspace(start: number, stop: number, count = 50): Tensor {
  checkShape([count], "linspace");
  const share = (i: number) => count > 1 ? i / (count - 1) : 0;
  return tensor(
    Float32Array.from({ length: count }, (_, i) => start * (1 - share(i)) + stop * share(i)),
  );
}

/** The identity matrix, or ones on the diagonal of `rows` x `columns`. */
export function eye(rows: number, columns = rows): Tensor {
  checkShape([rows, columns], "eye");
  const shape = [rows, columns];
  return iota(shape, 0).equal(iota(shape, 1)).cast("f32");
}

/**
 * A tensor of `shape` that holds each element's index along an axis, as StableHLO's iota.
 *
 * ```ts
 * import { iota } from "@striate/striate";
 * console.log(await iota([2, 3], 1).array()); // [[0, 1, 2], [0, 1, 2]]
 * ```
 */
export function iota(shape: Shape, axis: number, dtype: "i32" | "f32" = "i32"): Tensor {
  checkShape(shape, "iota");
  return new Tensor(iotaNode([...shape], normalizeAxis(axis, shape.length, "iota"), dtype));
}

/** Settings of random tensors. */
export interface RandomOptions {
  /** The same seed gives the same numbers; by default each call goes on in one fixed sequence. */
  readonly seed?: number;
}

let sequence = { seed: 0, next: 0 };

/** Starts the sequence that random tensors without a seed of their own are drawn from. */
export function setSeed(seed: number): void {
  integer().read(seed, "setSeed: seed");
  sequence = { seed, next: 0 };
}

/**
 * The generator that a random tensor is drawn from: of its own seed, or the next of the sequence.
 *
 * @throws {TypeError} without a seed in what is recorded once: every run would have the same numbers.
 */
export function nextRandom({ seed }: RandomOptions = {}): Random {
  if (seed === undefined && isRecording()) {
    throw new TypeError(
      "random numbers that are drawn in a function given to jit would be the same in every call; " +
        "draw them outside and pass them as an argument, or give a seed if they are to be the same",
    );
  }
  return seed === undefined ? new Random(sequence.seed, 1 + sequence.next++) : new Random(seed);
}

function drawn(shape: Shape, what: string, draw: () => number): Tensor {
  checkShape(shape, what);
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return tensor(data, { shape });
}

/**
 * Numbers of a normal distribution.
 *
 * ```ts
 * import { randomNormal } from "@striate/striate";
 * const noise = randomNormal([2, 3], { standardDeviation: 0.1, seed: 7 });
 * console.log(noise.shape); // [2, 3]
 * ```
 *
 * @throws {TypeError} without a seed in a function given to jit: every call would have the same ones.
 */
export function randomNormal(
  shape: Shape,
  given: RandomOptions & { readonly mean?: number; readonly standardDeviation?: number } = {},
): Tensor {
  const schema = {
    seed: integer(),
    mean: number({}, 0),
    standardDeviation: number({ least: 0 }, 1),
  } satisfies Schema<typeof given>;
  const { mean, standardDeviation, ...seed } = options("randomNormal", given, schema);
  const random = nextRandom(seed);
  return drawn(shape, "randomNormal", () => random.normal(mean, standardDeviation));
}

/**
 * Evenly distributed numbers of at least `low` (0) and less than `high` (1).
 *
 * @throws {TypeError} without a seed in a function given to jit: every call would have the same ones.
 */
export function randomUniform(
  shape: Shape,
  given: RandomOptions & { readonly low?: number; readonly high?: number } = {},
): Tensor {
  const schema = {
    seed: integer(),
    low: number({}, 0),
    high: number({}, 1),
  } satisfies Schema<typeof given>;
  const { low, high, ...seed } = options("randomUniform", given, schema);
  const random = nextRandom(seed);
  return drawn(shape, "randomUniform", () => random.uniform(low, high));
}

/**
 * 1 at each index (i32), 0 elsewhere: [...] to f32 [..., depth]. An index outside gives zeros alone.
 */
export function oneHot(indices: Tensor | readonly number[], depth: number): Tensor {
  checkShape([depth], "oneHot: depth");
  if (!(indices instanceof Tensor || Array.isArray(indices) || ArrayBuffer.isView(indices))) {
    throw wrongType("oneHot: indices", "a list or a tensor", describeValue(indices));
  }
  const list = indices instanceof Tensor ? indices : tensor([...indices], { dtype: "i32" });
  if (list.dtype !== "i32") {
    throw new TypeError(`oneHot: expected indices of type i32, found ${list.dtype}; cast() them`);
  }
  const rows = iota([...list.shape, depth], list.rank);
  return rows.equal(list.expandDims(-1)).cast("f32");
}
