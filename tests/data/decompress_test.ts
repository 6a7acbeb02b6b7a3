import { assertEquals, assertRejects } from "@std/assert";
import { decompress } from "../../data/decompress.ts";
import { brotli, gzip, sample } from "./files.ts";

const content = sample(200_000);

Deno.test("decompress: gzip by its first bytes, Brotli by its name, or plain", async () => {
  assertEquals(await decompress(gzip(content), "a.bin.gz", 200_000), content);
  assertEquals(await decompress(gzip(content), "renamed", 200_000), content);
  assertEquals(await decompress(brotli(content), "a.bin.br", 200_000), content);
  assertEquals(await decompress(content, "a.bin", 200_000), content);
});

Deno.test("decompress: never more than the limit", async () => {
  const bomb = new Uint8Array(10_000_000);
  for (
    const [bytes, name] of [[gzip(bomb), "a.gz"], [brotli(bomb), "a.br"], [bomb, "a"]] as const
  ) {
    await assertRejects(
      () => decompress(bytes, name, 100_000),
      SyntaxError,
      `${name}: expected at most 100000 bytes of content, found more`,
    );
  }
});

Deno.test("decompress: truncated and damaged files", async () => {
  for (const [bytes, name] of [[gzip(content), "a.gz"], [brotli(content), "a.br"]] as const) {
    for (const length of [bytes.length - 1, bytes.length >> 1, 3]) {
      await assertRejects(
        () => decompress(bytes.slice(0, length), name, 200_000),
        SyntaxError,
        `${name}: expected ${name === "a.gz" ? "gzip" : "Brotli"} data`,
      );
    }
  }
  const damaged = gzip(content);
  damaged.fill(0xff, 100, 200);
  await assertRejects(() => decompress(damaged, "a.gz", 200_000), SyntaxError, "damaged");
  const noBrotli = Uint8Array.of(0xff, 0xff, 0xff);
  await assertRejects(() => decompress(noBrotli, "a.br", 100), SyntaxError, "Brotli data");
});
