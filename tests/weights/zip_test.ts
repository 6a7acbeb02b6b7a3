import { assertEquals, assertRejects } from "@std/assert";
import { readZip } from "../../lib/weights/zip.ts";
import { source } from "./files.ts";

interface Entry {
  readonly name: string;
  readonly content?: string;
  /** Changes of the directory's entry: [offset, 16-bit value]. */
  readonly change?: readonly [at: number, value: number];
}

/** An archive of stored entries; `wide` with 64-bit sizes and offsets in the directory. */
function zip(entries: readonly Entry[], wide = false): Uint8Array<ArrayBuffer> {
  const parts: number[] = [];
  const directory: number[] = [];
  const le = (value: number, bytes: number) =>
    Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
  const text = (value: string) => [...new TextEncoder().encode(value)];
  for (const { name, content = "", change } of entries) {
    const at = parts.length, size = content.length, bytes = text(name);
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

const two = [{ name: "x/data.pkl", content: "pickle" }, { name: "x/data/0", content: "12345678" }];

for (const wide of [false, true]) {
  Deno.test(`readZip: entries ${wide ? "with 64-bit sizes" : "that are stored"}`, async () => {
    const bytes = zip(two, wide);
    const entries = await readZip(source(bytes));
    assertEquals([...entries.keys()], two.map(({ name }) => name));
    for (const { name, content } of two) {
      const { at, size } = entries.get(name)!;
      assertEquals(new TextDecoder().decode(bytes.subarray(at, at + size)), content);
    }
  });
}

const refused = (name: string, bytes: Uint8Array, message: string) =>
  Deno.test(`readZip refuses ${name}`, async () => {
    await assertRejects(() => readZip(source(bytes, "w.pth")), SyntaxError, message);
  });

for (const name of ["/etc/passwd", "C:\\x", "\\x", "../x", "a/../../x", "a\\..\\x", "a/.."]) {
  refused(`the name ${name}`, zip([{ name }]), "leads out of the archive");
}
refused("a name with a zero in it", zip([{ name: "a\0b" }]), "leads out of the archive");
refused("two entries of one name", zip([...two, two[0]!]), 'two entries are named "x/data.pkl"');
refused("a compressed entry", zip([{ name: "a", change: [10, 8] }]), "compressed (method 8)");
refused("an encrypted entry", zip([{ name: "a", change: [8, 1] }]), '"a" is encrypted');
refused("sizes that differ", zip([{ name: "a", change: [20, 1] }]), '"a" has two sizes');
refused("an entry outside", zip([{ name: "a", change: [42, 9999] }]), "end of the file");
refused("no archive", new Uint8Array(100), "no directory at its end");
refused("an empty file", new Uint8Array(0), "no directory at its end");
refused("an archive that is cut short", zip(two).subarray(0, -1), "no directory at its end");
{
  const many = zip(two);
  many.set([255, 127], many.length - 12); // the number of entries
  refused("more entries than bytes", many, "a directory of 32767 entries in");
}
