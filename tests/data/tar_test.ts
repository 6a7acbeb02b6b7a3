import { assertEquals, assertRejects } from "@std/assert";
import { readTar } from "../../data/tar.ts";
import { all, tar } from "../images/files.ts";

/** A stream of bytes in chunks of `size`. */
const stream = (bytes: Uint8Array<ArrayBuffer>, size = 700) =>
  ReadableStream.from(function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
  }());

const read = async (bytes: Uint8Array<ArrayBuffer>, size?: number) =>
  (await all(readTar(stream(bytes, size), "a.tar"))).map(({ name, data }) =>
    [name, new TextDecoder().decode(data)] as const
  );

Deno.test("files come in order, whatever the chunks", async () => {
  const files = [["a.txt", "one"], ["d/b.txt", "x".repeat(1500)], ["empty", ""]] as const;
  const bytes = tar([files[0], ["d", "", "5"], files[1], ["link", "", "2"], files[2]]);
  for (const size of [1, 511, 512, 513, 1e6]) assertEquals(await read(bytes, size), [...files]);
});

Deno.test("long names of GNU and POSIX are read", async () => {
  const long = `${"folder/".repeat(30)}image.jpg`;
  const record = (text: string) => {
    let length = text.length + 3;
    while (`${length} ${text}\n`.length !== length) length++;
    return `${length} ${text}\n`;
  };
  const bytes = tar([
    ["././@LongLink", `${long}\0`, "L"],
    [long, "gnu"],
    ["pax", record("mtime=1.5") + record(`path=${long}`), "x"],
    [long, "posix"],
    ["pax", record("mtime=1.5"), "x"],
    ["short", "plain"],
  ]);
  assertEquals(await read(bytes), [[long, "gnu"], [long, "posix"], ["short", "plain"]]);
});

for (
  const path of [
    "/etc/passwd",
    "../up.jpg",
    "a/../../b.jpg",
    "\\\\share\\x",
    "C:\\x.jpg",
    "a\\..\\b",
  ]
) {
  Deno.test(`the path ${path} is refused`, async () => {
    await assertRejects(() => read(tar([[path, "x"]])), SyntaxError, "the archive is refused");
    const long = tar([["././@LongLink", `${path}\0`, "L"], ["fine", "x"]]);
    await assertRejects(() => read(long), SyntaxError, JSON.stringify(path));
  });
}

Deno.test("cut off, damaged and enormous archives are refused", async () => {
  const bytes = tar([["a.txt", "x".repeat(2000)]]);
  for (const end of [0, 100, 512, 1000, 2559, 2560]) {
    await assertRejects(() => read(bytes.slice(0, end)), SyntaxError, "a.tar: expected");
  }
  const changed = bytes.slice();
  changed[3]! ^= 1;
  await assertRejects(() => read(changed), SyntaxError, "at byte 0");
  for (const size of ["77777777777", "not-a-size", "-1\0"]) {
    const wrong = bytes.slice();
    wrong.set(new TextEncoder().encode(size), 124);
    await assertRejects(() => read(wrong), SyntaxError, "at most 268435456 bytes");
  }
  await assertRejects(() => read(new Uint8Array(600).fill(65)), SyntaxError, "no tar file");
});
