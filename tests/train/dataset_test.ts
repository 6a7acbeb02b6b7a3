import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { Dataset, makeDataset } from "../../lib/train/dataset.ts";
import { counting, inTime, rows } from "./counting.ts";

Deno.test("batches: stored order, remainder, dropRemainder", () => {
  const data = counting(7);
  assertEquals(rows(data.batches({ batchSize: 3 })), [[0, 1, 2], [3, 4, 5], [6]]);
  assertEquals(rows(data.batches({ batchSize: 3, dropRemainder: true })), [[0, 1, 2], [3, 4, 5]]);
  assertEquals(data.batchCount(3), 3);
  assertEquals(data.batchCount(3, true), 2);
  const [first] = data.batches({ batchSize: 2 });
  assertEquals(first!.inputs[0], Float32Array.of(0, 0.5, 1, 1.5));
  assertEquals(first!.targets[0], Int32Array.of(0, 1));
});

Deno.test("batches: the order depends on seed and epoch alone", () => {
  const data = counting(50);
  const order = (shuffle: number, epoch: number) =>
    rows(data.batches({ batchSize: 8, shuffle, epoch })).flat();
  assertEquals(order(7, 2), order(7, 2));
  assert(String(order(7, 2)) !== String(order(7, 3)), "another epoch, another order");
  assert(String(order(7, 2)) !== String(order(8, 2)), "another seed, another order");
  assertEquals(order(7, 2).toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
});

Deno.test("batches: start goes on exactly where an interrupted epoch stopped", () => {
  const data = counting(23), options = { batchSize: 4, shuffle: 5, epoch: 3 };
  const whole = rows(data.batches(options));
  for (let start = 0; start <= whole.length; start++) {
    assertEquals(rows(data.batches({ ...options, start })), whole.slice(start));
  }
});

Deno.test("batches: reuse hands out the same arrays with the same content", () => {
  const data = counting(7), options = { batchSize: 3, shuffle: 1 };
  assertEquals(rows(data.batches({ ...options, reuse: true })), rows(data.batches(options)));
  const buffers = Array.from(
    data.batches({ ...options, reuse: true }),
    (batch) => batch.inputs[0]!.buffer,
  );
  assertEquals(new Set(buffers).size, 1);
});

Deno.test("batches: options out of range are refused when asked for, not when read", () => {
  const data = counting(5);
  for (const batchSize of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => data.batches({ batchSize }), RangeError, "integer of at least 1");
  }
  // deno-lint-ignore no-explicit-any
  assertThrows(() => data.batches({ batchSize: "32" as any }), TypeError, 'found "32"');
  assertThrows(() => data.batches({ batchSize: 2, epoch: -1 }), RangeError, "epoch");
  assertThrows(() => data.batches({ batchSize: 2, start: 4 }), RangeError, "from 0 to 3");
  assertThrows(
    () => data.batches({ batchSize: 8, dropRemainder: true }),
    RangeError,
    "5 examples do not fill one batch of 8",
  );
  assertThrows(() => data.get(5), RangeError, "from 0 to 4, found 5");
  assertThrows(() => data.batch([0, 1], data.get(0)), RangeError, "size 2");
});

Deno.test("batches: an empty data set of a user's own class is refused", () => {
  class Nothing extends Dataset {
    readonly length = 0;
    readonly inputs = [{ shape: [], dtype: "f32" }] as const;
    readonly targets = [];
    read(): void {}
  }
  assertThrows(() => new Nothing().batches({ batchSize: 1 }), RangeError, "empty");
});

Deno.test("views: take, skip, slice, shuffle, concatenate", () => {
  const data = counting(10);
  const all = (view: Dataset) => rows(view.batches({ batchSize: 100 })).flat();
  assertEquals(all(data.take(3)), [0, 1, 2]);
  assertEquals(all(data.skip(8)), [8, 9]);
  assertEquals(all(data.slice(2, 8).slice(1, 3)), [3, 4]);
  assertEquals(all(data.skip(8).concatenate(data.take(1), data.slice(4, 5))), [8, 9, 0, 4]);
  assertEquals(all(data.shuffle(3)), all(data.shuffle(3)));
  assertEquals(all(data.shuffle(3)).toSorted((a, b) => a - b), all(data));
  assertEquals(data.take(3).classes, data.classes);
  assertThrows(() => data.take(0), RangeError, "take: expected an integer from 1 to 10, found 0");
  assertThrows(() => data.take(11), RangeError, "from 1 to 10");
  assertThrows(() => data.skip(10), RangeError, "from 0 to 9");
  assertThrows(() => data.slice(4, 4), RangeError, "from 5 to 10");
  const other = arrayDataset({ inputs: [[1]], targets: [0] });
  assertThrows(
    () => data.concatenate(other),
    TypeError,
    "expected fields (f32[2]) -> (i32[]), found (f32[1]) -> (i32[])",
  );
});

Deno.test("makeDataset: refuses a length that is no count", () => {
  const schema = { inputs: [], targets: [] };
  for (const length of [0, -1, 2.5]) {
    assertThrows(() => makeDataset(length, schema, () => {}), RangeError, "length");
  }
});

