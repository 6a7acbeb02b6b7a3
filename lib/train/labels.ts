import { formatShape } from "../core/shape.ts";
import { emptyBatch } from "./batch.ts";
import { checkInteger } from "./batches.ts";
import { Draw } from "./draw.ts";
import type { Examples } from "./reading.ts";

/**
 * The label of each example, read where they are not known before; -1 for one that cannot be read.
 *
 * @throws {TypeError} where target 0 is no class with a name
 * @throws {RangeError} for a label that no class has
 */
export async function labelsOf(
  data: Examples & { readonly labels: ArrayLike<number> | undefined },
  where: string,
): Promise<ArrayLike<number>> {
  const { classes, targets: [target] } = data;
  if (classes === undefined || target?.dtype === "f32" || target?.shape.length !== 0) {
    const found = target?.dtype === "f32" || target?.shape.length !== 0
      ? `${
        target ? `${target.dtype} ${formatShape(target.shape)}` : "no target"
      }; count and draw ` +
        "the data before they are mixed, say"
      : "no classes; give the data some: arrayDataset({ inputs, targets, classes })";
    throw new TypeError(
      `${where}: expected target 0 to be the label of a class with a name, found ${found}`,
    );
  }
  const check = (label: number) => checkInteger(label, 0, classes.length - 1, `${where}: label`);
  const known = data.labels, labels = new Int32Array(data.length), size = 64;
  if (known !== undefined) {
    Array.prototype.forEach.call(known, check);
    return known;
  }
  for (let start = 0; start < data.length; start += size) {
    const batch = emptyBatch(data, Math.min(size, data.length - start));
    const readings = Array.from({ length: batch.size }, (_, row) => {
      return data.read(start + row, batch, row, new Draw(0, 0, start + row));
    });
    (await Promise.all(readings)).forEach((error, row) => {
      const label = batch.targets[0]![row]!;
      if (!(error instanceof Error)) check(label);
      labels[start + row] = error instanceof Error ? -1 : label;
    });
  }
  return labels;
}
