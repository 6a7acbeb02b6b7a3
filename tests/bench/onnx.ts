/**
 * Writes an ONNX model (a protocol buffer) that multiplies its input by a constant matrix: just
 * enough of the format to give ONNX Runtime something to run.
 *
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

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

// Field numbers are those of onnx.proto.
const FLOAT = 1, INT64 = 7;

function constant(name: string, type: number, shape: number[], data: ArrayBufferView<ArrayBuffer>) {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return block(
    5,
    ...shape.map((size) => int(1, size)),
    int(2, type),
    block(8, name),
    block(9, raw),
  );
}

function valueInfo(field: number, name: string, shape: number[]) {
  const dimensions = shape.map((size) => block(1, int(1, size)));
  return block(field, block(1, name), block(2, block(1, int(1, FLOAT), block(2, ...dimensions))));
}

function node(operator: string, inputs: string[], output: string) {
  return block(1, ...inputs.map((name) => block(1, name)), block(2, output), block(4, operator));
}

/**
 * A model with input "x" and output "y", the `rows` first rows of `x` times `matrix`. Where only a
 * corner of the product is asked for, timing it does not time the copy of the result.
 */
export function matmulModel(size: number, matrix: Float32Array<ArrayBuffer>, rows: number): Bytes {
  const ints = (name: string, ...values: number[]) =>
    constant(name, INT64, [values.length], BigInt64Array.from(values, BigInt));
  const graph = block(
    7,
    node("MatMul", ["x", "matrix"], "product"),
    node("Slice", ["product", "start", "end", "axis"], "y"),
    block(2, "matmul"),
    constant("matrix", FLOAT, [size, size], matrix),
    ints("start", 0),
    ints("end", rows),
    ints("axis", 0),
    valueInfo(11, "x", [size, size]),
    valueInfo(12, "y", [rows, size]),
  );
  return concatenate([int(1, 8), block(8, block(1, ""), int(2, 17)), graph]);
}
