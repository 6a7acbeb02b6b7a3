import { assertEquals, assertThrows } from "@std/assert";
import { readTar } from "../../data/tar.ts";
import { tar } from "./files.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("readTar: plain files in order; folders and links are passed over", () => {
  const archive = tar([
    { name: "batches/", data: bytes(""), type: "5" },
    { name: "batches/a.bin", data: bytes("first") },
    { name: "link", data: bytes(""), type: "2" },
    { name: "batches/b.bin", data: new Uint8Array(1024).fill(7) },
    { name: "empty", data: bytes("") },
  ]);
  const files = [...readTar(archive, "x.tar")];
  assertEquals(files.map(({ name, data }) => [name, data.length]), [
    ["batches/a.bin", 5],
    ["batches/b.bin", 1024],
    ["empty", 0],
  ]);
  assertEquals(files[0]!.data, bytes("first"));
});

Deno.test("readTar: truncated, damaged and endless archives", () => {
  const archive = tar([{ name: "a.bin", data: new Uint8Array(2000).fill(7) }]);
  const read = (archive: Uint8Array<ArrayBuffer>) => [...readTar(archive, "x.tar")];
  assertThrows(
    () => read(archive.slice(0, 1500)),
    SyntaxError,
    "expected 2000 bytes of a.bin at byte 512, found 988",
  );
  assertThrows(() => read(archive.slice(0, 512 + 2048)), SyntaxError, "two empty blocks");
  const damaged = archive.slice();
  damaged[0]! ^= 1;
  assertThrows(() => read(damaged), SyntaxError, "expected a tar header at byte 0");
  assertThrows(() => read(new Uint8Array(2048).fill(65)), SyntaxError, "not stated");
  for (const size of ["77777777777", "not-a-size", "-1"]) {
    assertThrows(
      () => read(tar([{ name: "a.bin", data: bytes("x"), size }])),
      SyntaxError,
      "truncated or damaged",
    );
  }
});
