import { assertEquals, assertRejects } from "@std/assert";
import { readZip } from "../../lib/weights/zip.ts";
import { source } from "./files.ts";
import { zip } from "./zip.ts";

const two = [{ name: "x/data.pkl", content: "pickle" }, { name: "x/data/0", content: "12345678" }];

for (const wide of [false, true]) {
  Deno.test(`readZip: entries ${wide ? "with 64-bit sizes" : "that are stored"}`, async () => {
    const bytes = zip(two, wide);
    const entries = await readZip(source(bytes));
    assertEquals([...entries.keys()], two.map(({ name }) => name));
    for (const { name, content } of two) {
      const entry = entries.get(name)!;
      assertEquals(new TextDecoder().decode(await entry.read(0, entry.size)), content);
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
refused("another compression", zip([{ name: "a", change: [10, 12] }]), "pack it again");
refused("an encrypted entry", zip([{ name: "a", change: [8, 1] }]), '"a" is encrypted');
refused("sizes that differ", zip([{ name: "a", change: [20, 1] }]), '"a" has 0 bytes in 1');
refused("an entry outside", zip([{ name: "a", change: [42, 9999] }]), "end of the file");
refused("no archive", new Uint8Array(100), "cut short: fetch it again");
refused("an empty file", new Uint8Array(0), "cut short: fetch it again");
refused("an archive that is cut short", zip(two).subarray(0, -1), "cut short: fetch it again");
{
  const many = zip(two);
  many.set([255, 127], many.length - 12); // the number of entries
  refused("more entries than bytes", many, "a directory of 32767 entries in");
}
refused(
  "more entries than a network has tensors",
  zip(Array.from({ length: 100_001 }, (_, i) => ({ name: i.toString(36) })), true),
  "a directory of 100001 entries",
);
