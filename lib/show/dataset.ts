import { formatShape, sizeOf } from "../core/shape.ts";
import type { Batch, Field } from "../train/batch.ts";
import type { Dataset } from "../train/dataset.ts";
import { jupyterDisplay, type MimeBundle } from "./bundle.ts";
import type { Figure } from "./figure.ts";
import { images } from "./plot/images.ts";
import { scatter } from "./plot/line.ts";
import { type Table, table } from "./table.ts";

/** Examples that are shown: as rows, pictures, points. */
const counts = { rows: 8, images: 24, points: 2000 };

/** What a data set looks like: its first examples as pictures, as points of the plane or as rows. */
export async function datasetBundle(dataset: Dataset): Promise<MimeBundle> {
  const figure = await figureOf(dataset),
    first = dataset.take(Math.min(dataset.length, counts.rows));
  const rows = rowTable(dataset, await Array.fromAsync(first.batches({ batchSize: 1 })));
  const text = String(rows);
  if (figure === undefined) return { "text/html": rows.html(), "text/plain": text };
  return { ...await figure[jupyterDisplay](), "text/plain": text };
}

/** The first examples as rows of text; of examples that take time to read, how many there are. */
export function datasetText(dataset: Dataset): string {
  const first = dataset.take(Math.min(dataset.length, counts.rows));
  try {
    return String(rowTable(dataset, [...first.batches({ batchSize: 1 })]));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return String(dataset);
  }
}

async function figureOf(dataset: Dataset): Promise<Figure | undefined> {
  const { inputs: [input], targets: [target], length } = dataset, title = String(dataset);
  const { shape = [] } = input ?? {};
  if (shape.length === 3 && (shape[2] === 1 || shape[2] === 3)) {
    return await images(dataset, { title, count: Math.min(length, counts.images) });
  }
  const labelled = target !== undefined && sizeOf(target.shape) === 1 && target.dtype !== "f32";
  return shape.length === 1 && shape[0] === 2 && labelled
    ? await pointsOf(dataset, title)
    : undefined;
}

/** Points of the plane in a colour for each class. */
async function pointsOf(dataset: Dataset, title: string): Promise<Figure> {
  const classes = new Map<string, { x: number[]; y: number[] }>();
  const first = dataset.take(Math.min(dataset.length, counts.points));
  for await (const example of first.batches({ batchSize: 1 })) {
    const label = labelOf(dataset, example);
    const [x, y] = example.inputs[0]!;
    const points = classes.getOrInsertComputed(label, () => ({ x: [], y: [] }));
    points.x.push(x!);
    points.y.push(y!);
  }
  const names = [...classes.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return scatter(names.map((name) => ({ name, ...classes.get(name)! })), {
    title,
    xLabel: "input[0]",
    yLabel: "input[1]",
    equal: true,
  });
}

/** What target 0 of an example says: a class by name, or a number. */
export function labelOf({ classes, targets }: Dataset, { targets: [labels] }: Batch): string {
  if (labels === undefined || sizeOf(targets[0]!.shape) !== 1) return "";
  return classes?.[labels[0]!] ?? String(labels[0]);
}

function rowTable(dataset: Dataset, examples: readonly Batch[]): Table {
  const { inputs, targets, weights = [] } = dataset;
  const rows = examples.filter(({ size }) => size > 0).map((example, index) => {
    const label = dataset.classes && labelOf(dataset, example);
    return Object.fromEntries([
      ["example", index],
      ...cellsOf("input", inputs, example.inputs),
      ...label ? [["target", label]] : cellsOf("target", targets, example.targets),
      ...cellsOf("weight", weights, example.weights ?? []),
    ]);
  });
  return table(rows, { title: String(dataset) });
}

/** A field of a few numbers as a column for each, a larger one as a text. */
function cellsOf(name: string, fields: readonly Field[], arrays: Batch["inputs"]) {
  return fields.flatMap(({ shape, name: own }, i): [string, unknown][] => {
    const data = arrays[i]!, title = own ?? (fields.length === 1 ? name : `${name} ${i}`);
    if (data.length === 1) return [[title, data[0]!]];
    if (data.length <= 12) return Array.from(data, (x, j) => [`${title}[${j}]`, x]);
    const first = Array.from(data.subarray(0, 6), (x) => Number(x.toPrecision(4)));
    return [[title, `${formatShape(shape)}: ${first.join(", ")} …`]];
  });
}
