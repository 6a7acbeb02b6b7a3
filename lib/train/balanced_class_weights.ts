import type { ClassedOutput } from "./class_weights.ts";
import { Dataset } from "./dataset.ts";
import type { DataStream } from "./stream.ts";
import type { TargetForm } from "./targets.ts";

/**
 * Weights by which all classes of a data set count the same: examples / (classes * examples of the
 * class), for each output that has classes. A class without examples does not count as one.
 */
export async function balancedClassWeights(
  data: Dataset | DataStream,
  outputs: readonly ClassedOutput[],
): Promise<Record<string, readonly number[]>> {
  if (!(data instanceof Dataset)) {
    throw new TypeError(
      'classWeights: "balanced" needs a data set whose labels can be counted before, found a ' +
        "stream; give a number for each class, or collect() it",
    );
  }
  const counted = outputs.flatMap(({ name, form: { weightedClasses, answer } }, i) =>
    weightedClasses === undefined
      ? []
      : [{ name, i, answer, counts: new Float64Array(weightedClasses) }]
  );
  if (counted.length === 0) {
    throw new TypeError('classWeights: "balanced" needs an output with one class for each example');
  }
  const [first] = counted, { classes } = data;
  if (
    counted.length === 1 && first!.i === 0 && first!.answer === "label" &&
    classes?.length === first!.counts.length
  ) {
    // A data set may know them without reading its examples.
    first!.counts.set(await data.classCounts());
  } else await countIn(data, counted);
  return Object.fromEntries(counted.map(({ name, counts }) => {
    const there = counts.filter((count) => count > 0).length, all = counts.reduce((a, b) => a + b);
    return [name, Array.from(counts, (count) => count > 0 ? all / (there * count) : 1)];
  }));
}

/** Counts the examples of each class by reading all of them. */
async function countIn(
  data: Dataset,
  outputs: readonly {
    readonly i: number;
    readonly answer: TargetForm["answer"];
    readonly counts: Float64Array;
  }[],
): Promise<void> {
  for await (const { targets } of data.batches({ batchSize: 256, reuse: true })) {
    for (const { i, answer, counts } of outputs) {
      targets[i]!.forEach((value, k) => {
        if (answer === "probabilities") counts[k % counts.length]! += value;
        // Where targets are -1 and 1, the first is class 0. Labels out of range are reported later.
        else if (value < counts.length) counts[Math.max(0, Math.round(value))]!++;
      });
    }
  }
}
