import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { type Batch, Dataset, makeDataset } from "../../lib/train/dataset.ts";

/** Examples 0 to length - 1, each `[index, index + 0.5]` with the label index % 3. */
function counting(length: number): Dataset {
  return arrayDataset({
    inputs: Array.from({ length }, (_, i) => [i, i + 0.5]),
    targets: Array.from({ length }, (_, i) => i % 3),
    classes: 3,
  });
}

/** The first number of every example, batch by batch. */
function rows(batches: Iterable<Batch>): number[][] {
  return Array.from(
    batches,
    (batch) => Array.from({ length: batch.size }, (_, row) => batch.inputs[0]![2 * row]!),
  );
}

Deno.test("arrayDataset: fields follow from the data", () => {
  const data = arrayDataset({
    inputs: [
      { data: new Uint8Array(2 * 12), shape: [2, 2, 3] },
      { data: Float32Array.of(1, 2), shape: [] },
    ],
    targets: [[1, 0], [0, 1]],
    normalization: { mean: [0, 0, 0], standardDeviation: [1, 1, 1] },
  });
  assertEquals(data.length, 2);
  assertEquals(data.inputs, [{ shape: [2, 2, 3], dtype: "u8" }, { shape: [], dtype: "f32" }]);
  assertEquals(data.targets, [{ shape: [2], dtype: "f32" }]);
  assertEquals(data.get(1).inputs[1], Float32Array.of(2));
  assertEquals(counting(4).targets, [{ shape: [], dtype: "i32" }]);
  assertEquals(counting(4).classes, ["0", "1", "2"]);
  assertEquals(arrayDataset({ inputs: Float32Array.of(1, 2, 3) }).targets, []);
  const large = arrayDataset({ inputs: [1, 2], targets: [1, 3e9] });
  assertEquals(large.get(1).targets, [Float32Array.of(3e9)], "integers that are no i32");
});

Deno.test("arrayDataset: data that do not fit are refused, with the place", () => {
  const inputs = [[1], [2], [3]];
  assertThrows(() => arrayDataset({ inputs: [] }), RangeError, "empty");
  assertThrows(
    () => arrayDataset({ inputs, targets: [0, 1] }),
    RangeError,
    "targets[0] has 2 examples, but inputs[0] has 3",
  );
  assertThrows(
    () => arrayDataset({ inputs, targets: [0, 1, 2], classes: ["cat", "dog"] }),
    RangeError,
    "label 2 of example 2 is out of range; expected 0 to 1",
  );
  assertThrows(
    () => arrayDataset({ inputs, targets: Int32Array.of(0, -1, 1), classes: 2 }),
    RangeError,
    "label -1 of example 1",
  );
  assertThrows(
    () => arrayDataset({ inputs, targets: [0.5, 1, 1], classes: 2 }),
    TypeError,
    "one integer label an example, found f32[]",
  );
  assertThrows(
    () => arrayDataset({ inputs: [[1, 2], [3]] }),
    TypeError,
    "arrayDataset: inputs: expected nested arrays of one shape [2,2], found 1 elements at [1]",
  );
  assertThrows(
    () => arrayDataset({ inputs: [[1], [null as unknown as number]] }),
    TypeError,
    "arrayDataset: inputs: expected numbers, found null at [1][0]",
  );
  assertThrows(
    () => arrayDataset({ inputs: { data: new Uint8Array(13), shape: [2, 2] } }),
    TypeError,
    "13 elements are no whole number of examples of shape [2, 2]",
  );
  assertThrows(
    // deno-lint-ignore no-explicit-any
    () => arrayDataset({ inputs: "pixels" as any }),
    TypeError,
    "expected a Float32Array",
  );
  assertThrows(
    () =>
      arrayDataset({
        inputs: { data: new Uint8Array(12), shape: [2, 2, 3] },
        normalization: { mean: [0.5, 0.5], standardDeviation: [0.5, 0.5] },
      }),
    TypeError,
    "arrayDataset: normalization: mean: expected 1 or 3 numbers, found 2",
  );
  assertThrows(
    () => arrayDataset({ inputs, normalization: { mean: [0], standardDeviation: [0] } }),
    RangeError,
    "above 0",
  );
});

