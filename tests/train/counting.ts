/** Examples that are told apart by their numbers, for the tests of data sets. */
import { arrayDataset } from "../../lib/train/array_dataset.ts";
import { type Batch, type Dataset, makeDataset } from "../../lib/train/dataset.ts";

/** Examples 0 to length - 1, each `[index, index + 0.5]` with the label index % 3. */
export function counting(length: number): Dataset {
  return arrayDataset({
    inputs: Array.from({ length }, (_, i) => [i, i + 0.5]),
    targets: Array.from({ length }, (_, i) => i % 3),
    classes: 3,
  });
}

/** The first number of every example, batch by batch. */
export function rows(batches: Iterable<Batch>): number[][] {
  return Array.from(
    batches,
    (batch) => Array.from({ length: batch.size }, (_, row) => batch.inputs[0]![2 * row]!),
  );
}

/** Examples as {@linkcode counting} has them, the later ones read before the earlier ones. */
export function inTime(length: number, unreadable: readonly number[] = []) {
  const source = counting(length), counts = { reads: 0 };
  const data = makeDataset(length, source, async (index, batch, row, draw) => {
    counts.reads++;
    for (let wait = (index * 7) % 5; wait > 0; wait--) await Promise.resolve();
    if (unreadable.includes(index)) return new SyntaxError(`example ${index} is torn`);
    return source.read(index, batch, row, draw);
  });
  return { data, counts };
}
