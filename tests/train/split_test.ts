import { assert, assertEquals, assertThrows } from "@std/assert";
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import type { Dataset } from "../../lib/train/dataset.ts";
import { counting, rows } from "./counting.ts";

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
