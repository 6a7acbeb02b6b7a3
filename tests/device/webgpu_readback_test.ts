import { assert, assertEquals } from "@std/assert";
import { testOnWebgpu } from "../kernels/webgpu/run_kernel.ts";

testOnWebgpu("reads see what was queued before them, one after another", async (device) => {
  const storage = device.allocate(64);
  for (let i = 0; i < 50; i++) {
    device.write(storage, new Int32Array(16).fill(i));
    const words = new Int32Array(await device.read(storage, 64));
    assert(words.every((word) => word === i), `read ${i}: ${words}`);
  }
});

testOnWebgpu("reads that overlap keep their places in the order", async (device) => {
  const storage = device.allocate(4096);
  const reads: Promise<ArrayBuffer>[] = [];
  for (let i = 0; i < 12; i++) {
    device.write(storage, new Int32Array(1024).fill(i));
    reads.push(device.read(storage, i % 2 === 0 ? 4096 : 4));
  }
  const results = await Promise.all(reads);
  results.forEach((result, i) => {
    assertEquals(result.byteLength, i % 2 === 0 ? 4096 : 4);
    assert(new Int32Array(result).every((word) => word === i), `read ${i}`);
  });
});

testOnWebgpu("large and odd sizes", async (device) => {
  const size = 2 ** 24 + 4;
  const storage = device.allocate(size);
  device.write(storage, Int32Array.from({ length: size / 4 }, (_, i) => i));
  const words = new Int32Array(await device.read(storage, size));
  assert(words.every((word, i) => word === i));
  assertEquals((await device.read(storage, 5)).byteLength, 5);
});

testOnWebgpu("finish waits for what is queued", async (device) => {
  const storage = device.allocate(16);
  for (let i = 0; i < 5; i++) {
    device.write(storage, Float32Array.of(i, 0, 0, 0));
    await device.finish();
  }
  assertEquals(new Float32Array(await device.read(storage, 4))[0], 4);
});