Deno.test("arrayDataset: what is no array is said to be that", () => {
  for (
    const [inputs, found] of [[null, "null"], [{}, "{}"], [new Float64Array(2), "Float64Array"]]
  ) {
    assertThrows(
      () => arrayDataset({ inputs: inputs as never, targets: [0] }),
      TypeError,
      "or nested arrays of numbers, found ",
    );
    assertThrows(
      () => arrayDataset({ inputs: [[1]], targets: inputs as never }),
      TypeError,
      found as string,
    );
  }
});

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

Deno.test("split: by fraction or count, at random or not, without overlap", () => {
  const data = counting(10);
  const all = (view: Dataset) => rows(view.batches({ batchSize: 100 })).flat();
  assertEquals(data.split(0.8).map(all), [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9]]);
  assertEquals(data.split(3)[0]!.length, 3);
  const [a, b] = data.split(0.5, 7).map(all);
  assertEquals([...a!, ...b!].toSorted((x, y) => x - y), all(data));
  assertEquals(data.split(0.5, 7).map(all), [a, b]);
  for (const part of [0, 1.5, 10, -1, NaN, 0.01]) {
    assertThrows(() => data.split(part), RangeError, "leaves both parts with examples");
  }
});

Deno.test("split: a class that only the second part would have is refused", async () => {
  const sorted = arrayDataset({
    inputs: Array.from({ length: 20 }, (_, i) => [i]),
    targets: Array.from({ length: 20 }, (_, i) => i < 14 ? 0 : i < 18 ? 1 : 2),
    classes: ["ant", "bee", "cat"],
  });
  assertThrows(
    () => sorted.split(0.7),
    RangeError,
    "split: expected each class in the first part, which is to be learned from, found none of bee, cat " +
      "among its 14 examples; say stratify: true",
  );
  const [first, second] = sorted.split(0.7, 9);
  assertEquals(await first.classCounts(), [10, 3, 1]);
  assertEquals(await second.classCounts(), [4, 1, 1]);
  assertEquals(
    sorted.shuffle(1).take(4).split(2).length,
    2,
    "classes that neither has are no matter",
  );
  // What is learned may be in the first part alone; and labels that are numbers are no classes.
  assertEquals(sorted.take(18).split(17)[1]!.length, 1);
  const numbers = arrayDataset({ inputs: [[1], [2], [3]], targets: [1, 2, 3] });
  assertEquals(numbers.split(2)[1].length, 1);
});

Deno.test("split: stratify gives both parts their share of each class, by the seed", async () => {
  const targets = Array.from({ length: 20 }, (_, i) => i < 14 ? 0 : i < 18 ? 1 : 2);
  const inputs = targets.map((_, i) => [i, i]), classes = ["ant", "bee", "cat"];
  const sorted = arrayDataset({ inputs, targets, classes });
  const all = (view: Dataset) => rows(view.batches({ batchSize: 100 })).flat();
  const counts = (parts: readonly Dataset[]) => Promise.all(parts.map((one) => one.classCounts()));
  const plain = sorted.split(0.7, { stratify: true });
  assertEquals(await counts(plain), [[10, 3, 1], [4, 1, 1]]);
  assertEquals(all(plain[0]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 16, 18]);
  const drawn = sorted.split(0.7, { stratify: true, seed: 3 });
  assertEquals(await counts(drawn), await counts(plain));
  assertEquals(drawn.flatMap(all).toSorted((a, b) => a - b), all(sorted));
  assertEquals(sorted.split(0.7, { stratify: true, seed: 3 }).map(all), drawn.map(all));
  assert(
    String(sorted.split(0.7, { stratify: true, seed: 4 }).map(all)) !== String(drawn.map(all)),
  );
  // A count is a share of all; each class leaves one for either part.
  assertEquals(await counts(sorted.split(10, { stratify: true })), [[7, 2, 1], [7, 2, 1]]);
  assertEquals(await counts(sorted.split(0.97, { stratify: true })), [[13, 3, 1], [1, 1, 1]]);
  const even = counting(10);
  assertEquals(even.split(0.5, { seed: 7 }).map(all), even.split(0.5, 7).map(all));
  const views = sorted.shuffle(1).split(0.5, { stratify: true });
  assertEquals(await counts(views), [[7, 2, 1], [7, 2, 1]]);
});

