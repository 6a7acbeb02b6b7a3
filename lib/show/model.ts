import { type Summary, summaryCells } from "../nn/summary.ts";
import type { Model } from "../train/model.ts";
import { jupyterDisplay, type MimeBundle } from "./bundle.ts";
import { drawGraph } from "./graph.ts";
import { table } from "./table.ts";

/** Layers of the largest model whose graph is drawn unasked. */
const mostLayers = 60;

/** What a model looks like: its layers as a table, and its graph where that is not too large. */
export async function modelBundle(model: Model): Promise<MimeBundle> {
  // Without the package that draws it, the table is there all the same.
  const graph = model.layers.length === 0 || model.layers.length > mostLayers
    ? undefined
    : await drawGraph(model).catch(() => undefined);
  const { "text/html": picture = "", "image/png": png } = await graph?.[jupyterDisplay]() ?? {};
  return {
    "text/html": summaryHtml(model.summary(), String(model)) + picture,
    ...png === undefined ? {} : { "image/png": png },
    "text/plain": `${model}\n${model.summary()}`,
  };
}

/** What a summary looks like. */
export const summaryBundle = (summary: Summary): MimeBundle => ({
  "text/html": summaryHtml(summary, ""),
  "text/plain": String(summary),
});

/** A model's layers, with totals below. */
export function summaryHtml(summary: Summary, title: string): string {
  const { parameters, trainableParameters, multiplyAdds } = summary;
  const count = (n: number) => n.toLocaleString("en");
  const columns = ["layer", "type", "output shape", "parameters", "multiply-adds", "reads"];
  const cells = summaryCells(summary);
  const used = cells.some((row) => row[5] !== "") ? 6 : 5;
  const frozen = parameters - trainableParameters;
  const notes = [title, frozen > 0 ? `${count(frozen)} of them frozen` : ""];
  const caption = notes.filter(Boolean).join(", ");
  const total = ["total", "", "", count(parameters), count(multiplyAdds), ""];
  return table([...cells, total].map((row) => row.slice(0, used)), {
    columns: columns.slice(0, used),
    ...caption && { title: caption },
    align: { parameters: "right", "multiply-adds": "right" },
    limit: 400,
  }).html();
}
