import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { decodeImage } from "../../lib/vision/decode.ts";
import { ImagePool } from "../../lib/vision/image_pool.ts";
import { prepareImage } from "../../lib/vision/views.ts";
import { bytesOf, pillow } from "./pillow.ts";

const preprocessing = {
  resize: 12,
  crop: 10,
  channels: "bgr",
  normalization: { mean: [0], standardDeviation: [1] },
} as const;

Deno.test("threads prepare images as the main thread does, and outlive a corrupt one", async () => {
  await using pool = new ImagePool(preprocessing, { threads: 2, crops: 10, filter: "bicubic" });
  const bad = pool.prepare(new Uint8Array([1, 2, 3]), "bad.jpg");
  const all = pillow.decoded.map(({ name, file }) => pool.prepare(bytesOf(file), name));
  await assertRejects(() => bad, SyntaxError, "bad.jpg: expected a JPEG");
  for (const [i, { file }] of pillow.decoded.entries()) {
    const expected = prepareImage(await decodeImage(bytesOf(file)), preprocessing, {
      crops: 10,
      filter: "bicubic",
    });
    assertEquals(await all[i], { width: 10, height: 10, data: expected });
  }
});

Deno.test("a part of a buffer can be prepared, and the buffer stays", async () => {
  const { file, name } = pillow.decoded[0]!, bytes = bytesOf(file);
  const buffer = new Uint8Array(bytes.length + 20);
  buffer.set(bytes, 10);
  await using pool = new ImagePool(preprocessing, { threads: 1 });
  const { data } = await pool.prepare(buffer.subarray(10, 10 + bytes.length), name);
  assertEquals([data.length, buffer.length], [300, bytes.length + 20]);
});

Deno.test("a pool that is closed takes no more, and ends when what is under way is done", async () => {
  const pool = new ImagePool(preprocessing, { threads: 2 });
  let done = 0;
  const pending = Array.from({ length: 6 }, async () => {
    await pool.prepare(bytesOf(pillow.decoded[0]!.file), "a.jpg");
    done++;
  });
  const bad = assertRejects(() => pool.prepare(Uint8Array.of(1), "bad.jpg"), SyntaxError);
  const closing = pool.close();
  const late = () => pool.prepare(bytesOf(pillow.decoded[0]!.file), "a.jpg");
  await assertRejects(late, Error, "the image pool was closed");
  await closing;
  assertEquals(done, 6);
  await Promise.all([...pending, bad]);
});

Deno.test({
  name: "one pool after another leaves no more files and threads open",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const count = (what: string) => [...Deno.readDirSync(`/proc/self/${what}`)].length;
    const counts: number[] = [];
    for (let round = 0; round < 8; round++) {
      await using pool = new ImagePool(preprocessing, { threads: 1 });
      await pool.prepare(bytesOf(pillow.decoded[0]!.file), "a.jpg");
      counts.push(count("fd"));
    }
    assertEquals(counts.at(-1), counts[1]);
  },
});

Deno.test("a pool without threads is refused", () => {
  for (const threads of [0, 1.5, NaN]) {
    assertThrows(() => new ImagePool(preprocessing, { threads }), RangeError, `found ${threads}`);
  }
});
