import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { bytesSource, openSource, partOf } from "../../lib/weights/byte_source.ts";
import { inFolder } from "../folders.ts";
import { serve } from "./server.ts";

const content = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);

async function check(from: string | URL | Uint8Array): Promise<void> {
  const source = await openSource(from);
  assertEquals(source.size, content.length);
  const reads = [[0, 10], [99_990, 10], [5, 70_000], [100_000, 0]] as const;
  const parts = await Promise.all(reads.map(([at, length]) => source.read(at, length)));
  reads.forEach(([at, length], i) => assertEquals(parts[i], content.slice(at, at + length)));
  await assertRejects(
    () => source.read(99_999, 2),
    SyntaxError,
    "expected 2 bytes at 99999, found the end of the file at 100000",
  );
  await assertRejects(() => source.read(-1, 2), SyntaxError);
  source.close();
  source.close();
}

Deno.test("openSource: bytes, which are copied", async () => {
  await check(content);
  const own = Uint8Array.of(1, 2, 3);
  const source = await openSource(own);
  (await source.read(0, 3)).fill(9);
  assertEquals(own, Uint8Array.of(1, 2, 3));
});

Deno.test("openSource: a path and a file URL, read in any order at once", async () => {
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/x`, content);
    await check(`${folder}/x`);
    await check(pathToFileURL(`${folder}/x`));
    await check(String(pathToFileURL(`${folder}/x`)));
  });
});

Deno.test("partOf: a file within a file, and nothing beside it", async () => {
  const part = partOf(bytesSource(content, "x.keras"), 1000, 50);
  assertEquals([part.size, part.where], [50, "x.keras"]);
  assertEquals(await part.read(10, 40), content.slice(1010, 1050));
  for (const [at, length] of [[10, 41], [-1, 1]] as const) {
    await assertRejects(() => part.read(at, length), SyntaxError, "the end of the file at 50");
  }
});

Deno.test("openSource: a URL", async () => {
  await using server = serve(() => new Response(content));
  await check(`${server.address}/x`);
});

Deno.test("openSource: what cannot be opened says why", async () => {
  const open = (from: unknown) => () => openSource(from as string);
  await assertRejects(open(7), TypeError, "expected a path, a URL or bytes, found 7");
  for (const address of ["ftp://host/x", "s3://bucket/x", new URL("data:text/plain,x")]) {
    await assertRejects(open(address), TypeError, `of http, https or file, found ${address}`);
  }
  for (const path of ["C:\\no\\such.pth", "net:1.pth"]) {
    await assertRejects(open(path), Deno.errors.NotFound, `${path}: expected a file`);
  }
  await assertRejects(open("no/such.pth"), Deno.errors.NotFound, "no/such.pth: expected a file");
  await inFolder((folder) => assertRejects(open(folder), TypeError, "found a folder or device"));
  await using server = serve((request) =>
    new Response("no", { status: Number(new URL(request.url).pathname.slice(1)) })
  );
  for (
    const [status, advice] of [
      [401, "private"],
      [403, "private"],
      [404, "no such file"],
      [503, "later"],
    ]
  ) {
    await assertRejects(open(`${server.address}/${status}`), Error, `found HTTP ${status} `);
    await assertRejects(open(`${server.address}/${status}`), Error, String(advice));
  }
});

Deno.test("openSource: a server that cannot be reached", async () => {
  const server = serve(() => new Response());
  const { address } = server;
  await server[Symbol.asyncDispose]();
  await assertRejects(() => openSource(address), Error, "cannot be reached");
});