Deno.test("split: what cannot be stratified is refused", () => {
  const inputs = [[1], [2], [3], [4]], stratify = { stratify: true };
  const refused = (
    targets: number[] | Float32Array | undefined,
    message: string,
    classes?: number,
  ) =>
    assertThrows(
      () =>
        arrayDataset({ inputs, ...targets && { targets }, ...classes && { classes } })
          .split(0.5, stratify),
      Error,
      message,
    );
  refused(undefined, "found no target");
  refused([0, 0, 1, 1], "found no classes; give the data some");
  refused(Float32Array.of(1, 2, 3, 4), "found f32 []");
  refused([0, 0, 0, 1], "at least 2 examples of each class, one for each part, found 1 of 1", 2);
  const mapped = arrayDataset({ inputs, targets: [0, 0, 1, 1], classes: 2 }).map((one) => one);
  assertThrows(
    () => mapped.split(0.5, stratify),
    TypeError,
    "not known before the examples are read",
  );
  const misspelt = { stratified: true } as unknown as { stratify: true };
  assertThrows(
    () => mapped.split(0.5, misspelt),
    RangeError,
    'did you mean "stratify"?',
  );
});

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

/** Examples as {@linkcode counting} has them, the later ones read before the earlier ones. */
function inTime(length: number, unreadable: readonly number[] = []) {
  const source = counting(length), counts = { reads: 0 };
  const data = makeDataset(length, source, async (index, batch, row, draw) => {
    counts.reads++;
    for (let wait = (index * 7) % 5; wait > 0; wait--) await Promise.resolve();
    if (unreadable.includes(index)) return new SyntaxError(`example ${index} is torn`);
    return source.read(index, batch, row, draw);
  });
  return { data, counts };
}

const rowsInTime = async (batches: AsyncIterable<Batch>) => rows(await Array.fromAsync(batches));

Deno.test("examples that take time give the batches of those at hand, from any start on", async () => {
  const noisy = (data: Dataset) =>
    data.map(async ({ inputs: [x], targets }, _index, _epoch, random) => {
      await Promise.resolve();
      return { inputs: [x!.map((value) => value + random.uniform(0, 1))], targets };
    });
  const { data } = inTime(11), cut = { batchSize: 3, shuffle: 5, epoch: 2, seed: 9 };
  const expected = await rowsInTime(noisy(counting(11)).batches(cut));
  assertEquals(await rowsInTime(counting(11).batches(cut)), rows(counting(11).batches(cut)));
  for (const prefetch of [0, 1, 7]) {
    assertEquals(await rowsInTime(noisy(data).batches({ ...cut, prefetch })), expected);
    for (const reuse of [false, true]) {
      const batches = noisy(data).batches({ ...cut, prefetch, reuse, start: 2 });
      assertEquals(await rowsInTime(batches), expected.slice(2));
    }
  }
  const views = data.concatenate(data.shuffle(1)).slice(5, 15);
  const plain = counting(11).concatenate(counting(11).shuffle(1)).slice(5, 15);
  assertEquals(
    await rowsInTime(views.batches({ batchSize: 4 })),
    rows(plain.batches({ batchSize: 4 })),
  );
  const tensors = await Array.fromAsync(data.tensors({ batchSize: 8 }));
  assertEquals(Array.from(await tensors[1]!.y.data()), [2, 0, 1]);
});

Deno.test("as many batches are read ahead as were asked for", async () => {
  for (const prefetch of [0, 2]) {
    const { data, counts } = inTime(20), reads: number[] = [];
    for await (const _ of data.batches({ batchSize: 4, prefetch })) reads.push(counts.reads);
    assertEquals(reads, [1, 2, 3, 4, 5].map((done) => Math.min(20, 4 * (done + prefetch))));
  }
});

