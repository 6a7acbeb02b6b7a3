import {
  formatLoss,
  formatMeasures,
  formatStop,
  formatValidation,
  percent,
} from "../train/format.ts";
import type { History } from "../train/history.ts";
import { eachOutput } from "../train/measures.ts";
import type { Metrics } from "../train/metric.ts";
import { jupyterDisplay, type MimeBundle } from "./bundle.ts";
import { history as plotHistory } from "./plot/history.ts";
import { type Table, table } from "./table.ts";

/** Histories whose training was shown while it ran. */
const shown = new WeakSet<History>();

/** Notes that a notebook shows a history already, below its `fit`. */
export const wasShown = (history: History): unknown => shown.add(history);

/**
 * What the history of a training looks like: charts and a row for each epoch. Where `fit` has shown
 * them and is a cell's last expression, one line is enough.
 */
export async function historyBundle(history: History, asked = false): Promise<MimeBundle> {
  if (!asked && shown.has(history)) return { "text/plain": lastLine(history) };
  const { epochs } = history;
  if (epochs.length === 0) return { "text/plain": String(history) };
  const { "text/html": charts, "image/png": png } = await plotHistory(history)[jupyterDisplay]();
  const end = stopOf(history);
  return {
    "text/html": charts + historyTable(epochs).html() + (end && `<div>${end}</div>`),
    ...png === undefined ? {} : { "image/png": png },
    "text/plain": [String(historyTable(epochs)), ...end ? [end] : []].join("\n"),
  };
}

const stopOf = ({ stopped, steps }: History): string =>
  stopped === undefined ? "" : `${formatStop(stopped)} after ${steps} steps`;

function lastLine(history: History): string {
  const { epochs, steps } = history, last = epochs.at(-1);
  const measures = last === undefined ? "" : `: ${formatMeasures(last)}${formatValidation(last)}`;
  const end = history.stopped === undefined ? "" : `, ${formatStop(history.stopped)}`;
  return `History of ${epochs.length} epochs, ${steps} steps${measures}${end}`;
}

/** A row for each epoch, without the times, which differ from run to run. */
export function historyTable(epochs: History["epochs"]): Table {
  const rows = epochs.map((record) => ({
    epoch: record.epoch,
    ...cellsOf(record, ""),
    ...record.validation === undefined ? {} : cellsOf(record.validation, "validation "),
    "learning rate": Number(record.learningRate.toPrecision(4)),
  }));
  // A resumed run may have measured other things before.
  const measured = new Set(rows.flatMap((row) => Object.keys(row)));
  measured.delete("epoch");
  const align = Object.fromEntries([...measured].map((name) => [name, "right" as const]));
  return table(rows, { align, format: { "learning rate": String }, limit: 20 });
}

/** Cells of measures: the loss; of several outputs that of all, then each output's own. */
function cellsOf(metrics: Metrics, prefix: string): Readonly<Record<string, string>> {
  const cells: Record<string, string> = { [`${prefix}loss`]: formatLoss(metrics.loss) };
  for (const [output, { loss, top1, accuracy, metrics: others = {} }] of eachOutput(metrics)) {
    const before = prefix + (output && `${output} `);
    cells[`${before}loss`] = formatLoss(loss);
    if (top1 !== undefined) cells[`${before}top-1`] = percent(top1);
    if (accuracy !== undefined) cells[`${before}accuracy`] = percent(accuracy);
    for (const [name, value] of Object.entries(others)) cells[before + name] = formatLoss(value);
  }
  return cells;
}
