/** An entry to be written. */
export interface Entry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Changes of the directory's entry: [offset, 16-bit value]. */
  readonly change?: readonly [at: number, value: number];
}

/** An archive of stored entries; `wide` with 64-bit sizes and offsets in the directory. */
export function zip(entries: readonly Entry[], wide = false): Uint8Array<ArrayBuffer> {
  const parts: number[] = [];
  const directory: number[] = [];
  const le = (value: number, bytes: number) =>
    Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
  const text = (value: string | Uint8Array) =>
    typeof value === "string" ? new TextEncoder().encode(value) : value;
  for (const { name, content = "", change } of entries) {
    const at = parts.length, size = text(content).length, bytes = text(name);
    parts.push(...le(0x04034b50, 4), ...new Array(22).fill(0), ...le(bytes.length, 2));
    parts.push(...le(3, 2), ...bytes, 0, 0, 0, ...text(content));
    const extra = wide
      ? [...le(1, 2), ...le(24, 2), ...le(size, 8), ...le(size, 8), ...le(at, 8)]
      : [];
    const field = (value: number) => wide ? [255, 255, 255, 255] : le(value, 4);
    const entry = [
      ...le(0x02014b50, 4),
      ...new Array(16).fill(0),
      ...field(size),
      ...field(size),
      ...le(bytes.length, 2),
      ...le(extra.length, 2),
      ...new Array(10).fill(0),
      ...field(at),
      ...bytes,
      ...extra,
    ];
    if (change) entry.splice(change[0], 2, ...le(change[1], 2));
    directory.push(...entry);
  }
  const start = parts.length;
  const end = start + directory.length;
  const record = wide
    ? [
      ...[...le(0x06064b50, 4), ...le(44, 8), ...new Array(20).fill(0), ...le(entries.length, 8)],
      ...[...le(directory.length, 8), ...le(start, 8)],
      ...[...le(0x07064b50, 4), ...le(0, 4), ...le(end, 8), ...le(1, 4)],
    ]
    : [];
  const narrow = (value: number, bytes: number) =>
    wide ? new Array(bytes).fill(255) : le(value, bytes);
  return Uint8Array.from([
    ...parts,
    ...directory,
    ...record,
    ...[
      ...le(0x06054b50, 4),
      0,
      0,
      0,
      0,
      ...narrow(entries.length, 2),
      ...narrow(entries.length, 2),
    ],
    ...[...narrow(directory.length, 4), ...narrow(start, 4), 0, 0],
  ]);
}