Deno.test("prefetch: a data set says how many, views keep it, and batches() may say otherwise", async () => {
  const reads = async (change: (data: Dataset) => Dataset, cut: object = {}) => {
    const { data, counts } = inTime(20), reads: number[] = [];
    for await (const _ of change(data).batches({ batchSize: 4, ...cut })) reads.push(counts.reads);
    return reads;
  };
  const ahead = (count: number) => [1, 2, 3, 4, 5].map((done) => Math.min(20, 4 * (done + count)));
  assertEquals(await reads((data) => data), ahead(2));
  for (const count of [0, 1, 3]) {
    assertEquals(await reads((data) => data.prefetch(count)), ahead(count));
    const mapped = (data: Dataset) => data.prefetch(count).map((e) => e).shuffle(1).cache(0);
    assertEquals(await reads(mapped), ahead(count));
    assertEquals(await reads((data) => data.prefetch(count), { prefetch: 2 }), ahead(2));
  }
  const same = await rowsInTime(inTime(11).data.prefetch(5).batches({ batchSize: 3, shuffle: 2 }));
  assertEquals(same, rows(counting(11).batches({ batchSize: 3, shuffle: 2 })));
  assertEquals([...counting(4).prefetch(3).batches({ batchSize: 2 })].length, 2);
  for (const wrong of [-1, 0.5]) {
    assertThrows(
      () => counting(3).prefetch(wrong),
      RangeError,
      "prefetch: expected an integer of at",
    );
  }
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

Deno.test("what reads at once refuses examples that take time, and says what to do", async () => {
  const { data } = inTime(6);
  for (const read of [() => data.get(1), () => [...data.batches({ batchSize: 2 })]]) {
    assertThrows(read, TypeError, "take time to read: await load(indices)");
  }
  assertEquals((await data.load([4, 1])).inputs[0], Float32Array.of(4, 4.5, 1, 1.5));
  const there = await data.collect();
  assertEquals([there.length, there.classes, there.get(5).targets[0]![0]], [6, ["0", "1", "2"], 2]);
});

Deno.test("examples that cannot be read are left out of batches, and are errors by themselves", async () => {
  const { data } = inTime(8, [1, 4, 5]);
  const batches = await Array.fromAsync(data.batches({ batchSize: 2 }));
  assertEquals(batches.map(({ size }) => size), [1, 2, 0, 2]);
  assertEquals(rows(batches), [[0], [2, 3], [], [6, 7]]);
  assertEquals(batches[0]!.targets[0], Int32Array.of(0));
  assertEquals((await data.collect()).length, 5);
  await assertRejects(() => data.load([0, 4]), SyntaxError, "example 4 is torn");
  const mapped = data.map((example) => example), kept = data.cache();
  for (const view of [mapped, kept, kept]) {
    assertEquals(await rowsInTime(view.batches({ batchSize: 4 })), [[0, 2, 3], [6, 7]]);
  }
});

Deno.test("a cache reads what fits its bytes once, and draws it once", async () => {
  const { data, counts } = inTime(10),
    noise = data.map(({ inputs: [x], targets }, _i, _e, random) => ({
      inputs: [x!.map(() => random.uniform(0, 1))],
      targets,
    }));
  const one = 2 * 4 + 4, cached = noise.cache(6 * one);
  const read = (epoch: number) => rowsInTime(cached.batches({ batchSize: 4, epoch, seed: epoch }));
  const first = await read(0);
  assertEquals(await read(1), first, "the same numbers, kept or not");
  assertEquals(counts.reads, 14);
  assertThrows(() => data.cache(-1), RangeError, "cache: bytes");
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

Deno.test("arrayDataset: plain numbers with a shape, for several inputs too", () => {
  const { inputs, length } = arrayDataset({
    inputs: [{ data: [1, 2, 3, 4], shape: [2] }, { data: [5, 6], shape: [1] }],
    targets: [0, 1],
  });
  assertEquals([length, inputs], [2, [{ shape: [2], dtype: "f32" }, { shape: [1], dtype: "f32" }]]);
});

Deno.test("arrayDataset: labels that are words, and nested inputs of two shapes, are told what to do", () => {
  const words = { inputs: [[1], [2]], targets: ["a", "b"] };
  assertThrows(
    () => arrayDataset(words as unknown as Parameters<typeof arrayDataset>[0]),
    TypeError,
    'expected numbers, found "a" at [0]; a label is the number of its class, and classes: [...]',
  );
  assertThrows(
    () => arrayDataset({ inputs: [[[1, 2], [3, 4]], [[5], [6]]], targets: [0, 1] }),
    TypeError,
    "several inputs are given by name: inputs: { name: [...], other: [...] }",
  );
});
