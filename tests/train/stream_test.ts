import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Batch } from "../../lib/train/dataset.ts";
import { DataStream } from "../../lib/train/stream.ts";

const schema = {
  inputs: [{ shape: [2], dtype: "f32" }],
  targets: [{ shape: [], dtype: "i32" }],
  classes: ["even", "odd"],
} as const;

function counting(length: number): DataStream {
  return new DataStream(schema, function* () {
    for (let i = 0; i < length; i++) {
      yield { inputs: [Float32Array.of(i, i)], targets: [Int32Array.of(i % 2)] };
    }
  });
}

async function rows(batches: AsyncIterable<Batch>): Promise<number[][]> {
  const result: number[][] = [];
  for await (const { size, inputs } of batches) {
    result.push(Array.from({ length: size }, (_, row) => inputs[0]![2 * row]!));
  }
  return result;
}

Deno.test("DataStream: batches, remainder, take, skip", async () => {
  const stream = counting(7);
  assertEquals(await rows(stream.batch(3)), [[0, 1, 2], [3, 4, 5], [6]]);
  assertEquals(await rows(stream.batches({ batchSize: 3, dropRemainder: true })), [
    [0, 1, 2],
    [3, 4, 5],
  ]);
  assertEquals(await rows(stream.batches({ batchSize: 3, start: 1 })), [[3, 4, 5], [6]]);
  assertEquals(await rows(stream.take(2).batch(5)), [[0, 1]]);
  assertEquals(await rows(stream.skip(5).batch(5)), [[5, 6]]);
});

Deno.test("DataStream: prefetch reads batches ahead, as many as are said and in their order", async () => {
  for (const ahead of [0, 1, 3]) {
    let read = 0;
    const stream = new DataStream(schema, function* () {
      for (; read < 20; read++) {
        yield { inputs: [Float32Array.of(read, read)], targets: [Int32Array.of(0)] };
      }
    });
    const seen: number[] = [], reads: number[] = [];
    for await (const { inputs } of stream.prefetch(ahead).take(20).batches({ batchSize: 4 })) {
      // What was asked for has had the time to come.
      await new Promise((resolve) => setTimeout(resolve, 0));
      seen.push(inputs[0]![0]!);
      reads.push(read + (read < 20 ? 1 : 0));
    }
    assertEquals(seen, [0, 4, 8, 12, 16]);
    assertEquals(reads, [1, 2, 3, 4, 5].map((done) => Math.min(20, 4 * (done + ahead))));
  }
  const whole = await rows(counting(11).batches({ batchSize: 3, start: 1 }));
  assertEquals(await rows(counting(11).batches({ batchSize: 3, start: 1, prefetch: 2 })), whole);
  assertThrows(
    () => counting(3).prefetch(-1),
    RangeError,
    "prefetch: expected an integer of at least 0",
  );
});

Deno.test("DataStream: what ends in the middle, or fails ahead, does so in its turn", async () => {
  let closed = 0;
  const source = async function* () {
    try {
      for (let i = 0; i < 8; i++) {
        await Promise.resolve();
        if (i === 5) throw new SyntaxError("example 5 is torn");
        yield { inputs: [Float32Array.of(i, i)], targets: [Int32Array.of(0)] };
      }
    } finally {
      closed++;
    }
  };
  const stream = new DataStream(schema, source).prefetch(3), seen: number[][] = [];
  await assertRejects(
    async () => {
      for await (const batch of stream.batch(2)) seen.push([...batch.inputs[0]!]);
    },
    SyntaxError,
    "example 5 is torn",
  );
  assertEquals([seen, closed], [[[0, 0, 1, 1], [2, 2, 3, 3]], 1]);
  for await (const _ of new DataStream(schema, source).prefetch(1).batch(1)) break;
  assertEquals(closed, 2, "a stream that is left is closed");
});

Deno.test("DataStream: shuffle depends on seed and epoch alone", async () => {
  const stream = counting(40).shuffle(8, 3);
  const order = async (epoch: number) =>
    (await rows(stream.batches({ batchSize: 5, epoch }))).flat();
  const first = await order(0);
  assertEquals(await order(0), first);
  assert(String(await order(1)) !== String(first));
  assertEquals(first.toSorted((a, b) => a - b), Array.from({ length: 40 }, (_, i) => i));
});

