/**
 * A GIF file whose first frame has no transparent colour: its pixels then are those of the palette, as
 * Pillow's are, whatever is to be seen through them.
 */
export function opaqueGif(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  // The header and the screen's size are followed by a palette of 2^(n + 1) colours, if there is one.
  const flags = bytes[10] ?? 0;
  let at = 13 + (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  // Extensions stand before the frame: a sign, a kind, and blocks that begin with their length.
  while (bytes[at] === 0x21) {
    if (bytes[at + 1] === 0xf9 && (bytes[at + 3]! & 1) === 1) {
      const copy = bytes.slice();
      copy[at + 3]! &= ~1;
      return copy;
    }
    at += 2;
    while (bytes[at]) at += 1 + bytes[at]!;
    at++;
  }
  return bytes;
}
