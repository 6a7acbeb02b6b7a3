import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { DeviceError } from "../../../lib/core/errors.ts";
import { SharedMemory } from "../../../lib/device/cpu/shared_memory.ts";

Deno.test("memory: aligned blocks with slack, freed ones are used again", () => {
  const memory = new SharedMemory();
  const [a, b, c] = [memory.allocate(100), memory.allocate(1), memory.allocate(64)];
  assertEquals([a % 64, b % 64, c % 64], [0, 0, 0]);
  assertEquals([b - a >= 164, c - b >= 65], [true, true]);
  assertEquals(memory.allocatedBytes, 165);
  memory.free(b);
  assertEquals(memory.allocate(5), b);
  memory.free(b);
  memory.free(a);
  // a and b have become one block.
  assertEquals(memory.allocate(200), a);
  memory.free(a);
  memory.free(c);
  assertEquals(memory.allocate(1000), a, "all free memory is one block again");
  assertEquals(memory.allocatedBytes, 1000);
});

Deno.test("memory: grows, and what was written stays", () => {
  const memory = new SharedMemory();
  const small = memory.allocate(4);
  memory.words[small >>> 2] = 77;
  const large = memory.allocate(50 * 2 ** 20);
  memory.bytes[large + 50 * 2 ** 20 - 1] = 5;
  assertEquals(memory.words[small >>> 2], 77);
  assertNotEquals(large, small);
});

Deno.test("memory: asking for too much changes nothing", () => {
  const memory = new SharedMemory();
  assertThrows(() => memory.allocate(2 ** 33), DeviceError, "8192.0 MiB");
  assertEquals(memory.allocatedBytes, 0);
  memory.allocate(10);
});