Deno.test("DataStream: map and collect", async () => {
  const doubled = counting(100).map(async ({ inputs, targets }) => {
    await Promise.resolve();
    return { inputs: [inputs[0]!.map((x) => 2 * x) as Float32Array<ArrayBuffer>], targets };
  });
  const data = await doubled.collect();
  assertEquals(data.length, 100);
  assertEquals(data.classes, ["even", "odd"]);
  assertEquals(data.get(99).inputs[0], Float32Array.of(198, 198));
  assertEquals(data.get(99).targets[0], Int32Array.of(1));
});

Deno.test("DataStream: bad options and examples are refused", async () => {
  assertThrows(() => counting(3).batch(0), RangeError, "at least 1");
  assertThrows(() => counting(3).shuffle(0, 1), RangeError, "bufferSize");
  assertThrows(() => counting(3).take(0.5), RangeError, "take");
  await assertRejects(() => rows(counting(0).batch(2)), RangeError, "at least 1 example");
  const wrong = new DataStream(schema, function* () {
    yield { inputs: [Float32Array.of(1)], targets: [Int32Array.of(1)] };
  });
  await assertRejects(
    () => rows(wrong.batch(2)),
    TypeError,
    "stream: example 0, inputs[0]: expected f32[2] (2 elements), found f32 with 1 elements",
  );
});

Deno.test("DataStream: each epoch asks the source anew, and a reader may stop early", async () => {
  const epochs: number[] = [];
  let closed = 0;
  const stream = new DataStream(schema, function* (epoch) {
    epochs.push(epoch);
    try {
      for (;;) yield { inputs: [Float32Array.of(epoch, 0)], targets: [Int32Array.of(0)] };
    } finally {
      closed++;
    }
  });
  for (const epoch of [0, 1]) {
    for await (const batch of stream.batches({ batchSize: 2, epoch })) {
      assertEquals(batch.inputs[0]![0], epoch);
      break;
    }
  }
  assertEquals(epochs, [0, 1]);
  assertEquals(closed, 2);
});

Deno.test("map: a stream's function gets index, epoch and random numbers of its own", async () => {
  const draws = (stream: DataStream) =>
    stream.map(({ inputs, targets }, index, epoch, random) => ({
      inputs: [Float32Array.of(100 * epoch + index, random.uniform() + inputs[0]![1]! * 0)],
      targets,
    }));
  const read = async (
    stream: DataStream,
    cut: { epoch?: number; seed?: number; start?: number },
  ) => {
    const all: number[] = [];
    for await (const { inputs } of stream.batches({ batchSize: 2, ...cut })) {
      all.push(...inputs[0]!);
    }
    return all;
  };
  const stream = draws(counting(5));
  const epoch3 = await read(stream, { epoch: 3 });
  assertEquals(epoch3.filter((_, i) => i % 2 === 0), [300, 301, 302, 303, 304]);
  assertEquals(await read(stream, { epoch: 3, start: 1 }), epoch3.slice(4), "a resumed epoch");
  const numbers = [epoch3, await read(stream, {}), await read(stream, { seed: 1 })]
    .flatMap((row) => row.filter((_, i) => i % 2 === 1));
  const twice = draws(draws(counting(5)).take(5));
  numbers.push(...(await read(twice, {})).filter((_, i) => i % 2 === 1));
  assertEquals(new Set(numbers).size, 20, "each epoch, seed, example and map has its own");
});

Deno.test("weights of examples go through a stream", async () => {
  const weights = [{ shape: [], dtype: "f32" }] as const;
  const stream = counting(5).map(
    (e) => ({ ...e, weights: [Float32Array.of(e.inputs[0]![0]! / 2)] }),
    { weights },
  );
  const all = await stream.map(({ inputs, targets }) => ({ inputs, targets })).collect();
  assertEquals(all.weights, weights);
  assertEquals([...all.batch([0, 3, 4]).weights![0]!], [0, 1.5, 2]);
});
