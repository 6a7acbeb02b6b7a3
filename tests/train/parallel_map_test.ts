import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { Dataset } from "../../lib/train/dataset.ts";
import { DataStream } from "../../lib/train/stream.ts";

const data = arrayDataset({ inputs: Array.from({ length: 20 }, (_, i) => [i]) });
const module = new URL("noise_on_threads.ts", import.meta.url);
const read = async (data: Dataset, cut: object = {}) =>
  (await Array.fromAsync(data.batches({ batchSize: 6, ...cut }))).flatMap((
    { inputs },
  ) => [...inputs[0]!]);

Deno.test("a module on threads changes examples, with the same bits for any number of threads", async () => {
  const noisy = (threads: number) => data.parallelMap(module, { threads, settings: { most: 0.5 } });
  const cut = { shuffle: 2, epoch: 1, seed: 9 }, first = await read(noisy(1), cut);
  const order = await read(data, cut);
  assert(first.every((value, i) => value >= order[i]! + 1 && value <= order[i]! + 1.5));
  assertEquals(
    new Set(first.map((value, i) => value - order[i]!)).size > 15,
    true,
    "noise of each its own",
  );
  assertEquals(await read(noisy(3), cut), first);
  assertEquals(await read(noisy(3), { ...cut, start: 2 }), first.slice(12));
  assert(String(await read(noisy(1), { ...cut, seed: 10 })) !== String(first));
  const twice = await read(noisy(2).parallelMap(module, { settings: { most: 0.5 } }));
  const once = await read(noisy(2)), again = twice.map((value, i) => value - once[i]!);
  assert(again.some((noise, i) => Math.abs(noise - (once[i]! - i)) > 0.01), "numbers of its own");
});

Deno.test("a stream is changed on threads too, in its order, with the same bits for any number", async () => {
  const shared = new Float32Array(1), schema = { inputs: data.inputs, targets: [] };
  // It writes each example into the same array.
  const stream = new DataStream(schema, function* () {
    for (let i = 0; i < 20; i++) {
      shared[0] = i;
      yield { inputs: [shared], targets: [] };
    }
  });
  const read = async (stream: DataStream, cut: object = {}) =>
    (await Array.fromAsync(stream.batches({ batchSize: 6, seed: 9, epoch: 1, ...cut })))
      .flatMap(({ inputs }) => [...inputs[0]!]);
  const noisy = (threads: number) =>
    stream.parallelMap(module, { threads, settings: { most: 0.5 } });
  const first = await read(noisy(1));
  assert(first.every((value, i) => value >= i + 1 && value <= i + 1.5), String(first));
  assertEquals(await read(noisy(3)), first);
  assertEquals(await read(noisy(2), { start: 2 }), first.slice(12));
  assertEquals(await read(noisy(2).take(3)), first.slice(0, 3));
  assert(String(await read(noisy(1), { seed: 10 })) !== String(first));
  const once = await read(noisy(2).map((example) => example));
  assertEquals(once, first);
  const bad = stream.parallelMap(module, { settings: { most: 1, bad: 7 } });
  await assertRejects(() => read(bad), RangeError, "example 7 is bad");
});

Deno.test("errors of a module on threads come back", async () => {
  const bad = data.parallelMap(module, { settings: { most: 1, bad: 7 } });
  await assertRejects(() => read(bad), RangeError, "example 7 is bad");
  const none = data.parallelMap(new URL("helpers.ts", import.meta.url));
  await assertRejects(() => read(none), TypeError, "expected a default export that is a function");
  await assertRejects(
    () => read(data.parallelMap(new URL("nowhere.ts", import.meta.url))),
    Error,
    "nowhere.ts",
  );
  assertThrows(() => data.parallelMap("noise.ts"), TypeError);
  const settings = { most: () => 1 };
  assertThrows(() => data.parallelMap(module, { settings }), TypeError, "expected plain data");
  assertThrows(() => data.parallelMap(module, { threads: 0 }), RangeError, "threads");
});
