import { assertEquals, assertRejects } from "@std/assert";
import { noPixels, whenThereIsRoom } from "../../lib/vision/room.ts";

Deno.test("what would be too much at a time waits, small and too large images do not", async () => {
  // A wait alone does not keep the main thread from its end, as messages keep a worker.
  const alive = setInterval(() => {}, 1000);
  const count = noPixels(), started: string[] = [];
  const task = (name: string, pixels: number) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = whenThereIsRoom(count, pixels, async () => {
      started.push(name);
      await promise;
      return name;
    });
    return { resolve, done };
  };
  const first = task("first", 1.08e8), second = task("second", 1.08e8), small = task("small", 1e6);
  await Promise.resolve();
  assertEquals([started, count[0]], [["first", "small"], 1.09e8]);
  first.resolve();
  small.resolve();
  assertEquals([await first.done, await small.done], ["first", "small"]);
  second.resolve();
  assertEquals([await second.done, count[0]], ["second", 0]);
  // One that is larger than all the room is alone, and not for ever.
  const huge = task("huge", 9e8);
  huge.resolve();
  assertEquals(await huge.done, "huge");
  clearInterval(alive);
});

Deno.test("an image that fails leaves its room to others", async () => {
  const count = noPixels();
  await assertRejects(
    () => whenThereIsRoom(count, 5, () => Promise.reject(new SyntaxError("damaged"))),
    SyntaxError,
    "damaged",
  );
  assertEquals(count[0], 0);
});

Deno.test("a thread waits for the room that another has", async () => {
  const count = noPixels();
  const module = new URL("../../lib/vision/room.ts", import.meta.url);
  const source = `import { whenThereIsRoom } from ${JSON.stringify(module)};
    onmessage = async ({ data }) =>
      postMessage(await whenThereIsRoom(data, 1.5e8, () => Promise.resolve("done")));`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(source)}`, {
    type: "module",
  });
  try {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    worker.onmessage = ({ data }) => resolve(data);
    const mine = Promise.withResolvers<void>();
    const first = whenThereIsRoom(count, 1.5e8, () => mine.promise);
    worker.postMessage(count);
    mine.resolve();
    await first;
    assertEquals(await promise, "done");
  } finally {
    worker.terminate();
  }
});