Deno.test("batches come as tensors too, of the same examples in the same order", async () => {
  const data = arrayDataset({ inputs: [[1, 2], [3, 4], [5, 6]], targets: [0, 1, 2] });
  const cut = { batchSize: 2, shuffle: 5, epoch: 1 };
  const plain = [...data.batches(cut)], tensors = [...data.tensors(cut)];
  assertEquals(tensors.map(({ x, y }) => [x.shape, y.shape, y.dtype]), [
    [[2, 2], [2], "i32"],
    [[1, 2], [1], "i32"],
  ]);
  for (const [i, { size, inputs, targets }] of tensors.entries()) {
    assertEquals(size, plain[i]!.size);
    assertEquals(await inputs[0]!.data(), plain[i]!.inputs[0]!);
    assertEquals(await targets[0]!.data<"i32">(), plain[i]!.targets[0]!);
  }
});

const weighted = arrayDataset({
  inputs: [[1], [2], [3], [4], [5]],
  targets: [0, 1, 0, 1, 0],
  weights: [0, 1, 2, 3, 4],
});

Deno.test("weights of examples go with them through every view and batch", () => {
  const weightOf = (data: Dataset) => {
    const all: number[] = [];
    for (const { inputs, weights } of data.batches({ batchSize: 2, reuse: true })) {
      assertEquals([...weights![0]!], [...inputs[0]!].map((x) => x - 1));
      all.push(...weights![0]!);
    }
    return all;
  };
  assertEquals(weighted.weights, [{ shape: [], dtype: "f32" }]);
  assertEquals(weightOf(weighted), [0, 1, 2, 3, 4]);
  assertEquals(weightOf(weighted.skip(1).take(3)), [1, 2, 3]);
  assertEquals(weightOf(weighted.shuffle(4)).toSorted(), [0, 1, 2, 3, 4]);
  assertEquals(weighted.split(0.4, 2).map(weightOf).flat().toSorted(), [0, 1, 2, 3, 4]);
  assertEquals(weightOf(weighted.concatenate(weighted)).length, 10);
  assertEquals(weightOf(weighted.map(({ inputs, targets }) => ({ inputs, targets }))).length, 5);
  const bare = weighted.map((e) => e, { weights: [] });
  assertEquals([bare.weights, bare.get(0).weights], [undefined, undefined]);
  const doubled = weighted.map((e) => ({ ...e, weights: [e.weights![0]!.map((w) => 2 * w)] }));
  assertEquals(doubled.get(3).weights, [Float32Array.of(6)]);
  for (const { weights } of weighted.tensors({ batchSize: 5 })) {
    assertEquals(weights![0]!.shape, [5]);
  }
  assertEquals(counting(2).get(0).weights, undefined);
});

Deno.test("weights that do not fit are refused", () => {
  const make = (weights: number[]) => () => arrayDataset({ inputs: [[1], [2]], weights });
  assertThrows(make([1]), RangeError, "weights[0] has 1 examples, but inputs[0] has 2");
  for (const wrong of [-1, NaN, Infinity]) {
    assertThrows(make([1, wrong]), RangeError, `at least 0, found ${wrong} at place 1`);
  }
  const bare = arrayDataset({ inputs: [[1]], targets: [0] });
  assertThrows(
    () => weighted.concatenate(bare),
    TypeError,
    "expected fields (f32[1]) -> (i32[]) weighted by (f32[]), found (f32[1]) -> (i32[])",
  );
  assertThrows(
    () => bare.map((e) => e, { weights: [{ shape: [], dtype: "f32" }] }).get(0),
    TypeError,
    "expected 1 weights, found none",
  );
});

Deno.test("labels are known without reading where arrays have them, and in views", () => {
  const labelsOf = ({ labels }: Dataset) => labels && Array.from(labels);
  const data = counting(5);
  assertEquals(labelsOf(data), [0, 1, 2, 0, 1]);
  assertEquals(labelsOf(data.slice(1, 3).concatenate(data.take(1))), [1, 2, 0]);
  assertEquals(labelsOf(data.cache().prefetch(1).shuffle(3))!.toSorted(), [0, 0, 1, 1, 2]);
  assertEquals(labelsOf(data.map((example) => example)), undefined, "they may have changed");
  assertEquals(labelsOf(data.concatenate(inTime(2).data)), undefined);
  for (const targets of [undefined, [[1], [2]], Float32Array.of(1, 2)]) {
    assertEquals(
      labelsOf(arrayDataset({ inputs: [[1], [2]], ...targets && { targets } })),
      undefined,
    );
  }
  const told = makeDataset(2, data, () => {}, () => [2, 1]);
  assertEquals(labelsOf(told), [2, 1]);
});

Deno.test("a data set counts the examples of its classes", async () => {
  assertEquals(await inTime(8).data.classCounts(), [3, 3, 2]);
  assertEquals(await counting(7).take(2).classCounts(), [1, 1, 0]);
  const plain = arrayDataset({ inputs: [[1]], targets: [[2]] });
  await assertRejects(() => plain.classCounts(), TypeError, "the label of a class");
  const odd = makeDataset(
    2,
    counting(2),
    (_index, batch, row) => void (batch.targets[0]![row] = 3),
  );
  await assertRejects(
    () => odd.classCounts(),
    RangeError,
    "label: expected an integer from 0 to 2",
  );
});
