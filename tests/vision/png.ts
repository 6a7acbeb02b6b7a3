/** PNG files made by hand, honest or not. */

/** A PNG file: its header as given, and rows that have their filters in front. */
export async function png(
  width: number,
  height: number,
  { bits, colour }: { readonly bits: number; readonly colour: number },
  rows: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([bits, colour], 8);
  const compressed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array([
    ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    ...chunk("IHDR", header),
    ...chunk("IDAT", new Uint8Array(await new Response(compressed).arrayBuffer())),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = new Uint8Array([...new TextEncoder().encode(type), ...data]);
  const result = new Uint8Array(body.length + 8), view = new DataView(result.buffer);
  view.setUint32(0, data.length);
  result.set(body, 4);
  view.setUint32(body.length + 4, crc32(body));
  return result;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
