/**
 * Messages of Protocol Buffers, as much of them as events need.
 *
 * Source: https://protobuf.dev/programming-guides/encoding
 *
 * @module
 */

/** Writes the fields of a message, one after another. */
export class Message {
  readonly #bytes: number[] = [];

  #varint(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes.push(rest % 128 | 128);
    this.#bytes.push(rest);
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #push(bytes: ArrayLike<number>): void {
    for (let i = 0; i < bytes.length; i++) this.#bytes.push(bytes[i]!);
  }

  /** A whole number that is not negative. */
  integer(field: number, value: number): this {
    this.#tag(field, 0);
    this.#varint(value);
    return this;
  }

  /** A number of 64 bits. */
  double(field: number, value: number): this {
    this.#tag(field, 1);
    this.#push(doubles([value]));
    return this;
  }

  /** A number of 32 bits. */
  float(field: number, value: number): this {
    this.#tag(field, 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#push(bytes);
    return this;
  }

  /** Bytes, a text, or a message within. */
  bytes(field: number, value: Uint8Array | string | Message): this {
    const bytes = value instanceof Message
      ? value.encoded()
      : typeof value === "string"
      ? new TextEncoder().encode(value)
      : value;
    this.#tag(field, 2);
    this.#varint(bytes.length);
    this.#push(bytes);
    return this;
  }

  /** Several numbers of 64 bits. */
  packedDoubles(field: number, values: readonly number[]): this {
    return this.bytes(field, doubles(values));
  }

  /** The bytes of the message. */
  encoded(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}

function doubles(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length), view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return bytes;
}
