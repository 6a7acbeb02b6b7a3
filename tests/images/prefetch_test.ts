import { assertEquals, assertRejects } from "@std/assert";
import { prefetch } from "../../lib/images/prefetch.ts";
import { all } from "./files.ts";

const numbers = (n: number) => Array.from({ length: n }, (_, i) => i);
const tick = () => new Promise<void>((resolve) => queueMicrotask(resolve));

Deno.test("items are prepared ahead, never more than asked for, and stay in order", async () => {
  let started = 0, taken = 0, most = 0;
  const prepare = async (i: number) => {
    most = Math.max(most, ++started - taken);
    // Later ones are faster.
    for (let j = 0; j < 20 - i; j++) await tick();
    return new Uint8Array([i]);
  };
  const seen: number[] = [];
  for await (const prepared of prefetch(numbers(20), prepare, 4)) {
    taken++;
    seen.push("pixels" in prepared ? prepared.pixels[0]! : -1);
  }
  assertEquals(seen, numbers(20));
  assertEquals(most, 4);
});

Deno.test("items that are corrupt or cannot be read are handed on; other errors end it", async () => {
  const prepare = (i: number) => {
    if (i === 1) return Promise.reject(new SyntaxError("corrupt"));
    if (i === 2) return Promise.reject(new Deno.errors.PermissionDenied("denied"));
    if (i === 3) return Promise.reject(new Error("disk"));
    return Promise.resolve(new Uint8Array([i]));
  };
  const prepared = await all(prefetch(numbers(3), prepare, 2));
  assertEquals(prepared.map((one) => "error" in one ? one.error.message : one.pixels[0]), [
    0,
    "corrupt",
    "denied",
  ]);
  await assertRejects(() => all(prefetch(numbers(9), prepare, 4)), Error, "disk");
});
