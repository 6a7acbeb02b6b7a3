/** CRC-32C as a division of polynomials, bit by bit. */
export function crc32c(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = (rest ^ byte >>> bit) & 1;
      rest = isOdd ? rest >>> 1 ^ 0x82f63b78 : rest >>> 1;
    }
  }
  return ~rest >>> 0;
}
