/** The table of CRC-32C: Castagnoli's polynomial, its bits reversed. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0x82f63b78 ^ value >>> 1 : value >>> 1;
  return value;
});

/**
 * The CRC-32C of bytes.
 *
 * Source: RFC 3720, appendix B.4, which has examples.
 */
export function crc32c(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 0xff]! ^ value >>> 8;
  return (value ^ 0xffffffff) >>> 0;
}

/**
 * A checksum as it stands in a file of records: turned and moved, since a checksum of data that hold
 * their own would be weak.
 *
 * Source: TensorFlow, tensorflow/core/lib/hash/crc32c.h.
 */
export function masked(checksum: number): number {
  return (((checksum >>> 15 | checksum << 17) >>> 0) + 0xa282ead8) >>> 0;
}
