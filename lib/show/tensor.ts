import { formatShape } from "../core/shape.ts";
import type { TensorData } from "../core/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { escapeMarkup } from "../plotly_svg/mod.ts";
import { jupyterDisplay, type MimeBundle } from "./bundle.ts";
import { images } from "./plot/images.ts";
import { table } from "./table.ts";

/** Rows and columns of a matrix that are shown, half of them from each end. */
const longest = { rows: 20, columns: 12 };

/** What a tensor looks like: a text, a table of its numbers, or pictures. */
export async function tensorBundle(tensor: Tensor): Promise<MimeBundle> {
  const [data, text] = [await tensor.data(), await tensor.text()];
  if (tensor.rank === 0) return { "text/plain": String(data[0]) };
  if (isImages(tensor)) {
    const { dtype, shape } = tensor;
    const pictures = await images(tensor, { title: `${dtype} ${formatShape(shape)}`, count: 64 });
    return { ...await pictures[jupyterDisplay](), "text/plain": text };
  }
  if (tensor.size === 0 || tensor.rank > 2) return { "text/html": pre(text), "text/plain": text };
  return { "text/html": matrixHtml(data, tensor), "text/plain": text };
}

/** Smallest side of what is taken for an image, and not for a few numbers. */
const smallest = 8;

/** Whether a tensor is an image or a list of such: [h, w, c] or [n, h, w, c] with c = 1 or 3. */
function isImages({ shape, rank, dtype }: Tensor): boolean {
  const [height = 0, width = 0, channels = 0] = shape.slice(-3);
  return (rank === 3 || rank === 4) && (channels === 1 || channels === 3) && dtype !== "i32" &&
    height >= smallest && width >= smallest && shape[0]! > 0;
}

const pre = (text: string) => `<pre>${escapeMarkup(text)}</pre>`;

/** A vector or a matrix as a table whose colours say how large its numbers are. */
function matrixHtml(data: TensorData, { shape, dtype }: Tensor): string {
  const [rows, columns] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
  const [down, across] = [ends(rows, longest.rows), ends(columns, longest.columns)];
  const cells = down.map((i) =>
    across.map((j) => i === undefined || j === undefined ? "…" : data[i * columns + j]!)
  );
  const name = (at: number | undefined) => at === undefined ? "…" : String(at);
  const matrix = shape.length === 2;
  return table(cells.map((row, i) => matrix ? [name(down[i]), ...row] : row), {
    columns: [...matrix ? [""] : [], ...across.map(name)],
    title: `${dtype} ${formatShape(shape)}`,
    heat: true,
  }).html();
}

/** Places from 0; of a long axis only those at its ends, with undefined for what is left out. */
function ends(length: number, most: number): (number | undefined)[] {
  const all = Array.from({ length: Math.min(length, most) }, (_, i) => i);
  if (length <= most) return all;
  const half = most / 2;
  return all.flatMap((i) =>
    i < half ? [i] : i === half ? [undefined, length - half] : [length - most + i]
  );
}
