import { formatMeasures, formatStop, formatValidation } from "../train/format.ts";
import type { History } from "../train/history.ts";
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
  const share = (value: number) => `${(100 * value).toFixed(2)} %`;
  const measures = (metrics: Metrics | undefined, prefix: string) => ({
    [`${prefix}loss`]: metrics?.loss,
    ...metrics?.top1 === undefined ? {} : { [`${prefix}top-1`]: share(metrics.top1) },
  });
  const rows = epochs.map((record) => ({
    epoch: record.epoch,
    ...measures(record, ""),
    ...record.validation === undefined ? {} : measures(record.validation, "validation "),
    "learning rate": Number(record.learningRate.toPrecision(4)),
  }));
  const align = { "top-1": "right", "validation top-1": "right" } as const;
  const loss = (value: unknown) => (value as number).toPrecision(4);
  return table(rows, {
    align,
    format: { loss, "validation loss": loss, "learning rate": String },
    limit: 20,
  });
}
