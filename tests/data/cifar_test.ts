import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { cifarFiles, readCifarRecords, unpackRecords } from "../../data/cifar.ts";
import { brotli, type Bytes, gzip, sample, tar } from "./files.ts";
import { inFolder } from "../folders.ts";

/** Records with the given labels, and pixels that tell record, plane and place apart. */
function records(...labels: number[]): Bytes {
  const bytes = sample(labels.length * 3073);
  labels.forEach((label, i) => bytes[i * 3073] = label);
  return bytes;
}

Deno.test("readCifarRecords: planes become channels", () => {
  const first = records(3, 9), second = records(0);
  const data = readCifarRecords([{ name: "a", data: first }, { name: "b", data: second }]);
  assertEquals(data.length, 3);
  assertEquals(data.inputs, [{ shape: [32, 32, 3], dtype: "u8" }]);
  const { inputs: [pixels], targets: [label] } = data.get(1);
  assertEquals(label, Int32Array.of(9));
  const place = 5 * 32 + 7;
  for (let channel = 0; channel < 3; channel++) {
    assertEquals(pixels![3 * place + channel], first[3073 + 1 + 1024 * channel + place]);
  }
  assertEquals(data.get(2).inputs[0]![0], second[1]);
  assertEquals(data.classes![9], "truck");
});

Deno.test("readCifarRecords: malformed files", () => {
  const read = (data: Bytes) => readCifarRecords([{ name: "batch.bin", data }]);
  assertThrows(
    () => read(records(1, 2).slice(0, 4000)),
    SyntaxError,
    "batch.bin: expected records of 3073 bytes, found 4000 bytes: 1 records and 927 bytes more",
  );
  assertThrows(() => read(records()), SyntaxError, "found 0 bytes");
  assertThrows(
    () => read(records(1, 10)),
    SyntaxError,
    "batch.bin: expected a label from 0 to 9, found 10 in record 1",
  );
});

Deno.test("cifarFiles: plain, gzip, Brotli and archives give the same", () =>
  inFolder(async (folder) => {
    const a = records(1, 2), b = records(3);
    const archive = tar([
      { name: "cifar/readme.html", data: new Uint8Array(10) },
      { name: "cifar/a.bin", data: a },
      { name: "cifar/b.bin", data: b },
    ]);
    const files: Record<string, Bytes> = {
      "a.bin": a,
      "b.bin": b,
      "a.bin.gz": gzip(a),
      "b.bin.br": brotli(b),
      "all.tar": archive,
      "all.tar.gz": gzip(archive),
      "all.tgz": gzip(archive),
      "all.tar.br": brotli(archive),
    };
    for (const [name, data] of Object.entries(files)) Deno.writeFileSync(`${folder}/${name}`, data);
    const load = (...names: string[]) => cifarFiles(names.map((name) => `${folder}/${name}`));
    const expected = (await load("a.bin", "b.bin")).batch([0, 1, 2]);
    assertEquals(expected.targets[0], Int32Array.of(1, 2, 3));
    assertEquals((await load("a.bin.gz", "b.bin.br")).batch([0, 1, 2]), expected);
    for (const name of ["all.tar", "all.tar.gz", "all.tgz", "all.tar.br"]) {
      assertEquals((await load(name)).batch([0, 1, 2]), expected, name);
    }
    await assertRejects(() => load("missing.bin"), Deno.errors.NotFound);
    await assertRejects(() => cifarFiles([]), RangeError, "at least 1 file");
  }));

Deno.test("unpackRecords: an archive without records, or cut off", async () => {
  const empty = gzip(tar([{ name: "readme", data: new Uint8Array(3) }]));
  await assertRejects(() => unpackRecords(empty, "x.tar.gz"), SyntaxError, "expected .bin files");
  const cut = gzip(tar([{ name: "a.bin", data: records(1, 2) }]).slice(0, 3000));
  await assertRejects(() => unpackRecords(cut, "x.tar.gz"), SyntaxError, "cut off");
});
