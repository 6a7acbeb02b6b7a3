import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { Dataset } from "../../lib/train/dataset.ts";
import { counting } from "./counting.ts";

/** What a mapped function is told, and draws, in one epoch. */
function drawn(data: Dataset, cut: { epoch?: number; seed?: number; start?: number }) {
  return [...data.batches({ batchSize: 2, shuffle: 3, ...cut })].map(({ inputs }) => [
    ...inputs[0]!,
  ]);
}

const noisy = counting(6).map(
  ({ inputs, targets }, index, epoch, random) => ({
    inputs: [Float32Array.of(inputs[0]![0]!, index, epoch, random.uniform())],
    targets,
  }),
  { inputs: [{ shape: [4], dtype: "f32" }] },
);

Deno.test("map: transforms as it reads, and checks what it gets", async () => {
  const data = arrayDataset({
    inputs: { data: Uint8Array.of(10, 20, 30), shape: [1] },
    normalization: { mean: [0], standardDeviation: [1] },
  });
  const inverted = data.map(({ inputs, targets }, index) => ({
    inputs: [Uint8Array.of(255 - inputs[0]![0]! - index)],
    targets,
  }));
  assertEquals(inverted.get(2).inputs[0], Uint8Array.of(223));
  assertEquals(inverted.normalization, data.normalization);
  const floats = data.map(
    ({ inputs, targets }) => ({ inputs: [Float32Array.from(inputs[0]!)], targets }),
    { inputs: [{ shape: [1], dtype: "f32" }] },
  );
  assertEquals(floats.get(1).inputs[0], Float32Array.of(20));
  assertEquals(floats.normalization, undefined);
  const wrong = data.map(({ targets }) => ({ inputs: [Float32Array.of(1)], targets }));
  assertThrows(
    () => wrong.get(1),
    TypeError,
    "map: example 1, inputs[0]: expected u8[1] (1 elements), found f32 with 1 elements",
  );
  const expected = "map: example 1: expected { inputs, targets }, found undefined";
  const nothing = () => undefined as never, later = () => Promise.resolve(undefined as never);
  assertThrows(() => data.map(nothing).get(1), TypeError, expected);
  await assertRejects(() => data.map(later).load([1]), TypeError, expected);
});

Deno.test("map: tells the index and the epoch, and its random numbers differ from epoch to epoch", () => {
  const [first, second] = [0, 1].map((epoch) => drawn(noisy, { epoch }).flat());
  for (const [epoch, row] of [first!, second!].entries()) {
    for (let i = 0; i < row.length; i += 4) {
      assertEquals(row.slice(i, i + 3), [row[i]!, row[i]!, epoch]);
    }
  }
  const numbers = [first!, second!, drawn(noisy, { seed: 8 }).flat()]
    .map((row) => row.filter((_, i) => i % 4 === 3));
  assertEquals(new Set(numbers.flat()).size, 18, "each example, epoch and seed has its own");
});

Deno.test("map: random numbers depend on seed, epoch and index alone", () => {
  const whole = drawn(noisy, { epoch: 2, seed: 5 });
  assertEquals(drawn(noisy, { epoch: 2, seed: 5, start: 2 }), whole.slice(2), "a resumed epoch");
  const inOrder = new Map(
    [...noisy.batches({ batchSize: 6, epoch: 2, seed: 5 })].flatMap(({ inputs: [rows] }) =>
      Array.from({ length: 6 }, (_, i) => [rows![4 * i]!, rows!.slice(4 * i, 4 * i + 4)] as const)
    ),
  );
  for (const row of whole) {
    for (let i = 0; i < row.length; i += 4) {
      assertEquals(row.slice(i, i + 4), [...inOrder.get(row[i]!)!]);
    }
  }
  assertEquals([...noisy.get(4, { epoch: 2, seed: 5 }).inputs[0]!], [...inOrder.get(4)!]);
});

Deno.test("map: one after another draws other numbers, and copies in one data set differ", () => {
  const data = arrayDataset({ inputs: [[0, 0, 0]] });
  const fill = (place: number) => (data: Dataset) =>
    data.map(({ inputs: [x], targets }, _index, _epoch, random) => {
      return {
        inputs: [Float32Array.from(x!, (old, i) => i === place ? random.uniform() : old)],
        targets,
      };
    });
  const twice = fill(1)(fill(0)(data));
  const [a, b] = twice.get(0).inputs[0]!;
  assert(a !== b);
  const copies = twice.concatenate(twice).skip(0).batches({ batchSize: 2 });
  const [first, , , second] = [...copies][0]!.inputs[0]!;
  assert(first !== second);
});
