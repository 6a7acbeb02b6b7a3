/**
 * Writes ONNX models (protocol buffers): just enough of the format to give ONNX Runtime something to
 * run.
 *
 * @module
 */
import type { Convolution } from "./cases.ts";

/** The bytes of a message, or of a part of one. */
export type Bytes = Uint8Array<ArrayBuffer>;

function concatenate(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function varint(value: number): Bytes {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  return Uint8Array.from([...bytes, value]);
}

/** A field holding a number. */
const int = (field: number, value: number) => concatenate([varint(field * 8), varint(value)]);

/** A field holding a message, a string or raw bytes. */
function block(field: number, ...parts: (Bytes | string)[]): Bytes {
  const encoder = new TextEncoder();
  const body = concatenate(
    parts.map((part) => typeof part === "string" ? encoder.encode(part) : part),
  );
  return concatenate([varint(field * 8 + 2), varint(body.length), body]);
}

/** A field holding a 32-bit float. */
const float = (field: number, value: number) =>
  concatenate([varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)]);

// Field numbers are those of onnx.proto.
const FLOAT = 1, INT64 = 7;

function constantOf(
  name: string,
  type: number,
  shape: readonly number[],
  data: ArrayBufferView<ArrayBuffer>,
): Bytes {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return block(
    5,
    ...shape.map((size) => int(1, size)),
    int(2, type),
    block(8, name),
    block(9, raw),
  );
}

/** A constant of a graph. */
export const constant = (
  name: string,
  shape: readonly number[],
  data: Float32Array<ArrayBuffer>,
): Bytes => constantOf(name, FLOAT, shape, data);

function valueInfo(field: number, name: string, shape: readonly number[]): Bytes {
  const dimensions = shape.map((size) => block(1, int(1, size)));
  return block(field, block(1, name), block(2, block(1, int(1, FLOAT), block(2, ...dimensions))));
}

/** A node's settings: integers, a list of them, or one number that is none. */
export type OnnxAttributes = Readonly<
  Record<string, number | readonly number[] | { float: number }>
>;

/** A node of a graph: an operator, the names of what it takes, and of what it gives. */
export function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: OnnxAttributes = {},
): Bytes {
  const written = Object.entries(attributes).map(([name, value]) => {
    const parts = typeof value === "number"
      ? [int(3, value), int(20, 2)]
      : "float" in value
      ? [float(2, value.float), int(20, 1)]
      : [...value.map((one) => int(8, one)), int(20, 7)];
    return block(5, block(1, name), ...parts);
  });
  return block(
    1,
    ...inputs.map((name) => block(1, name)),
    block(2, output),
    block(4, operator),
    ...written,
  );
}

/** A model with input "x" and output "y" of nodes and constants. */
export function onnxModel(
  parts: readonly Bytes[],
  input: readonly number[],
  output: readonly number[],
): Bytes {
  const values = [valueInfo(11, "x", input), valueInfo(12, "y", output)];
  const graph = block(7, block(2, "graph"), ...parts, ...values);
  return concatenate([int(1, 8), block(8, block(1, ""), int(2, 17)), graph]);
}

/** The first `rows` of a result along an axis, as "y": timing a part does not time the copy of all. */
function firstRows(result: string, axis: number, rows: number): Bytes[] {
  const ints = (name: string, value: number) =>
    constantOf(name, INT64, [1], BigInt64Array.of(BigInt(value)));
  return [
    node("Slice", [result, "start", "end", "axis"], "y"),
    ints("start", 0),
    ints("end", rows),
    ints("axis", axis),
  ];
}

/** The first `rows` rows of "x" times `matrix`. */
export function matmulModel(size: number, matrix: Float32Array<ArrayBuffer>, rows: number): Bytes {
  const parts = [
    node("MatMul", ["x", "matrix"], "product"),
    ...firstRows("product", 0, rows),
    constant("matrix", [size, size], matrix),
  ];
  return onnxModel(parts, [size, size], [rows, size]);
}

/** The first `rows` rows of the images that a convolution makes of "x"; all channels first. */
export function convolutionModel(
  { image: [n, height, width, channels], kernel: [taps, , , filters] }: Convolution,
  kernel: Float32Array<ArrayBuffer>,
  rows: number,
): Bytes {
  const edge = taps >> 1, pads = [edge, edge, edge, edge];
  const parts = [
    node("Conv", ["x", "kernel"], "images", { pads, kernel_shape: [taps, taps] }),
    ...firstRows("images", 2, rows),
    constant(
      "kernel",
      [filters, channels, taps, taps],
      kernelFirst(kernel, [taps, taps, channels, filters]),
    ),
  ];
  return onnxModel(parts, [n, channels, height, width], [n, filters, rows, width]);
}

/** Numbers with their axes in another order. */
export function permuted(
  given: ArrayLike<number>,
  shape: readonly number[],
  order: readonly number[],
): Float32Array<ArrayBuffer> {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sizes = order.map((axis) => shape[axis]!), steps = order.map((axis) => strides[axis]!);
  const result = new Float32Array(given.length), index = sizes.map(() => 0);
  for (let i = 0, from = 0; i < result.length; i++) {
    result[i] = given[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++index[axis]! < sizes[axis]!) break;
      from -= sizes[axis]! * steps[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/** A kernel of this library (HWIO) with filters and channels first (OIHW). */
export const kernelFirst = (kernel: ArrayLike<number>, shape: readonly number[]) =>
  permuted(kernel, shape, [3, 2, 0, 1]);

/** Images of this library (NHWC) with channels first (NCHW). */
export const channelsFirst = (images: ArrayLike<number>, shape: readonly number[]) =>
  permuted(images, shape, [0, 3, 1, 2]);

/** Images with channels first (NCHW) as this library has them (NHWC). */
export const channelsLast = (images: ArrayLike<number>, shape: readonly number[]) =>
  permuted(images, shape, [0, 2, 3, 1]);
