import { formatShape, sizeOf } from "../core/shape.ts";
import type { Batch, Field } from "../train/batch.ts";
import type { Dataset } from "../train/dataset.ts";
import type { MimeBundle } from "./bundle.ts";
import { type Table, table } from "./table.ts";

/** Examples that are shown as rows. */
const rowCount = 8;

/** What a data set looks like: its first examples. */
export function datasetBundle(dataset: Dataset): MimeBundle {
  const rows = rowTable(dataset);
  return { "text/html": rows.html(), "text/plain": `${titleOf(dataset)}\n${rows}` };
}

/** One line: how many examples there are, and of what. */
export function titleOf({ length, inputs, targets, classes }: Dataset): string {
  const list = (fields: readonly Field[]) =>
    fields.map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`).join(", ");
  const of = classes === undefined ? list(targets) : `${classes.length} classes`;
  return `${length.toLocaleString("en")} examples: ${list(inputs)}${of && ` -> ${of}`}`;
}

/** What target 0 of an example says: a class by name, or a number. */
export function labelOf({ classes, targets }: Dataset, { targets: [labels] }: Batch): string {
  if (labels === undefined || sizeOf(targets[0]!.shape) !== 1) return "";
  return classes?.[labels[0]!] ?? String(labels[0]);
}

function rowTable(dataset: Dataset): Table {
  const { inputs, targets, length } = dataset;
  const rows = Array.from({ length: Math.min(length, rowCount) }, (_, index) => {
    const example = dataset.get(index);
    const label = labelOf(dataset, example);
    return Object.fromEntries([
      ["example", index],
      ...cellsOf("input", inputs, example.inputs),
      ...label === "" ? cellsOf("target", targets, example.targets) : [["target", label]],
    ]);
  });
  return table(rows, { title: titleOf(dataset) });
}

/** A field of a few numbers as a column for each, a larger one as a text. */
function cellsOf(
  name: string,
  fields: readonly Field[],
  arrays: Batch["inputs"],
): [string, unknown][] {
  return fields.flatMap(({ shape }, i): [string, unknown][] => {
    const data = arrays[i]!, title = fields.length === 1 ? name : `${name} ${i}`;
    if (data.length === 1) return [[title, data[0]!]];
    if (data.length <= 12) return Array.from(data, (x, j) => [`${title}[${j}]`, x]);
    const first = Array.from(data.subarray(0, 6), (x) => Number(x.toPrecision(4)));
    return [[title, `${formatShape(shape)}: ${first.join(", ")} …`]];
  });
}
